import { startAmocrmStandIn } from '../../demo/amocrm/index.ts';
import { company } from '../contract/amocrm-source-fixture.ts';

/** A stand-in in a process of its own, so that it shares no thread with the reader that is measured. Options come as one JSON argument. */
const { leads, latency, rate } = JSON.parse(process.argv[2]!) as {
  leads: number;
  latency: number | [number, number];
  rate: number;
};
const standIn = await startAmocrmStandIn({ data: company({ leads }), latency, rate, token: 'bench' });
// Its first answer sorts all rows, during which it would hear of no request: a quarter of a second that no CRM has.
for (const order of ['order[updated_at]=asc', 'order[updated_at]=desc', 'order[id]=asc']) {
  const headers = { authorization: 'Bearer bench' };
  await (await fetch(`${standIn.url}/api/v4/leads?${order}&limit=250`, { headers })).text();
}
standIn.requests.length = 0;
process.stdout.write(`${standIn.url}\n`);
process.stdin.resume().once('end', () => process.exit(0));
