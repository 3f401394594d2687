import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { VoronkaError } from '../pipelines/errors.ts';

/** Makes a stand-in end when its standard input does. */
export const END_WITH_STDIN = 'VORONKA_END_WITH_STDIN';
const CLI = fileURLToPath(new URL('../bin/voronka.js', import.meta.url));
/** A company is hundreds of thousands of short-lived objects: room for the young ones saves a sixth of the time (18 s instead of 21). */
const NODE = ['--max-semi-space-size=64', CLI];
/** The exchange and the mail server were bought half a year ago. */
const RECENT_DAYS = 182;

export interface StandInProcess {
  readonly url: string;
  readonly token: string;
  stop(): Promise<void>;
}

/** Which company: the same three make the same one in every process. */
export interface DemoCompany {
  readonly leads: number;
  readonly seed: number;
  readonly until: Date;
}

class StandInFailedError extends VoronkaError {
  constructor(output: string) {
    super(`The made-up company could not be made:\n${output}`, { code: 'STAND_IN_FAILED', retry: 'never' });
  }
}

/**
 * `voronka stand-in company` as a child process: the reader and the read do not share a thread, and the database is prepared while the
 * company is made up.
 */
export async function startCompanyProcess(company: DemoCompany): Promise<StandInProcess> {
  const child = spawn(
    process.execPath,
    [...NODE, 'stand-in', 'company', ...optionsOf(company), '--port', '0', '--rate', '0'],
    {
      // The open pipe tells the child that its parent lives: it ends when this process does, however that is.
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, [END_WITH_STDIN]: '1' },
    },
  );
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await new Promise<{ url: string; token: string }>((resolve, reject) => {
    void exited.then(() => reject(new StandInFailedError(errors)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = /(https?:\/\/\S+)\s+token: (\S+)/.exec(line);
      if (match) resolve({ url: match[1]!, token: match[2]! });
    });
  });
  return {
    ...address,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/**
 * Writes what the company has outside the CRM into a folder, in a process of its own: the company is made up once more there, while
 * another core makes the stand-in's rows. Resolves when all is written.
 */
export async function writeCompanyFiles(company: DemoCompany, folder: string): Promise<void> {
  const recent = ['--recent', String(RECENT_DAYS)];
  const child = spawn(
    process.execPath,
    [...NODE, 'stand-in', 'company-files', folder, ...recent, ...optionsOf(company)],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new StandInFailedError(errors);
}

function optionsOf({ leads, seed, until }: DemoCompany): string[] {
  return ['--leads', String(leads), '--seed', String(seed), '--until', until.toISOString()];
}
