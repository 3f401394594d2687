import { z } from 'zod';
import type { Warehouse } from '../../warehouse/index.ts';
import type { ChangeBatch, ChangesRequest, FeedConnection, RawRow } from '../engine/connection.ts';
import { knownIds } from '../engine/raw-rows.ts';
import { WHOLE, type StreamSpec } from '../engine/stream.ts';
import { FilesFolderEmptyError } from './errors.ts';
import { fileRow } from './file-row.ts';
import type { FileKind } from './kind.ts';
import { FILE_KINDS } from './kinds/index.ts';
import { keptKeys } from './kept-keys.ts';
import { listFiles } from './list-files.ts';
import { problemText } from './problem-text.ts';
import { fingerprintOf, readFolder, type FolderReading } from './read-folder.ts';
import type { BadRow, Problem } from './read-table.ts';
import { settleRejects } from './settle-rejects.ts';
import type { FilesSettings } from './settings.ts';
import { STREAM_NAMES } from './stream-names.ts';

const BATCH = 1_000;

/** Where a stream is: the folder as it was read last, and how far the reading of a newer one has come. */
const feedState = z.object({
  done: z.string().nullable(),
  reading: z.object({ fingerprint: z.string(), batches: z.number().int() }).optional(),
});

type Reject = NonNullable<ChangeBatch['rejects']>[number];

/**
 * The folder as a feed: a stream per kind and one of the files themselves. Each change has all files read again, for a row of one may
 * stand in the way of a row of another; what did not change is not written. One connection reads the folder once, for all its streams.
 */
export function openFolder(
  settings: FilesSettings,
  folder: string,
  warehouse: Warehouse,
  options: { readonly signal: AbortSignal; readonly settleMs?: number },
): FeedConnection {
  let reading: Promise<FolderReading> | undefined;
  const account = settings.name;

  const changesOf = async (stream: string, folderReading: FolderReading): Promise<StreamChanges> => {
    const kind = FILE_KINDS.find(({ name }) => name === stream);
    const known = await knownIds(warehouse, { source: 'files', account, stream });
    if (known.length > 0 && folderReading.files.length === 0) throw new FilesFolderEmptyError(folder);
    return kind
      ? rowsOf(kind, folderReading, known, await keptKeys(warehouse, account, stream, folderReading))
      : filesOf(folderReading, known);
  };

  return {
    account: {
      id: account,
      name: settings.name,
      place: folder,
      timeZone: null,
      currency: null,
      windowsHonoured: null,
    },
    streams: STREAM_NAMES.map(streamOf),
    concurrency: 1,
    now: () => Math.floor(Date.now() / 1_000),
    close: () => Promise.resolve(),
    async *fetchChanges({ stream, state: kept }: ChangesRequest): AsyncGenerator<ChangeBatch> {
      const state = feedState.safeParse(kept).data ?? { done: null };
      if (state.done === fingerprintOf(await listFiles(folder), settings)) return;
      const folderReading = await (reading ??= readFolder(folder, settings, options));
      const { fingerprint } = folderReading;
      const { rows, rejects, deleted } = await changesOf(stream, folderReading);
      // What an earlier process had committed of this same folder is not sent again.
      let batches = state.reading?.fingerprint === fingerprint ? state.reading.batches : 0;
      const reached = (): unknown => ({ done: state.done, reading: { fingerprint, batches } });
      for (const piece of pieces(rows, rejects).slice(batches)) {
        batches += 1;
        yield { ...piece, expectedRows: rows.length + deleted.length, state: reached() };
      }
      // Deletions are worked out from what is landed: those of an earlier process are not among them any more.
      for (let from = 0; from < deleted.length; from += BATCH) {
        yield { rows: [], deleted: deleted.slice(from, from + BATCH), state: reached() };
      }
      // Everything above is committed by now. What was refused before and is not any more is settled; then the folder counts as read.
      await settleRejects(warehouse, { source: 'files', account, stream }, rejects);
      yield { rows: [], state: { done: fingerprint } };
    },
  };
}

interface StreamChanges {
  readonly rows: readonly RawRow[];
  readonly rejects: readonly Reject[];
  readonly deleted: readonly { readonly id: string; readonly at: null }[];
}

function rowsOf(
  kind: FileKind,
  { good, bad }: FolderReading,
  known: readonly string[],
  kept: ReadonlySet<string>,
): StreamChanges {
  const rows = good.get(kind) ?? [];
  const refused = bad.get(kind) ?? [];
  // A row that is there, though refused, is not gone: what it said before holds until it is corrected.
  const here = new Set([...rows.map(({ key }) => key), ...refused.flatMap(({ key }) => key ?? []), ...kept]);
  return {
    rows: rows.map((row) => rawRow(row)),
    rejects: refused.map(rejectOfRow),
    deleted: known.filter((id) => !here.has(id)).map((id) => ({ id, at: null })),
  };
}

function filesOf({ files, problems }: FolderReading, known: readonly string[]): StreamChanges {
  const here = new Set(files.map(({ path }) => path));
  return {
    rows: files.map((file) => rawRow(fileRow(file))),
    rejects: problems.map(rejectOfFile),
    deleted: known.filter((id) => !here.has(id)).map((id) => ({ id, at: null })),
  };
}

function rejectOfRow({ key, problems, ...row }: BadRow): Reject {
  return {
    id: key,
    reason: problems.map(problemText).join('; '),
    payload: JSON.stringify({ ...row, problems }),
  };
}

function rejectOfFile(problem: Problem): Reject {
  return { id: problem.file, reason: problemText(problem), payload: JSON.stringify(problem) };
}

function rawRow(value: object): RawRow {
  return { text: JSON.stringify(value), value };
}

function pieces(
  rows: readonly RawRow[],
  rejects: readonly Reject[],
): Pick<ChangeBatch, 'rows' | 'rejects'>[] {
  const count = Math.ceil(Math.max(rows.length, rejects.length) / BATCH);
  return Array.from({ length: count }, (_, index) => ({
    rows: rows.slice(index * BATCH, (index + 1) * BATCH),
    rejects: rejects.slice(index * BATCH, (index + 1) * BATCH),
  }));
}

function streamOf(name: string): StreamSpec {
  return {
    name,
    parts: WHOLE,
    cursor: 'opaque',
    order: 'by-id',
    pageSize: BATCH,
    maxPages: 1,
    overlapSeconds: 0,
    deletions: 'none',
    history: 'none',
    needs: 'any',
    windowMayBeIgnored: false,
    schema: z.looseObject({ key: z.string().min(1), file: z.string().min(1) }),
    key: (row) => String(row['key']),
    cursorOf: () => null,
  };
}
