import { startAmocrmStandIn } from '../../demo/amocrm/index.ts';
import { company } from '../contract/amocrm-source-fixture.ts';

/** A stand-in in a process of its own, so that it shares no thread with the reader that is measured. Options come as one JSON argument. */
const { leads, latency, rate } = JSON.parse(process.argv[2]!) as {
  leads: number;
  latency: number | [number, number];
  rate: number;
};
const standIn = await startAmocrmStandIn({ data: company({ leads }), latency, rate, token: 'bench' });
process.stdout.write(`${standIn.url}\n`);
process.stdin.resume().once('end', () => process.exit(0));
