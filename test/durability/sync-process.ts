import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SyncChildTask } from './sync-child.ts';

export interface SyncEnd {
  readonly code: number | null;
  readonly isDone: boolean;
  readonly errors: string;
  /** When each request left, in milliseconds since the epoch; only of a process that came to its end. */
  readonly sends: readonly number[];
}

export interface SyncProcess {
  readonly child: ChildProcess;
  /** Resolves when the source is open and the reading begins. */
  readonly opened: Promise<void>;
  /** Resolves to how it ended. */
  readonly ended: Promise<SyncEnd>;
}

/** Reads streams to the end in a process of its own, which can be killed. */
export function startSync(task: SyncChildTask, environment: Readonly<Record<string, string>>): SyncProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'sync-child.ts')], {
    env: { ...process.env, ...environment, SYNC_CHILD: JSON.stringify(task) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  let isDone = false;
  let sends: readonly number[] = [];
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'opened') open();
    if (!line.startsWith('done ')) return;
    isDone = true;
    sends = JSON.parse(line.slice(5)) as number[];
  });
  const ended = new Promise<SyncEnd>((resolve) => {
    child.once('close', (code) => {
      open();
      resolve({ code, isDone, errors, sends });
    });
  });
  return { child, opened, ended };
}
