import { faultsFrom } from '../stand-in/fault-board.ts';
import { untilSignal } from '../stand-in/until-signal.ts';
import { mangoFaults } from './faults.ts';
import { startMangoStandIn } from './stand-in.ts';

export interface RunMangoOptions {
  readonly data: string;
  readonly port?: number;
  readonly fault?: readonly string[];
  /** No limits on the pace of requests. */
  readonly unlimited?: boolean;
}

/** Serves a data folder until SIGINT or SIGTERM; prints one line with the address, the key and the salt. */
export async function runMangoStandIn(options: RunMangoOptions): Promise<void> {
  const { data, port, fault = [], unlimited = false } = options;
  const standIn = await startMangoStandIn({
    dataDir: data,
    faults: faultsFrom(mangoFaults, fault),
    ...(port !== undefined && { port }),
    ...(unlimited && { limits: { perSecond: 0, apart: 0 } }),
  });
  process.stdout.write(`Mango Office stand-in: ${standIn.url}  key: ${standIn.key}  salt: ${standIn.salt}\n`);
  await untilSignal();
  await standIn.stop();
}
