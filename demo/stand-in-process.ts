import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { VoronkaError } from '../pipelines/errors.ts';

/** Makes a stand-in end when its standard input does. */
export const END_WITH_STDIN = 'VORONKA_END_WITH_STDIN';
const CLI = fileURLToPath(new URL('../bin/voronka.js', import.meta.url));

export interface StandInProcess {
  readonly url: string;
  readonly token: string;
  stop(): Promise<void>;
}

class StandInFailedError extends VoronkaError {
  constructor(output: string) {
    super(`The amoCRM stand-in did not start:\n${output}`, { code: 'STAND_IN_FAILED', retry: 'never' });
  }
}

/**
 * `voronka stand-in company` as a child process: the reader and the read do not share a thread, and the database is prepared while the
 * company is made up.
 */
export async function startCompanyProcess(company: {
  leads: number;
  seed: number;
  until: Date;
}): Promise<StandInProcess> {
  const options = [
    '--leads',
    String(company.leads),
    '--seed',
    String(company.seed),
    '--until',
    company.until.toISOString(),
  ];
  const child = spawn(
    process.execPath,
    [CLI, 'stand-in', 'company', ...options, '--port', '0', '--rate', '0'],
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
