import type { Span } from './cursor.ts';
import { halve } from './spans.ts';
import type { ListOrder } from './stream.ts';

/**
 * One stretch of time being read. Several lanes side by side keep the rate policy busy in spite of latency; where one runs dry, another
 * one's rest is divided.
 */
export interface Lane {
  /** What is left of it, past everything that was fetched. */
  span: Span;
  /** Nothing more to ask for. */
  isRead: boolean;
  /** In the order of the stream. */
  readonly first: Head;
  /**
   * From the far end, against the first one: only where the list can be sorted either way. Where the two meet there is no boundary drawn
   * beforehand and so no half-empty page before it. Goes with the far part when the lane is divided.
   */
  second: Head | undefined;
  /** The first head has had an answer, so that where the rows begin is known. */
  isPlaced: boolean;
  /** Rows met and seconds passed so far: how dense the lane is. */
  rows: number;
  seconds: number;
}

/** Where a lane is read, one request at a time. */
export interface Head {
  isBusy: boolean;
  /** Pages fetched and not yet committed. */
  waiting: number;
}

export function openLane(span: Span): Lane {
  return {
    span,
    isRead: false,
    first: newHead(),
    second: undefined,
    isPlaced: false,
    rows: 0,
    seconds: 0,
  };
}

export function newHead(): Head {
  return { isBusy: false, waiting: 0 };
}

export interface LaneRules {
  readonly order: ListOrder;
  readonly pageSize: number;
  /** Where an open span ends (unix seconds). */
  readonly upper: number;
  /** Before this there is nothing: time before it counts for nothing when the remaining work is estimated. */
  readonly floor: number;
  /** The list can be read from its far end as well. */
  readonly hasSecond: boolean;
  /** Lanes worth having. */
  readonly lanes: number;
}

/** Below so many pages a lane is not worth dividing in the middle: each such division costs about half a page. */
const MIN_PAGES_TO_SPLIT = 4;
/** Shorter ones are divided just before where the page under way is likely to end: that costs rows met twice instead of half a page. */
const PAGE_UNDER_WAY = 0.97;
/** Less than this part of a page beyond what is asked for already is not worth a request. */
const WORTH_A_REQUEST = 0.02;
/** A head may run this many pages ahead of the commits. */
const MAX_WAITING = 3;

/** Where the next request is to go: a head of a lane, or a new lane made of a part of that one. */
export type Place =
  | { readonly lane: Lane; readonly by: 'first' | 'second' }
  | { readonly lane: Lane; readonly by: 'division'; readonly cut: Cut };

/** A lane's span in two: what it keeps, and its far part for a new one. */
interface Cut {
  readonly kept: Span;
  readonly given: Span;
}

/**
 * The lane with the most in front of it that is not asked for yet, and how to go on there; undefined while all that is to be read is
 * under way. Without rules no lane is divided.
 */
export function nextPlace(lanes: readonly Lane[], rules: LaneRules | undefined): Place | undefined {
  const open = lanes.filter(({ isRead }) => !isRead);
  if (!rules) {
    const fresh = open.find(({ first, second }) => isFree(first) || (second && isFree(second)));
    return fresh && { lane: fresh, by: isFree(fresh.first) ? 'first' : 'second' };
  }
  const total = totalOf(lanes);
  const ahead = new Map(open.map((lane) => [lane, pagesLeft(lane, total, rules) - busy(lane)]));
  const byLength = [...open].sort((left, right) => ahead.get(right)! - ahead.get(left)!);
  const worth = byLength.filter((lane) => ahead.get(lane)! >= WORTH_A_REQUEST);
  for (const lane of worth) {
    if (isFree(lane.first)) return { lane, by: 'first' };
    const maySecond = rules.hasSecond && (lane.second === undefined || isFree(lane.second));
    if (maySecond) return { lane, by: 'second' };
  }
  // Only where nobody is free, for each lane ends with a page that is not full.
  // The longest one comes first: where it is short, all are, and the end of the list is near.
  const [longest] = worth;
  const cut = longest && cutOf(longest, lanes, rules);
  if (longest && cut) return { lane: longest, by: 'division', cut };
  // An estimate of nothing left is only an estimate: where nobody is asking, the first head does.
  const idle = open.find((lane) => busy(lane) === 0 && isFree(lane.first));
  return idle && { lane: idle, by: 'first' };
}

