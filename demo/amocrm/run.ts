import type { StandInData } from './data/source.ts';
import { parseFaults } from './faults/fault-board.ts';
import { startAmocrmStandIn } from './stand-in.ts';

/** Options as a command line gives them. */
export interface RunOptions {
  /** A folder, or the same content as values. */
  readonly data: string | StandInData;
  readonly port?: number;
  readonly host?: string;
  /** `300` or `300-700` milliseconds. */
  readonly latency?: string | number | readonly [number, number];
  readonly rate?: number;
  /** `premature-204`, `slow-body:ms=500,times=3`, … */
  readonly fault?: readonly string[];
  readonly token?: string;
  readonly write?: (line: string) => void;
}

/** Serves a data folder (or values) until SIGINT or SIGTERM; prints one line with the address and the token. */
export async function runAmocrmStandIn(options: RunOptions): Promise<void> {
  const {
    data,
    port,
    host,
    rate,
    token,
    fault = [],
    write = (line) => process.stdout.write(`${line}\n`),
  } = options;
  const latency = latencyFrom(options.latency);
  const standIn = await startAmocrmStandIn({
    ...(typeof data === 'string' ? { dataDir: data } : { data }),
    faults: parseFaults(fault),
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
    ...(rate === undefined ? {} : { rate }),
    ...(token === undefined ? {} : { token }),
    ...(latency === undefined ? {} : { latency }),
  });
  write(`amoCRM stand-in: ${standIn.url}  token: ${standIn.token}`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await standIn.stop();
}

function latencyFrom(latency: RunOptions['latency']): number | readonly [number, number] | undefined {
  if (typeof latency !== 'string') return latency;
  const [least = 0, most] = latency.split('-').map(Number);
  return most === undefined ? least : [least, most];
}
