import { faultsFrom } from '../stand-in/fault-board.ts';
import { untilSignal } from '../stand-in/until-signal.ts';
import { uisFaults } from './faults.ts';
import { startUisStandIn } from './stand-in.ts';

export interface RunUisOptions {
  readonly data: string;
  readonly port?: number;
  readonly token?: string;
  readonly fault?: readonly string[];
}

/** Serves a data folder until SIGINT or SIGTERM; prints one line with the address and the token. */
export async function runUisStandIn({ data, port, token, fault = [] }: RunUisOptions): Promise<void> {
  const standIn = await startUisStandIn({
    dataDir: data,
    faults: faultsFrom(uisFaults, fault),
    ...(port !== undefined && { port }),
    ...(token !== undefined && { token }),
  });
  process.stdout.write(`UIS stand-in: ${standIn.url}  token: ${standIn.token}\n`);
  await untilSignal();
  await standIn.stop();
}
