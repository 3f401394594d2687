import { startAmocrmStandIn } from '../../demo/amocrm/index.ts';
import { company } from '../contract/amocrm-source-fixture.ts';

/** A stand-in in a process of its own, so that it shares no thread with the reader that is measured. Options come as one JSON argument. */
const { leads, latency, rate } = JSON.parse(process.argv[2]!) as {
  leads: number;
  latency: number | [number, number];
  rate: number;
};
const standIn = await startAmocrmStandIn({ data: company({ leads }), latency, rate: 0, token: 'bench' });
// Its first answers sort all rows, are compiled and leave garbage: pauses in which it hears of no request, and that no CRM has.
for (const order of ['order[updated_at]=asc', 'order[updated_at]=desc', 'order[id]=asc']) {
  const headers = { authorization: 'Bearer bench' };
  const ask = async (from: number): Promise<string> =>
    (
      await fetch(`${standIn.url}/api/v4/leads?filter[updated_at][from]=${from}&${order}&limit=250`, {
        headers,
      })
    ).text();
  await ask(1);
  await Promise.all(Array.from({ length: 30 }, (_, turn) => ask(2 + turn)));
}
(globalThis as { gc?: () => void }).gc?.();
standIn.limiter.limits = { ...standIn.limiter.limits, perSecond: rate };
standIn.requests.length = 0;
process.stdout.write(`${standIn.url}\n`);
process.stdin.resume().once('end', () => process.exit(0));
