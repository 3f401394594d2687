import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const PIPELINES = join(import.meta.dirname, '../../pipelines');

export interface Program {
  readonly file: string;
  remove(): void;
}

/**
 * One file of a child and all it imports. Through tsx a process needs 1.4 s of CPU before it does anything, as one file 0.2 s (the engine)
 * and 0.4 s (with DBOS): what makes hundreds of kills affordable.
 */
export async function bundle(
  child: 'kills-engine-child' | 'kills-workflow-child' | 'kills-message-child',
): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'voronka-kills-'));
  const file = join(folder, `${child}.cjs`);
  await build({
    entryPoints: [join(import.meta.dirname, `${child}.ts`)],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    // Asked for only where they are installed.
    external: ['pg-native', '@opentelemetry/*', 'winston', 'winston-transport', 'fsevents', 'chokidar'],
    // The library that draws charts has a native part.
    loader: { '.node': 'copy' },
    // What files of the project are found by: all that the children need of it is `sql/`, two folders up.
    define: {
      'import.meta.url': JSON.stringify(pathToFileURL(join(PIPELINES, 'workflows/marts.ts')).href),
      'import.meta.dirname': JSON.stringify(join(PIPELINES, 'warehouse')),
    },
  });
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export type Ending = 'killed' | 'done' | 'failed';

export interface Life {
  readonly child: ChildProcess;
  /** The first word from it: it is at work. Empty when it ended without one. */
  readonly atWork: Promise<string>;
  readonly ended: Promise<{ readonly ending: Ending; readonly errors: string }>;
}

export function startLife(
  program: Program,
  task: object,
  environment: Readonly<Record<string, string>>,
): Life {
  const child = spawn(process.execPath, [program.file], {
    env: { ...process.env, ...environment, VORONKA_KILLS: JSON.stringify(task) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  let isDone = false;
  let say: (line: string) => void = () => undefined;
  const atWork = new Promise<string>((resolve) => (say = resolve));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'done') isDone = true;
    else say(line);
  });
  const ended = new Promise<{ ending: Ending; errors: string }>((resolve) => {
    child.once('close', (_code, signal) => {
      say('');
      const ending: Ending = isDone ? 'done' : signal === 'SIGKILL' ? 'killed' : 'failed';
      resolve({ ending, errors });
    });
  });
  return { child, atWork, ended };
}