/** Takes a place for a request. */
export function take(place: Place, lanes: Lane[]): { readonly lane: Lane; readonly head: Head } {
  const { lane } = place;
  if (place.by !== 'division') {
    return { lane, head: place.by === 'first' ? lane.first : (lane.second ??= newHead()) };
  }
  const opened = divide(lane, place.cut);
  lanes.push(opened);
  return { lane: opened, head: opened.first };
}

function isFree({ isBusy, waiting }: Head): boolean {
  return !isBusy && waiting < MAX_WAITING;
}

interface Density {
  readonly rows: number;
  readonly seconds: number;
}

function totalOf(lanes: readonly Lane[]): Density {
  return lanes.reduce(
    (sum, { rows, seconds }) => ({ rows: sum.rows + rows, seconds: sum.seconds + seconds }),
    { rows: 0, seconds: 0 },
  );
}

function busy({ first, second }: Lane): number {
  return Number(first.isBusy) + Number(second?.isBusy === true);
}

/** Estimated; a lane of which nothing is known has none, one that is read by page number either. */
function pagesLeft(lane: Lane, total: Density, rules: LaneRules): number {
  if (lane.span.pages !== undefined || (rules.hasSecond && !lane.isPlaced)) return 0;
  const { rows, seconds } = lane.rows >= rules.pageSize && lane.seconds > 0 ? lane : total;
  if (rows === 0 || seconds === 0) return 0;
  const length = (lane.span.to ?? rules.upper) - Math.max(lane.span.from, rules.floor);
  return (Math.max(length, 0) * rows) / seconds / rules.pageSize;
}

/**
 * Where to divide a lane: so that the lanes are about equal in the end, at most in the middle; a short one past the page under way.
 * Undefined where it is too short to be divided at all.
 */
function cutOf(lane: Lane, lanes: readonly Lane[], rules: LaneRules): Cut | undefined {
  const total = totalOf(lanes);
  const pages = pagesLeft(lane, total, rules);
  const all = lanes.reduce((sum, one) => (one.isRead ? sum : sum + pagesLeft(one, total, rules)), 0);
  const parts = Math.max(2, Math.round((pages * rules.lanes) / all));
  const upper = lane.span.to ?? rules.upper;
  const lower = Math.max(lane.span.from, rules.floor);
  const isBackward = rules.order === 'newest-first';
  const length = upper - lower;
  const stays =
    pages < MIN_PAGES_TO_SPLIT
      ? Math.ceil((length * PAGE_UNDER_WAY) / pages)
      : length - Math.floor(length / parts);
  const halves = halve(lane.span, upper, isBackward ? upper - stays : lower + stays);
  if (!halves) return undefined;
  const [earlier, later] = halves;
  const isOpen = lane.span.to === null;
  // Each part keeps the end it was being read from: oldest first stays with the earlier one, newest first with the later.
  const [kept, given] = isBackward ? [later, earlier] : [earlier, later];
  return {
    kept: isBackward ? { ...lane.span, from: kept.from } : { ...lane.span, to: kept.to },
    given: { from: given.from, to: isOpen && !isBackward ? null : given.to, seen: false, doubts: 0 },
  };
}

/** Gives a lane's far part to a new one. */
function divide(lane: Lane, { kept, given }: Cut): Lane {
  lane.span = kept;
  const opened = openLane(given);
  // Its rows may begin later than it does, but the lane it was cut from is known to go on.
  opened.isPlaced = true;
  if (lane.second) {
    opened.second = lane.second;
    lane.second = undefined;
  }
  return opened;
}
