import { readdir, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { FilesFolderError } from './errors.ts';

/** A file as the folder lists it. */
export interface ListedFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly size: number;
  /** Unix milliseconds. */
  readonly modifiedAt: number;
}

export interface Listing {
  readonly files: readonly ListedFile[];
  /** Tables in a form that is not read (`.xls`, `.ods`, …). */
  readonly foreign: readonly string[];
}

const READ = new Set(['.csv', '.tsv', '.xlsx', '.xlsm']);
const FOREIGN = new Set(['.xls', '.xlsb', '.ods', '.numbers']);
/** Left by programs that have the file open, or are still bringing it. */
const TRANSIENT = /^(?:~\$|\.|_)|\.(?:tmp|part|partial|crdownload|download)$|~$/iu;

/** The files of a folder and its subfolders, in the order of their paths. Names that begin with `.`, `_` or `~$` are not looked at. */
export async function listFiles(folder: string): Promise<Listing> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new FilesFolderError(folder, error);
  });
  const files: ListedFile[] = [];
  const foreign: string[] = [];
  for (const entry of entries) {
    const full = join(entry.parentPath, entry.name);
    const path = full.slice(folder.length).split(sep).filter(Boolean).join('/');
    const extension = extname(entry.name).toLowerCase();
    if (entry.isDirectory() || path.split('/').some((part) => TRANSIENT.test(part))) continue;
    if (FOREIGN.has(extension)) foreign.push(path);
    if (!READ.has(extension)) continue;
    // Gone between the listing and now: not there.
    const found = await stat(full).catch(() => undefined);
    if (found?.isFile()) files.push({ path, size: found.size, modifiedAt: found.mtimeMs });
  }
  const byPath = (a: string, b: string): number => (a < b ? -1 : 1);
  return { files: files.sort((a, b) => byPath(a.path, b.path)), foreign: foreign.sort(byPath) };
}
