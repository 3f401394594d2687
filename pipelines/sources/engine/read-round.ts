import { setMaxListeners } from 'node:events';
import { crashPoint } from '../../crash-points.ts';
import type { ListConnection, Page, PageRequest } from './connection.ts';
import type { PartCursor, Round, Span } from './cursor.ts';
import { openLane, splitLongest, type Lane, type SplitRules } from './lanes.ts';
import { readRows, type ReadRows } from './page-rows.ts';
import { pause } from './pause.ts';
import { afterKeyset, afterPage, afterScan, WINDOW_IGNORED, type Answer, type Left } from './spans.ts';
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
  /** Between which moments (unix seconds) the rows lie; asked once, when there is something to divide. */
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
/** A lane may run this many pages ahead of the commits. */
const MAX_WAITING = 3;
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
  let rules: SplitRules | undefined;
  // Asked beside the first page, so that it costs a request and no time.
  const learnRules = async (): Promise<void> => {
    const { floor, ceiling } = await reader.extent();
    rules = {
      order: spec.order,
      pageSize: spec.pageSize,
      upper: Math.min(round.upper, ceiling ?? round.upper),
      floor,
    };
  };
  const concurrency = reading === 'scan' || reading === 'all-pages' ? 1 : connection.concurrency;
  const abort = new AbortController();
  const signal = AbortSignal.any([reader.signal, abort.signal]);
  // Each request under way listens for the end: as many as there are lanes, and more than Node's warning expects.
  setMaxListeners(0, signal);
  const queue: { page: FetchedPage; apply: () => void }[] = [];
  const inFlight = new Set<Promise<void>>();
  let newest = round.newest;
  let started = 0;
  let beingCommitted = 0;
  let failure: { error: unknown } | undefined;
  let ignored = false;
  let committing: Promise<void> | undefined;

  const fail = (error: unknown): void => {
    failure ??= { error };
    abort.abort();
  };

  const commitQueued = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = queue.splice(0);
      beingCommitted = group.length;
      for (const { page } of group) newest = newestOf(page.rows.values, round.upper, newest);
      for (const { apply } of group) apply();
      const pending = lanes.flatMap(({ committed }) => committed ?? []);
      await reader.commit(
        group.map(({ page }) => page),
        { pending, newest },
      );
      beingCommitted = 0;
    }
  };

  const read = async (lane: Lane): Promise<void> => {
    const asked = lane.span;
    if (asked.repeats) await pause((asked.seen ? 3 : 1) * REPEAT_AFTER_MS * asked.doubts, signal);
    const request = requestFor(spec, reader.part, asked, reading);
    const page = await connection.fetchPage(request, signal);
    crashPoint('page.received');
    const rows = readRows(spec, reader.part, page.rows);
    const left = whatIsLeft(reading, spec, lane.span, answerOf(spec, page, rows, request), round.upper);
    if (left === WINDOW_IGNORED) {
      ignored = true;
      abort.abort();
      return;
    }
    measure(lane, rows.values);
    const [next, ...others] = left;
    const opened = others.map((span) => ({ ...openLane(span), committed: undefined as Span | undefined }));
    lanes.push(...opened);
    lane.isRead = next === undefined;
    if (next) lane.span = next;
    lane.waiting += 1;
    queue.push({
      page: { rows, count: page.rows.length },
      apply: () => {
        lane.waiting -= 1;
        // The far end belongs to the lane: it may have been moved by a division since.
        lane.committed = next && { ...next, ...farEnd(lane, spec, next) };
        // Pages of the lanes opened by this one come later in the queue, so this is where they stand now.
        others.forEach((span, index) => {
          const other = opened[index];
          if (other) other.committed = { ...span, ...farEnd(other, spec, span) };
        });
      },
    });
  };

  if (reading === 'keyset') {
    const learning: Promise<void> = learnRules()
      .catch(fail)
      .finally(() => inFlight.delete(learning));
    inFlight.add(learning);
  }
  for (;;) {
    if (queue.length > 0 && committing === undefined) {
      committing = commitQueued()
        .catch(fail)
        .finally(() => (committing = undefined));
    }
    const stop = failure !== undefined || ignored;
    // One at a time means a page is committed before the next is asked for: a kill then costs one page at most.
    const isFree = (): boolean =>
      inFlight.size < concurrency &&
      (concurrency > 1
        ? queue.length + beingCommitted < MAX_QUEUED
        : queue.length === 0 && committing === undefined);
    while (!stop && isFree() && started < reader.maxPages) {
      const lane = lanes.find((one) => !one.isRead && !one.isBusy && one.waiting < MAX_WAITING) ?? grow();
      if (!lane) break;
      started += 1;
      lane.isBusy = true;
      const request: Promise<void> = read(lane)
        .catch(fail)
        .finally(() => {
          lane.isBusy = false;
          inFlight.delete(request);
        });
      inFlight.add(request);
    }
    const running = [...inFlight, ...(committing ? [committing] : [])];
    if (running.length > 0) await Promise.race(running);
    else if (queue.length === 0) break;
  }
  if (ignored) return 'ignored';
  if (failure) throw failure.error;
  return lanes.every((lane) => lane.isRead) ? 'done' : 'more';

  function grow(): Lane | undefined {
    if (!rules) return undefined;
    const lane = splitLongest(lanes, rules);
    if (lane) lanes.push(lane);
    return lane;
  }
}

function requestFor(spec: StreamSpec, part: StreamPart, span: Span, reading: Reading): PageRequest {
  const base = { stream: spec.name, part: part.name, limit: spec.pageSize, page: span.pages?.next ?? 1 };
  if (reading === 'scan') return { ...base, order: 'newest-first' };
  if (reading === 'all-pages') return { ...base, order: 'by-id' };
  const window = { from: span.from, to: span.to };
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

function farEnd(lane: Lane, spec: StreamSpec, next: Span): Partial<Span> {
  if (next.pages || lane.span.pages) return {};
  return spec.order === 'newest-first' ? { from: lane.span.from } : { to: lane.span.to };
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
