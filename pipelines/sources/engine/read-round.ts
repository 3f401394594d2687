import { setMaxListeners } from 'node:events';
import { crashPoint } from '../../crash-points.ts';
import type { ListConnection, Page, PageRequest, Turn } from './connection.ts';
import type { PartCursor, Round, Span } from './cursor.ts';
import { newHead, nextPlace, openLane, take, type Head, type Lane, type LaneRules } from './lanes.ts';
import { readRows, type ReadRows } from './page-rows.ts';
import { pause } from './pause.ts';
import {
  afterFarEnd,
  afterKeyset,
  afterPage,
  afterScan,
  WINDOW_IGNORED,
  type Answer,
  type Left,
} from './spans.ts';
import type { StreamPart, StreamSpec } from './stream.ts';

/** A page ready to be committed, and what is left of the round once it is. */
export interface FetchedPage {
  readonly rows: ReadRows;
  readonly count: number;
}

export interface RoundReader {
  readonly spec: StreamSpec;
  readonly part: StreamPart;
  readonly connection: ListConnection;
  readonly cursor: PartCursor;
  readonly round: Round;
  readonly maxPages: number;
  readonly signal: AbortSignal;
  /** Nothing of it was read yet, so that where its rows lie is not known. */
  readonly isFirst: boolean;
  /** Between which moments (unix seconds) the rows lie, for lists that can only be read from one end; asked once. */
  readonly extent: () => Promise<{ readonly floor: number; readonly ceiling: number | null }>;
  /** Lands the pages; `pending` and `newest` are the round's state once they are landed. Called for one group at a time. */
  readonly commit: (
    pages: readonly FetchedPage[],
    state: { pending: Span[]; newest: number | null },
  ) => Promise<void>;
}

/** How a part is read now: `pages` without a window when the source ignores windows and nothing was read yet. */
export type Reading = 'keyset' | 'pages' | 'all-pages' | 'scan';

export function readingOf(spec: StreamSpec, cursor: PartCursor): Reading {
  if (cursor.scans) return cursor.watermark === null ? 'all-pages' : 'scan';
  return spec.order === 'by-id' ? 'pages' : 'keyset';
}

/** What was empty a moment ago may have been read from a replica that lags behind. */
const REPEAT_AFTER_MS = 150;
/** Pages waiting to be committed, over all lanes: where the source is faster than the database, it waits, and memory is bounded. */
const MAX_QUEUED = 8;

/**
 * Reads a round, or as many pages of it as allowed, with several lanes in flight and commits in groups as pages arrive. Resolves to
 * `ignored` when an answer proves that the source ignores the window: nothing of that answer is counted as progress.
 */
