import { land } from '../../warehouse/index.ts';
import { confirmAbsence } from './absence.ts';
import type { Counts } from './advance.ts';
import type { RawRow } from './connection.ts';
import { SweepRefusedError } from './errors.ts';
import { applyNews } from './liveness.ts';
import { readRows } from './page-rows.ts';
import { pause } from './pause.ts';
import type { ListSession } from './session.ts';
import type { LivenessNews, StreamPart, StreamSpec } from './stream.ts';
import * as state from './sweep-state.ts';

/** So few rows may always disappear, whatever share of a small stream they are. */
const ALWAYS_ALLOWED = 3;
const REPEAT_AFTER_MS = 300;
/** Rows that came back after they had been marked, healed in one sweep. */
const MOST_HEALED = 500;

export interface SweepResult {
  readonly done: boolean;
  /** What a person has to decide. */
  readonly note?: string;
}

/**
 * Reads a large stream from end to end by id, once in a while, and finds what no increment can see.
 *
 * - Rows that vanished without a sign. When two cards are merged, amoCRM's `entity_merged` is an event of the survivor with nothing
 *   before and nothing after it: the losing id is in no event and in no bin, it simply is in no list any more. The same goes for leads
 *   purged from the bin and for what was removed while events were lost. Such a row is marked deleted and keeps its last content; the
 *   survivor is untouched, and the leads of a lost contact are the survivor's because they came with newer versions of their own.
 * - Rows written with an old date (imports through the API), which lie behind the watermark, and changes that leave `updated_at` alone:
 *   the pages are landed like any others.
 * - Rows marked by an earlier sweep that are there again, because rights were narrower that day.
 *
 * Absence is believed only after the whole list was read, and only of rows that were known before it began. A list may end early or
 * skip rows that moved up meanwhile, so each absent row is asked for by itself; when most of a sample are there the list was cut short
 * and proves nothing. More absences than max_deleted_share mark nothing at all: SweepRefusedError.
 *
 * Its position is kept after every group of pages. Not more than `budget` pages are read in one call.
 */
export async function sweepIfDue(
  session: ListSession,
  spec: StreamSpec,
  counts: Counts,
  { budget, signal }: { readonly budget: number; readonly signal: AbortSignal },
): Promise<SweepResult> {
  const sweep = await state.openSweep(session, spec.name);
  if (!sweep.isUnderWay) return { done: true, ...(sweep.note !== undefined && { note: sweep.note }) };
  const part = spec.parts[0] ?? { name: 'all' };
  const lastKnownPage = Math.ceil(sweep.known / spec.pageSize);
  let page = sweep.nextPage;
  for (let left = budget; ;) {
    if (left <= 0) return { done: false };
    // Side by side as far as rows are known to reach, then one by one to the end.
    const width = Math.max(1, Math.min(session.connection.concurrency, lastKnownPage - page + 1, left));
    const read = await readPages(session, spec, part, page, width, signal);
    left -= read.requests;
    counts.pages += read.requests;
    counts.rows += read.rows.length;
    const landed = await landRows(session, spec, part, read.rows);
    counts.inserted += landed.inserted;
    counts.updated += landed.updated;
    page += read.pages;
    await state.keepPage(session, spec.name, page, landed.ids);
    session.onProgress?.({
      stream: spec.name,
      pages: counts.pages,
      rows: counts.rows,
      expectedRows: sweep.known,
    });
    if (read.isLast) break;
  }
  return conclude(session, spec, part, signal);
}

interface PagesRead {
  readonly rows: readonly RawRow[];
  readonly pages: number;
  readonly requests: number;
  readonly isLast: boolean;
}

async function readPages(
  { connection }: ListSession,
  spec: StreamSpec,
  part: StreamPart,
  from: number,
  width: number,
  signal: AbortSignal,
): Promise<PagesRead> {
  const ask = (page: number) =>
    connection.fetchPage(
      { stream: spec.name, part: part.name, order: 'by-id', page, limit: spec.pageSize },
      signal,
    );
  const answers = await Promise.all(Array.from({ length: width }, (_, place) => ask(from + place)));
  let requests = width;
  // A list does not go on after an empty page: one that seems to, or to end here, is asked once more.
  for (const [place, answer] of answers.entries()) {
    const isBetween = answers.slice(place + 1).some(({ rows }) => rows.length > 0);
    const isEnd = place === answers.findIndex(({ rows }) => rows.length === 0);
    if (answer.rows.length > 0 || (!isBetween && !isEnd)) continue;
    await pause(REPEAT_AFTER_MS, signal);
    answers[place] = await ask(from + place);
    requests += 1;
  }
  const last = answers.at(-1);
  return {
    rows: answers.flatMap(({ rows }) => rows),
    pages: width,
    requests,
    isLast:
      last === undefined || last.rows.length === 0 || (!last.hasNext && last.rows.length < spec.pageSize),
  };
}

async function landRows(
  session: ListSession,
  spec: StreamSpec,
  part: StreamPart,
  rows: readonly RawRow[],
): Promise<{ inserted: number; updated: number; ids: string[] }> {
  const { landing, rejects } = readRows(spec, part, rows);
  const ids = [...landing.map(({ id }) => id), ...rejects.flatMap(({ id }) => id ?? [])];
  if (rows.length === 0) return { inserted: 0, updated: 0, ids };
  const key = { source: session.type, account: session.account.id, stream: spec.name };
  // What is older than anybody asked for is known to be there, and no more.
  const oldest = session.settings.historyFrom * 1_000;
  const wanted = landing.filter(({ updatedAt }) => updatedAt === null || updatedAt.getTime() >= oldest);
  const { inserted, updated } = await land(session.warehouse, { ...key, rows: wanted, rejects });
  return { inserted, updated, ids };
}

async function conclude(
  session: ListSession,
  spec: StreamSpec,
  part: StreamPart,
  signal: AbortSignal,
): Promise<SweepResult> {
  const { connection, settings } = session;
  const { known, absent, back } = await state.compare(session, spec.name, MOST_HEALED);
  const isSuspect = absent.length > Math.max(ALWAYS_ALLOWED, known * settings.maxDeletedShare);
  const absence = await confirmAbsence(session, spec.name, absent, { signal, isSampleEnough: isSuspect });
  const outcome = absence.isShort ? 'short' : isSuspect ? 'refused' : 'complete';
  const at = connection.now();
  // Sorts before every event's id: an event of the same second says what really happened.
  const tieBreaker = ` ${new Date().toISOString()}`;
  const news: LivenessNews[] = [];
  const tell = (id: string, isDeleted: boolean): number =>
    news.push({ stream: spec.name, id, isDeleted, at, tieBreaker });
  if (outcome === 'complete') for (const id of absence.gone) tell(id, true);
  for (const id of back) if (await connection.fetchOne(spec.name, id, signal)) tell(id, false);
  await landRows(session, spec, part, absence.found);
  await applyNews(session, news);
  const marked = news.filter(({ isDeleted }) => isDeleted).length;
  await state.closeSweep(session, spec.name, { outcome, known, missing: absent.length, marked });
  if (outcome === 'refused')
    throw new SweepRefusedError(spec.name, absent.length, known, settings.maxDeletedShare);
  return { done: true };
}
