import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Column } from './column.ts';
import type { FileKind } from './kind.ts';
import { FILE_KINDS } from './kinds/index.ts';
import { listFiles, type ListedFile, type Listing } from './list-files.ts';
import { fileProblem, readFile, type FileReading } from './read-file.ts';
import { readStable } from './read-stable.ts';
import { placeText } from './problem-text.ts';
import type { BadRow, GoodRow, Problem } from './read-table.ts';
import { rulesFor, type FilesForm } from './settings.ts';

/** Raised when the same bytes are read into other rows than before: every file is read again then. */
const PARSER = 1;

/** A file with what was read of it; nothing could be read of one that is busy. */
export interface ReadFile extends FileReading {
  readonly size: number;
  readonly modifiedAt: number;
}

export interface FolderReading {
  /** Changes when a file comes, goes or changes, or is to be read in another way. */
  readonly fingerprint: string;
  readonly files: readonly ReadFile[];
  /** By kind: rows with keys of their own. */
  readonly good: ReadonlyMap<FileKind, readonly GoodRow[]>;
  /** By kind: rows that were refused, those that contradict another row included. */
  readonly bad: ReadonlyMap<FileKind, readonly BadRow[]>;
  /** What is wrong with files as a whole. */
  readonly problems: readonly Problem[];
}

/** Tells whether anything has changed, from names, sizes and times alone. */
export function fingerprintOf({ files, foreign }: Listing, form: FilesForm): string {
  const { date_order, decimal_separator, encoding, delimiter } = form;
  const parts = [PARSER, date_order, decimal_separator, encoding, delimiter, form.files, foreign, files];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Reads every file of a folder. Throws FilesFolderError when there is no folder. */
export async function readFolder(
  folder: string,
  form: FilesForm,
  options: { readonly signal?: AbortSignal; readonly settleMs?: number; readonly only?: string } = {},
): Promise<FolderReading> {
  const listing = await listFiles(folder);
  const files: ReadFile[] = [];
  const stamps: ListedFile[] = [];
  for (const { path } of listing.files) {
    if (options.only !== undefined && path !== options.only) continue;
    const read = await readStable(join(folder, path), options);
    if (read === 'gone') continue;
    if (typeof read === 'string') {
      files.push(unread(path, read));
      // Never the same again, so that the next sync looks at it whatever its size and time.
      stamps.push({ path: randomUUID(), size: 0, modifiedAt: 0 });
      continue;
    }
    const { bytes, size, modifiedAt } = read;
    files.push({ ...(await readFile(path, bytes, rulesFor(path, form))), size, modifiedAt });
    stamps.push({ path, size, modifiedAt });
  }
  const { good, bad } = withoutContradictions(files);
  return {
    fingerprint: fingerprintOf({ files: stamps, foreign: listing.foreign }, form),
    files,
    good,
    bad,
    problems: [
      ...files.flatMap(({ problems }) => problems),
      ...listing.foreign.map((path) =>
        fileProblem(path, null, 'it is not CSV or XLSX; save it as one of them'),
      ),
    ],
  };
}

const WHY_UNREAD = {
  busy: 'it is being written; it is read when it has come to rest, until then its earlier version holds',
  refused: 'it may not be read; give voronka the right to',
  large: 'it has more than 64 MB; divide it',
};

function unread(path: string, why: keyof typeof WHY_UNREAD): ReadFile {
  const reason = WHY_UNREAD[why];
  return {
    path,
    hash: '',
    encoding: null,
    delimiter: null,
    sheets: [],
    skipped: [],
    problems: [fileProblem(path, null, reason)],
    unreadable: [null],
    size: 0,
    modifiedAt: 0,
  };
}

/**
 * One row for a key. The first one holds, by the path of its file and its place in it, whichever was there earlier: the same folder gives
 * the same rows. A later one that says the same is left out in silence; one that says something else is refused, with both places.
 */
function withoutContradictions(files: readonly ReadFile[]): {
  good: Map<FileKind, GoodRow[]>;
  bad: Map<FileKind, BadRow[]>;
} {
  const good = new Map(FILE_KINDS.map((kind): [FileKind, GoodRow[]] => [kind, []]));
  const bad = new Map(FILE_KINDS.map((kind): [FileKind, BadRow[]] => [kind, []]));
  for (const kind of FILE_KINDS) {
    const known = new Map<string, GoodRow>();
    for (const sheet of files.flatMap(({ sheets }) => sheets.filter((one) => one.kind === kind))) {
      bad.get(kind)?.push(...sheet.bad);
      for (const row of sheet.good) {
        const first = known.get(row.key);
        if (!first) {
          known.set(row.key, row);
          good.get(kind)?.push(row);
        } else {
          const differing = kind.columns.filter(({ name }) => differs(kind, name, first, row));
          if (differing.length > 0) bad.get(kind)?.push(contradiction(kind, first, row, differing));
        }
      }
    }
  }
  return { good, bad };
}

function differs(
  kind: FileKind,
  name: string,
  { values: one }: GoodRow,
  { values: other }: GoodRow,
): boolean {
  // Key columns are the same but for case and spacing.
  return !kind.key.includes(name) && JSON.stringify(one[name]) !== JSON.stringify(other[name]);
}

function contradiction(kind: FileKind, first: GoodRow, row: GoodRow, differing: readonly Column[]): BadRow {
  const { file, sheet, row: number, key, cells } = row;
  const titles = (columns: readonly Column[]): string => columns.map(({ title }) => `«${title}»`).join(', ');
  const keys = titles(kind.columns.filter(({ name }) => kind.key.includes(name)));
  const reason =
    `has the same ${keys} as ${placeText(first)}, and another ${titles(differing)}; the row met first, by name of file and place in it, ` +
    'is used. Delete one of the two, or make them differ in the named columns';
  return {
    file,
    sheet,
    row: number,
    key,
    cells,
    problems: [{ file, sheet, row: number, column: null, value: null, reason }],
  };
}
