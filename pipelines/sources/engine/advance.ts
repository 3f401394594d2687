import { crashPoint } from '../../crash-points.ts';
import { ensureStream, land, readCursor } from '../../warehouse/index.ts';
import { partCursor, parseCursor, type Round, type StreamCursor } from './cursor.ts';
import { noteDrift } from './drift.ts';
import { StreamMissingError, StreamUnknownError } from './errors.ts';
import { readFeed } from './feed-read.ts';
import { readWhole } from './full-read.ts';
import { sweepIfDue } from './id-sweep.ts';
import { withLeanHeap } from './lean-heap.ts';
import { applyNews, settle } from './liveness.ts';
import { readRound, type FetchedPage } from './read-round.ts';
import { closeRound, openRound, partsToRead, scanFromNowOn } from './rounds.ts';
import { retryUnderNewSchema } from './schema-change.ts';
import { isListSession, type ListSession, type SourceSession } from './session.ts';
import type { StreamPart, StreamSpec } from './stream.ts';

export interface AdvanceOptions {
  /** Everything the source had at this moment is to be read; without it, everything it has now. */
  readonly until?: Date;
  /** Read this range again instead of going on from the cursor. */
  readonly range?: { readonly from: Date; readonly to: Date };
  /** At most so many requests in this call. */
  readonly maxPages?: number;
  readonly signal?: AbortSignal;
}

export interface AdvanceResult {
  readonly done: boolean;
  readonly pages: number;
  readonly rows: number;
  readonly inserted: number;
  readonly updated: number;
  readonly rejected: number;
  readonly cursor: StreamCursor;
  /** What the user should know: a stream that cannot be seen, windows that are ignored. */
  readonly note?: string;
}

/** A minute at 7 requests/s: long enough that filling and draining the pipeline costs about 1 %. */
const PAGES_PER_CALL = 420;
/** Batches are larger than pages. */
const BATCHES_PER_CALL = 100;

export interface Counts {
  pages: number;
  rows: number;
  inserted: number;
  updated: number;
  rejected: number;
}

/**
 * Reads the next bounded piece of a stream and lands it; call until `done`. Every group of pages is committed together with the
 * position after it, so that a process killed at any instant reads at most the requests in flight again. Two callers at once on one
 * stream do no harm but double work.
 *
 * Throws StreamUnknownError, CursorUnreadableError, SweepRefusedError, and what the source's connection throws.
 */
export function advanceStream(
  session: SourceSession,
  streamName: string,
  options: AdvanceOptions = {},
): Promise<AdvanceResult> {
  return withLeanHeap(() => advance(session, streamName, options));
}

async function advance(
  session: SourceSession,
  streamName: string,
  options: AdvanceOptions,
): Promise<AdvanceResult> {
  const { connection, warehouse } = session;
  const spec = connection.streams.find(({ name }) => name === streamName);
  if (!spec) {
    throw new StreamUnknownError(
      streamName,
      connection.streams.map(({ name }) => name),
    );
  }
  const key = { source: session.type, account: connection.account.id, stream: spec.name };
  await ensureStream(warehouse, { source: session.type, stream: spec.name });
  const cursor = parseCursor(spec.name, await readCursor(warehouse, key));
  const counts: Counts = { pages: 0, rows: 0, inserted: 0, updated: 0, rejected: 0 };
  try {
    if (!isListSession(session)) {
      const budget = options.maxPages ?? BATCHES_PER_CALL;
      const done = await readFeed(session, spec, cursor, counts, { ...options, budget });
      const note = missingParts(cursor);
      return { done, ...counts, cursor, ...(note !== '' && { note }) };
    }
    await retryUnderNewSchema(session, spec, cursor);
    let done =
      spec.cursor === 'none'
        ? await readWhole(session, spec, cursor, counts, options)
        : await advanceParts(session, spec, cursor, counts, options);
    const notes = Object.values(cursor.parts).some(({ scans }) => scans)
      ? ['the account ignores time filters: lists are scanned newest first']
      : [];
    if (done && spec.sweepsIds && !options.range) {
      const sweep = await sweepIfDue(session, spec, counts, {
        budget: (options.maxPages ?? PAGES_PER_CALL) - counts.pages,
        signal: signalOf(session, options),
      });
      done = sweep.done;
      if (sweep.note !== undefined) notes.push(sweep.note);
    }
    return { done, ...counts, cursor, ...(notes.length > 0 && { note: notes.join('; ') }) };
  } catch (error) {
    if (!(error instanceof StreamMissingError)) throw error;
    cursor.missing = error.reason;
    // What is asked for once an hour is not asked for in every sync only because it is not there.
    if (spec.refreshSeconds !== undefined) {
      for (const { name } of spec.parts) partCursor(cursor, name).completedAt = Date.now();
    }
    await land(warehouse, { ...key, rows: [], cursor });
    return { done: true, ...counts, cursor, note: error.message };
  }
}

function missingParts({ parts }: StreamCursor): string {
  return Object.entries(parts)
    .flatMap(([name, { missing }]) => (missing === undefined ? [] : `${name}: ${missing}`))
    .join('; ');
}

function signalOf(session: SourceSession, { signal }: AdvanceOptions): AbortSignal {
  return signal ? AbortSignal.any([session.signal, signal]) : session.signal;
}