export async function readRound(reader: RoundReader): Promise<'done' | 'more' | 'ignored'> {
  const { spec, round, connection } = reader;
  const reading = readingOf(spec, reader.cursor);
  const lanes: Lane[] = round.pending.map(openLane);
  const concurrency = reading === 'scan' || reading === 'all-pages' ? 1 : connection.concurrency;
  const hasSecond = reading === 'keyset' && spec.readsFromBothEnds === true && concurrency > 1;
  let rules: LaneRules | undefined;
  const learnRules = ({ floor, ceiling }: { floor: number; ceiling: number | null }): void => {
    const { order, pageSize } = spec;
    const upper = Math.min(round.upper, ceiling ?? round.upper);
    const wanted = Math.ceil(concurrency / (hasSecond ? 2 : 1));
    rules = { order, pageSize, upper, floor, hasSecond, lanes: wanted };
  };
  const abort = new AbortController();
  const signal = AbortSignal.any([reader.signal, abort.signal]);
  // Each request under way listens for the end: as many as there are lanes, and more than Node's warning expects.
  setMaxListeners(0, signal);
  const queue: { page: FetchedPage; head: Head }[] = [];
  const inFlight = new Set<Promise<void>>();
  let newest = round.newest;
  let started = 0;
  let beingCommitted = 0;
  let failure: { error: unknown } | undefined;
  let ignored = false;
  let committing: Promise<void> | undefined;
  let isCommitLost = false;

  const fail = (error: unknown): void => {
    failure ??= { error };
    abort.abort();
  };

  const commitQueued = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = queue.splice(0);
      beingCommitted = group.length;
      for (const { page } of group) newest = newestOf(page.rows.values, round.upper, newest);
      for (const { head } of group) head.waiting -= 1;
      // All that was fetched is in this group or an earlier one: where the lanes are now is where they are once it is landed.
      const pending = lanes.filter(({ isRead }) => !isRead).map(({ span }) => span);
      await reader.commit(
        group.map(({ page }) => page),
        { pending, newest },
      );
      beingCommitted = 0;
    }
  };

  const read = async (lane: Lane, head: Head, turn: Turn | undefined): Promise<void> => {
    const asked = lane.span;
    const isSecond = head === lane.second;
    const request = requestFor(spec, reader.part, asked, isSecond ? 'far end' : reading);
    const page = await connection.fetchPage(request, signal, turn);
    crashPoint('page.received');
    const read = readRows(spec, reader.part, page.rows);
    const answer = answerOf(spec, page, read, request);
    const home = isSecond ? lanes.find(({ second }) => second === head) : lane;
    // Both ends of a short list tell of the same rows: what is odd about them is counted once.
    const rows = home === undefined || home.isRead ? { ...read, drift: [] } : read;
    if (isSecond) {
      settleSecond(head, asked, answer);
    } else if (!lane.isRead) {
      const left = whatIsLeft(reading, spec, lane.span, answer, round.upper);
      if (left === WINDOW_IGNORED) {
        ignored = true;
        abort.abort();
        return;
      }
      measure(lane, rows.values);
      const [next, ...others] = left;
      lane.isPlaced = true;
      lane.isRead = next === undefined;
      if (next) lane.span = next;
      // Read in another way from here on: what the second head has under way says nothing about it.
      if (others.length > 0 || next?.pages) lane.second = undefined;
      lanes.push(...others.map(openLane));
    }
    head.waiting += 1;
    queue.push({ page: { rows, count: page.rows.length }, head });
    wake?.();
    const { repeats, seen, doubts } = lane.span;
    if (!isSecond && !lane.isRead && repeats) {
      await pause((seen ? 3 : 1) * REPEAT_AFTER_MS * doubts, signal);
    }
  };

  const settleSecond = (head: Head, asked: Span, answer: Answer): void => {
    // Where the rows end is known now, or cannot be known cheaply.
    if (!rules) learnRules({ floor: 0, ceiling: null });
    const lane = lanes.find(({ second }) => second === head);
    if (!lane || lane.isRead) return;
    const left = afterFarEnd(lane.span, asked, answer);
    if (left === undefined) lane.second = undefined;
    else {
      measure(lane, answer.values);
      const [next] = left;
      lane.isRead = next === undefined;
      if (next) lane.span = next;
    }
  };

  const start = (work: Promise<void>): void => {
    const request: Promise<void> = work.catch(fail).finally(() => inFlight.delete(request));
    inFlight.add(request);
  };
  let isTurnAwaited = false;
  /** Lets the loop below look again before anything that is under way comes to its end. */
  let wake: (() => void) | undefined;
  /** What to ask is decided when it may be sent, not before: by then the lanes are known better. */
  const askNext = async (): Promise<void> => {
    isTurnAwaited = true;
    const turn = await connection.turn?.(signal).finally(() => (isTurnAwaited = false));
    isTurnAwaited = false;
    wake?.();
    const place = signal.aborted ? undefined : nextPlace(lanes, rules);
    if (!place) {
      turn?.sent();
      // Told to stop from outside, nothing has failed yet: without this the loop below would ask again, and again.
      signal.throwIfAborted();
      return;
    }
    const next = take(place, lanes);
    started += 1;
    next.head.isBusy = true;
    await read(next.lane, next.head, turn).finally(() => (next.head.isBusy = false));
  };

  const [only] = lanes;
  if (hasSecond && reader.isFirst && only?.span.to === null && lanes.length === 1) only.second = newHead();
  else if (hasSecond) learnRules({ floor: 0, ceiling: null });
  // Asked beside the first page, so that it costs a request and no time.
  else if (reading === 'keyset' && concurrency > 1) start(reader.extent().then(learnRules));
  for (;;) {
    // After a commit that failed none may follow: its position would claim the pages of the one that is lost.
    if (queue.length > 0 && committing === undefined && !isCommitLost) {
      committing = commitQueued()
        .catch((error: unknown) => {
          isCommitLost = true;
          fail(error);
        })
        .finally(() => (committing = undefined));
    }
    const stop = failure !== undefined || ignored;
    // One at a time means a page is committed before the next is asked for: a kill then costs one page at most.
    const isFree = (): boolean =>
      inFlight.size < concurrency &&
      (concurrency > 1
        ? queue.length + beingCommitted < MAX_QUEUED
        : queue.length === 0 && committing === undefined);
    while (!stop && !isTurnAwaited && isFree() && started < reader.maxPages && nextPlace(lanes, rules)) {
      start(askNext());
    }
    const running = [...inFlight, ...(committing ? [committing] : [])];
    if (running.length > 0)
      await Promise.race([...running, new Promise<void>((resolve) => (wake = resolve))]);
    else if (queue.length === 0 || isCommitLost) break;
  }
  if (ignored) return 'ignored';
  if (failure) throw failure.error;
  return lanes.every((lane) => lane.isRead) ? 'done' : 'more';
}

function requestFor(
  spec: StreamSpec,
  part: StreamPart,
  span: Span,
  reading: Reading | 'far end',
): PageRequest {
  const base = { stream: spec.name, part: part.name, limit: spec.pageSize, page: span.pages?.next ?? 1 };
  if (reading === 'scan') return { ...base, order: 'newest-first' };
  if (reading === 'all-pages') return { ...base, order: 'by-id' };
  const window = { from: span.from, to: span.to };
  if (reading === 'far end') return { ...base, window, order: 'newest-first', page: 1 };
  return { ...base, window, order: span.pages ? 'by-id' : spec.order };
}

function whatIsLeft(
  reading: Reading,
  spec: StreamSpec,
  span: Span,
  answer: Answer,
  upper: number,
): Left | typeof WINDOW_IGNORED {
  if (reading === 'scan') return afterScan(span, answer);
  if (reading === 'all-pages') return afterPage(span, answer, { maxPages: null, upper });
  if (span.pages || spec.order === 'by-id')
    return afterPage(span, answer, { maxPages: spec.maxPages, upper });
  return afterKeyset(span, answer, spec.order, upper);
}

function answerOf(spec: StreamSpec, page: Page, rows: ReadRows, request: PageRequest): Answer {
  return {
    values: rows.values,
    count: page.rows.length,
    hasNext: page.hasNext,
    limit: request.limit,
    ...(spec.trustsEnd && !page.hasNext && { isEnd: true }),
  };
}

function measure(lane: Lane, values: readonly number[]): void {
  const first = values[0];
  const last = values.at(-1);
  if (first === undefined || last === undefined) return;
  lane.rows += values.length;
  lane.seconds += Math.abs(last - first);
}

function newestOf(values: readonly number[], upper: number, before: number | null): number | null {
  let newest = before;
  for (const value of values) if (value <= upper && (newest === null || value > newest)) newest = value;
  return newest;
}
