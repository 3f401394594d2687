import type { PagePosition, Span } from './cursor.ts';

/**
 * What is left of a span after a page of it. Pure: the position in the database and the answer decide, nothing else, so that a process
 * that died goes on exactly where the last commit left it.
 *
 * Three ways of reading, because page numbers lie when rows move between requests: a row edited while the list is paged leaves its
 * place, all behind it move up by one, and the first row of the next page is never seen.
 *
 * - keyset: always page 1 of a window that starts at the last value seen (inclusive). One answer is one consistent state, so nothing
 *   can move between pages. Needs a list sorted by the cursor. Costs the rows of one second again per page (about 0.4 %).
 * - pages, for lists in another order and for seconds with more rows than a page: rows of a closed window only ever leave it, that is
 *   move to EARLIER pages. Read from the last page down to the first, each moved row is met again instead of skipped.
 * - scan, where the source ignores windows: newest first, forward, down to the watermark. Edited rows go to the front and push the
 *   others to LATER pages, where they are met again.
 */
export interface Answer {
  /** Cursor values of the rows, in the order they came. */
  readonly values: readonly number[];
  /** Rows in the answer, also those without a readable cursor value. */
  readonly count: number;
  readonly hasNext: boolean;
  readonly limit: number;
  /** The source's word for it that nothing comes after this answer, and it is good (StreamSpec.trustsEnd). */
  readonly isEnd?: boolean;
}

/** Rows outside the asked window prove that the source ignores it. */
export const WINDOW_IGNORED = Symbol('window ignored');

/** Suspect empty answers are asked again this often before narrower windows are tried. */
const REPEATS = 2;
/** …and narrower windows this often before the emptiness is believed. */
const MAX_DOUBTS = 4;

export type Left = readonly Span[];

export function afterKeyset(
  span: Span,
  answer: Answer,
  order: 'oldest-first' | 'newest-first',
  upper: number,
): Left | typeof WINDOW_IGNORED {
  if (answer.count === 0) return answer.isEnd ? [] : doubt(span, upper);
  const forward = order === 'oldest-first';
  const { values } = answer;
  if (values.some((value) => (forward ? value < span.from : span.to !== null && value > span.to))) {
    return WINDOW_IGNORED;
  }
  if (answer.isEnd) return [];
  if (!isSorted(values, forward)) return startPages(span);
  if (!answer.hasNext && answer.count < answer.limit) return [];
  const last = values.at(-1);
  if (last === undefined) return startPages(span);
  return forward ? goForward(span, last) : goBack(span, last);
}

/**
 * What is left once the far end of `asked` was read, newest first, while the rest of it was being read from its near end. One answer is
 * one consistent state here, too, so both ends close in on each other. Undefined: nothing can be concluded from the answer, and the
 * near end is to go on alone: an empty answer, a second with more rows than a page, another order than asked for.
 */
export function afterFarEnd(span: Span, asked: Span, answer: Answer): Left | undefined {
  const { values, count } = answer;
  const last = values.at(-1);
  if (last === undefined || !isSorted(values, false)) return undefined;
  if (values.some((value) => value < asked.from || (asked.to !== null && value > asked.to))) return undefined;
  if (!answer.hasNext && count < answer.limit) return [];
  if (last < span.from) return [];
  if (last === values[0]) return undefined;
  return [{ ...span, to: last }];
}

function goForward(span: Span, last: number): Left {
  if (span.to !== null && last > span.to) return [];
  if (last > span.from) return [{ from: last, to: span.to, seen: true, doubts: 0 }];
  // A second with more rows than a page: by page number within it, and the rest after it.
  const tie = startPages({ ...span, to: span.from });
  if (span.to !== null && span.to <= span.from) return tie;
  return [...tie, { from: span.from + 1, to: span.to, seen: false, doubts: 0 }];
}

function goBack(span: Span, last: number): Left {
  if (last < span.from) return [];
  if (span.to === null || last < span.to) return [{ from: span.from, to: last, seen: true, doubts: 0 }];
  const tie = startPages({ ...span, from: last });
  return last <= span.from ? tie : [...tie, { from: span.from, to: last - 1, seen: false, doubts: 0 }];
}

export function startPages(span: Span): [Span] {
  return [{ ...span, seen: false, pages: FIRST_PAGE }];
}

/**
 * An empty answer is asked again once. Where a row was just seen it is a contradiction: it is asked again twice, then in narrower
 * windows, and only then believed (the row may have been edited or deleted meanwhile).
 */
function doubt(span: Span, upper: number): Left {
  const doubts = span.doubts + 1;
  if (!span.seen) return span.repeats ? [] : [{ ...span, doubts, repeats: true }];
  if (doubts <= REPEATS) return [{ ...span, doubts, repeats: true }];
  const halves = doubts < MAX_DOUBTS ? halve(span, span.to ?? upper) : undefined;
  return halves ? halves.map((half) => ({ ...half, doubts, seen: false })) : [];
}