async function advanceParts(
  session: ListSession,
  spec: StreamSpec,
  cursor: StreamCursor,
  counts: Counts,
  options: AdvanceOptions,
): Promise<boolean> {
  const inTurn = turns();
  const withoutOptional = async (part: StreamPart): Promise<boolean> => {
    if (isKnownMissing(part, cursor, options)) return true;
    try {
      return await toTheEnd(part);
    } catch (error) {
      if (!part.isOptional || !(error instanceof StreamMissingError)) throw error;
      await inTurn(() => passOver(session, spec, part, cursor, error.reason));
      return true;
    }
  };
  const toTheEnd = async (part: StreamPart): Promise<boolean> => {
    for (;;) {
      const round = openRound(session, spec, part.name, cursor, options);
      if (!round) return true;
      const budget = (options.maxPages ?? PAGES_PER_CALL) - counts.pages;
      if (budget <= 0) return false;
      const reading = { session, spec, part, cursor, round, budget, counts, options, inTurn };
      const outcome = await readPart(reading);
      if (outcome === 'more') return false;
      if (outcome === 'done') {
        crashPoint('stream.settling');
        if (spec.deletions === 'feed') await inTurn(() => settle(session, spec));
        crashPoint('stream.settled');
        return true;
      }
      // From here on the list is scanned; what the round had read so far stays landed.
      scanFromNowOn(cursor, part.name);
    }
  };
  const parts = partsToRead(spec, cursor, options);
  if (session.connection.concurrency === 1) {
    // One request in flight means one, over all parts.
    for (const part of parts) if (!(await withoutOptional(part))) return false;
    return true;
  }
  const outcomes = await Promise.allSettled(parts.map(withoutOptional));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return outcomes.every((outcome) => outcome.status === 'fulfilled' && outcome.value);
}

/** What the account did not have a short while ago is not asked for in every sync, unless a range is read again on request. */
const ASK_AGAIN_AFTER_MS = 3_600_000;

function isKnownMissing(part: StreamPart, cursor: StreamCursor, { range }: AdvanceOptions): boolean {
  const state = cursor.parts[part.name];
  return (
    part.isOptional === true &&
    range === undefined &&
    state?.missing !== undefined &&
    (state.completedAt ?? 0) > Date.now() - ASK_AGAIN_AFTER_MS
  );
}

/** The rest of the stream is read without it. */
async function passOver(
  session: ListSession,
  spec: StreamSpec,
  part: StreamPart,
  cursor: StreamCursor,
  reason: string,
): Promise<void> {
  const state = partCursor(cursor, part.name);
  state.missing = reason;
  state.completedAt = Date.now();
  delete state.round;
  const { rounds } = cursor.range ?? {};
  if (rounds) {
    // Nothing of it is left to be read again.
    rounds[part.name] = { startedAt: Date.now(), upper: 0, newest: null, pending: [] };
    if (spec.parts.every(({ name }) => rounds[name]?.pending.length === 0)) delete cursor.range;
  }
  const key = { source: session.type, account: session.connection.account.id, stream: spec.name };
  await land(session.warehouse, { ...key, rows: [], cursor });
}

/** Parts share the stream's cursor and its rows: what one commits is not mixed with what another does. */
function turns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

interface PartReading {
  readonly session: ListSession;
  readonly spec: StreamSpec;
  readonly part: StreamPart;
  readonly cursor: StreamCursor;
  readonly round: Round;
  readonly budget: number;
  readonly counts: Counts;
  readonly options: AdvanceOptions;
  readonly inTurn: InTurn;
}

async function readPart(reading: PartReading): Promise<'done' | 'more' | 'ignored'> {
  const { session, spec, part, cursor, round, counts, options } = reading;
  const { connection, warehouse } = session;
  const account = connection.account.id;
  const commit = async (
    pages: readonly FetchedPage[],
    left: Pick<Round, 'pending' | 'newest'>,
  ): Promise<void> => {
    await applyNews(
      session,
      pages.flatMap(({ rows }) => rows.news),
    );
    crashPoint('news.applied');
    const key = { source: session.type, account, stream: spec.name };
    await noteDrift(
      warehouse.pool,
      key,
      pages.flatMap(({ rows }) => rows.drift),
    );
    round.pending = left.pending;
    round.newest = left.newest;
    if (left.pending.length === 0) closeRound(spec, part.name, cursor, round);
    delete cursor.missing;
    delete partCursor(cursor, part.name).missing;
    const landed = await land(warehouse, {
      source: session.type,
      account,
      stream: spec.name,
      rows: pages.flatMap(({ rows }) => rows.landing),
      rejects: pages.flatMap(({ rows }) => rows.rejects),
      cursor,
    });
    counts.pages += pages.length;
    counts.rows += pages.reduce((sum, page) => sum + page.count, 0);
    counts.inserted += landed.inserted;
    counts.updated += landed.updated;
    counts.rejected += landed.rejected;
    session.onProgress?.({ stream: spec.name, pages: counts.pages, rows: counts.rows, expectedRows: null });
  };
  const signal = signalOf(session, options);
  return readRound({
    spec,
    part,
    connection,
    cursor: partCursor(cursor, part.name),
    round,
    maxPages: reading.budget,
    signal,
    // The recycle bin is seldom more than a page.
    isFirst: !part.tombstones && partCursor(cursor, part.name).watermark === null,
    extent: () => extentOf(reading, signal),
    commit: (pages, left) => reading.inTurn(() => commit(pages, left)),
  });
}

/**
 * Between which moments the rows lie, as far as that is worth a question: dividing a first read at its true ends saves dozens of
 * requests into the void.
 */
async function extentOf(
  { session, spec, cursor, part }: PartReading,
  signal: AbortSignal,
): Promise<{ floor: number; ceiling: number | null }> {
  const floor = session.settings.historyFrom;
  if (partCursor(cursor, part.name).watermark !== null) return { floor, ceiling: null };
  const end = await session.connection.farEnd(
    { stream: spec.name, part: part.name, order: spec.order },
    signal,
  );
  return spec.order === 'newest-first'
    ? { floor: Math.max(floor, end ?? 0), ceiling: null }
    : { floor, ceiling: end };
}
