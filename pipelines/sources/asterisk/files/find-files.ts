import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FileMissingError, FileUnreadableError } from '../errors.ts';

export interface CdrFile {
  readonly path: string;
  /** The file Asterisk writes into, not a rotated copy of it. */
  readonly isCurrent: boolean;
  readonly size: number;
  /** Changes whenever the content does; a rename alone leaves it. */
  readonly signature: string;
  /** Unix milliseconds. */
  readonly modifiedAt: number;
}

const DEFAULT_NAME = 'Master.csv';

/**
 * Master.csv and its rotated copies, the oldest first: `Master.csv.1`, `Master.csv-20240127`, `Master.csv.2.gz`. In a folder only those
 * of Master.csv: the other files are copies of its records, one file an account.
 * Throws FileMissingError or FileUnreadableError.
 */
export async function findFiles(path: string): Promise<readonly CdrFile[]> {
  const main = (await isFolder(path)) ? join(path, DEFAULT_NAME) : path;
  const [folder, name] = [dirname(main), basename(main)];
  const names = await readdir(folder).catch((error: unknown) => {
    throw isMissing(error) ? new FileMissingError(main) : unreadable(folder, error);
  });
  const files: CdrFile[] = [];
  for (const entry of names) {
    if (entry !== name && !isRotated(entry, name)) continue;
    const file = join(folder, entry);
    const found = await stat(file).catch((error: unknown) => {
      // Rotated away between the listing and now: it is there under another name.
      if (isMissing(error)) return undefined;
      throw unreadable(file, error);
    });
    if (!found?.isFile()) continue;
    files.push({
      path: file,
      isCurrent: entry === name,
      size: found.size,
      signature: `${found.ino}:${found.size}:${found.mtimeMs}`,
      modifiedAt: found.mtimeMs,
    });
  }
  if (files.length === 0) throw new FileMissingError(main);
  return files.sort(
    (left, right) =>
      Number(left.isCurrent) - Number(right.isCurrent) ||
      left.modifiedAt - right.modifiedAt ||
      left.path.localeCompare(right.path),
  );
}

/** `Master.csv.1`, `Master.csv-20240127.gz`, `Master.csv.old`; not `Master.csv.swp` or another name that goes on in letters. */
function isRotated(entry: string, name: string): boolean {
  return entry.startsWith(name) && /^([.-](\d[\d.-]*|old|bak))*(\.gz)?$/.test(entry.slice(name.length));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw unreadable(path, error);
  }
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

export function unreadable(path: string, error: unknown): FileUnreadableError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new FileUnreadableError(path, code === 'EACCES' ? 'access is denied (EACCES)' : message, error);
}
