import type { Span } from './cursor.ts';
import { halve } from './spans.ts';
import type { ListOrder } from './stream.ts';

/**
 * One stretch of time being read, one request at a time. Several lanes side by side keep the rate policy busy in spite of latency; a
 * lane that runs dry takes half of what another has left.
 */
export interface Lane {
  /** What the next request is for. */
  span: Span;
  /** What is left as of the last commit; undefined once all of it is committed. */
  committed: Span | undefined;
  /** Nothing more to ask for. */
  isRead: boolean;
  isBusy: boolean;
  /** Pages fetched and not yet committed. */
  waiting: number;
  /** Rows met and seconds passed so far: how dense the lane is. */
  rows: number;
  seconds: number;
}

export function openLane(span: Span): Lane {
  return { span, committed: span, isRead: false, isBusy: false, waiting: 0, rows: 0, seconds: 0 };
}

export interface SplitRules {
  readonly order: ListOrder;
  readonly pageSize: number;
  /** Where an open span ends (unix seconds). */
  readonly upper: number;
  /** Before this there is nothing: time before it counts for nothing when the remaining work is estimated. */
  readonly floor: number;
}

/** Below so many pages a lane is not worth dividing: each division costs about half a page. */
const MIN_PAGES_TO_SPLIT = 3;

/** Gives half of the longest lane to a new one, or undefined when none is worth it. */
export function splitLongest(lanes: readonly Lane[], rules: SplitRules): Lane | undefined {
  const total = lanes.reduce(
    (sum, lane) => ({ rows: sum.rows + lane.rows, seconds: sum.seconds + lane.seconds }),
    {
      rows: 0,
      seconds: 0,
    },
  );
  let longest: { lane: Lane; pages: number } | undefined;
  for (const lane of lanes) {
    if (lane.isRead || lane.span.pages !== undefined) continue;
    const pages = pagesLeft(lane, total, rules);
    if (pages >= MIN_PAGES_TO_SPLIT && (longest === undefined || pages > longest.pages))
      longest = { lane, pages };
  }
  return longest && divide(longest.lane, rules);
}

/** Estimated pages left in a lane, 0 while nothing is known. */
export function pagesLeft(
  lane: Lane,
  total: { readonly rows: number; readonly seconds: number },
  rules: SplitRules,
): number {
  const own = lane.rows >= rules.pageSize && lane.seconds > 0;
  const { rows, seconds } = own ? lane : total;
  if (rows === 0 || seconds === 0) return 0;
  const length = (lane.span.to ?? rules.upper) - Math.max(lane.span.from, rules.floor);
  return (Math.max(length, 0) * rows) / seconds / rules.pageSize;
}

function divide(lane: Lane, rules: SplitRules): Lane | undefined {
  const upper = lane.span.to ?? rules.upper;
  const middle = Math.floor((Math.max(lane.span.from, rules.floor) + upper) / 2);
  const halves = halve(lane.span, upper, middle);
  if (!halves) return undefined;
  const [earlier, later] = halves;
  const open = lane.span.to === null;
  // Each half keeps the end it was being read from: oldest first stays with the earlier one, newest first with the later.
  const [kept, given] = rules.order === 'newest-first' ? [later, earlier] : [earlier, later];
  const keepsOpen = open && rules.order === 'newest-first';
  const givesOpen = open && rules.order !== 'newest-first';
  const boundary = rules.order === 'newest-first' ? { from: kept.from } : { to: kept.to };
  lane.span = { ...lane.span, ...boundary, ...(keepsOpen && { to: null }) };
  if (lane.committed) lane.committed = { ...lane.committed, ...boundary, ...(keepsOpen && { to: null }) };
  return openLane({ from: given.from, to: givesOpen ? null : given.to, seen: false, doubts: 0 });
}