/** Both halves of a span, or undefined when it is a second long or has no end to measure from. An open end stays open. */
export function halve(span: Span, upper: number, at?: number): [Span, Span] | undefined {
  const middle = at ?? span.from + Math.floor((upper - span.from) / 2);
  if (middle < span.from || middle >= upper) return undefined;
  const { pages: _, repeats: __, ...rest } = span;
  return [
    { ...rest, to: middle },
    { ...rest, from: middle + 1 },
  ];
}

export interface PagingLimits {
  /** Deeper than this a window is split by time; null where it cannot be, because no window is sent. */
  readonly maxPages: number | null;
  /** Where an open span ends, for halving. */
  readonly upper: number;
}

export function afterPage(span: Span, answer: Answer, limits: PagingLimits): Left | typeof WINDOW_IGNORED {
  const { repeats: _, pages: position = FIRST_PAGE, ...rest } = span;
  const { maxPages, upper } = limits;
  if (maxPages !== null && answer.values.some((value) => value < span.from)) return WINDOW_IGNORED;
  if (position.isDescending) {
    // Deeper pages had rows, so this one has, too, unless as many rows have left the window meanwhile.
    if (answer.count === 0 && span.doubts < REPEATS) {
      return [{ ...rest, doubts: span.doubts + 1, repeats: true, pages: position }];
    }
    return descend(rest, position.next - 1);
  }

  const page = position.next;
  const isLast = answer.isEnd ?? (answer.count > 0 && !answer.hasNext && answer.count < answer.limit);
  if (isLast) return descend(rest, page - 1);
  const found = answer.count > 0 ? Math.max(position.found, page) : position.found;
  const empty = answer.count === 0 ? Math.min(position.empty ?? page, page) : position.empty;
  const middle = median(answer.values) ?? position.middle;
  const at = (next: number, shallowestEmpty = empty): PagePosition => ({
    next,
    found,
    empty: shallowestEmpty,
    isDescending: false,
    ...(middle !== undefined && { middle }),
  });

  if (empty === 1) {
    return span.repeats ? [] : [{ ...rest, doubts: span.doubts + 1, repeats: true, pages: FIRST_PAGE }];
  }
  if (empty !== null && empty === found + 1) {
    // The deepest page was full and the one after it is empty: true once in a page size, else a list cut short. Ask again, then in
    // narrower windows, whose last page is a short one.
    const doubts = span.doubts + 1;
    if (doubts <= REPEATS) return [{ ...rest, doubts, repeats: true, pages: at(empty, null) }];
    const halves = maxPages !== null && doubts < MAX_DOUBTS ? divide(rest, upper, middle) : undefined;
    return halves ? halves.flatMap((half) => startPages({ ...half, doubts })) : descend(rest, found - 1);
  }
  if (empty !== null) return [{ ...rest, pages: at(found + ((empty - found) >> 1)) }];
  if (maxPages !== null && found >= maxPages) {
    const halves = divide(rest, upper, middle);
    if (halves) return halves.flatMap(startPages);
  }
  const deeper = found * 4;
  return [
    { ...rest, pages: at(maxPages !== null && found < maxPages ? Math.min(deeper, maxPages) : deeper) },
  ];
}

const FIRST_PAGE: PagePosition = { next: 1, found: 0, empty: null, isDescending: false };

function descend(span: Span, next: number): Left {
  return next < 1
    ? []
    : [{ ...span, doubts: 0, pages: { next, found: next, empty: null, isDescending: true } }];
}

/** `span.from` is the watermark to stop below; pages go forward. */
export function afterScan(span: Span, answer: Answer): Left {
  const page = span.pages?.next ?? 1;
  if (answer.count === 0) {
    const doubts = span.doubts + 1;
    return page > 1 && doubts <= REPEATS ? [{ ...span, doubts, repeats: true }] : [];
  }
  if (answer.values.some((value) => value < span.from)) return [];
  if (!answer.hasNext && answer.count < answer.limit) return [];
  const pages: PagePosition = { next: page + 1, found: page, empty: null, isDescending: false };
  return [{ from: span.from, to: span.to, seen: false, doubts: 0, pages }];
}

/** Two spans of about as many rows: divided at a value met in the middle of a page, else in the middle of the time. */
function divide(span: Span, upper: number, middle: number | undefined): [Span, Span] | undefined {
  const end = span.to ?? upper;
  return (middle === undefined ? undefined : halve(span, end, middle)) ?? halve(span, end);
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((left, right) => left - right)[values.length >> 1];
}

function isSorted(values: readonly number[], ascending: boolean): boolean {
  return values.every((value, index) => {
    const before = values[index - 1];
    return before === undefined || (ascending ? before <= value : before >= value);
  });
}
