import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join, resolve } from 'node:path';
import { BundleFailedError } from './errors.ts';

const SOURCE = join(import.meta.dirname, '..', '..', 'dashboards', 'web');
const BUILDER = join(import.meta.dirname, 'build-bundle.ts');
/** Where an image's build leaves it; nothing has to be built, or writable, where this is. */
const PREBUILT = join(SOURCE, 'dist');

/** Changes whenever the dashboard, or anything it is made of, does. */
export function bundleHash(source = SOURCE): string {
  const hash = createHash('sha256');
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(PREBUILT))
    .sort();
  for (const file of [...files, BUILDER, join(source, '..', '..', 'package-lock.json')]) {
    hash.update(file.slice(source.length)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

export interface Bundle {
  /** Folder of `index.html` and `assets/`. */
  readonly folder: string;
  /** Seconds of work it took; 0 when it was there. */
  readonly seconds: number;
}

/**
 * The dashboard as browsers take it: the image's own, else the one in `state`/web, else built there now, in a process of its own that
 * steps back for the rest. Throws {@link BundleFailedError}.
 */
export async function prepareBundle(state: string): Promise<Bundle> {
  const hash = bundleHash();
  if (existsSync(join(PREBUILT, hash, 'index.html'))) return { folder: join(PREBUILT, hash), seconds: 0 };
  return buildInto(join(state, 'web'), hash);
}

/** Builds into `dashboards/web/dist`, for an image. */
export const prebuildBundle = (): Promise<Bundle> => buildInto(PREBUILT, bundleHash());

async function buildInto(parent: string, hash: string): Promise<Bundle> {
  const folder = join(parent, hash);
  if (existsSync(join(folder, 'index.html'))) return { folder, seconds: 0 };
  const started = Date.now();
  const half = resolve(parent, `${hash}.${process.pid}.part`);
  await mkdir(half, { recursive: true });
  try {
    await runBuilder(half);
    // Another process may have made the same one: the first rename wins.
    await rename(half, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  await dropOlder(parent, hash);
  return { folder, seconds: (Date.now() - started) / 1000 };
}

function runBuilder(out: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), BUILDER, out], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    } catch {
      // Some systems allow it to nobody; then it is built beside the rest.
    }
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.once('error', (error) => reject(new BundleFailedError(error.message)));
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new BundleFailedError(errors.trim()))));
  });
}

async function dropOlder(parent: string, hash: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (/^[0-9a-f]{16}$/.test(name) && name !== hash) await rm(join(parent, name), { recursive: true });
  }
}
