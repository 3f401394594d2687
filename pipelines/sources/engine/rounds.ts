import type { AdvanceOptions } from './advance.ts';
import { partCursor, type Round, type Span, type StreamCursor } from './cursor.ts';
import { readingOf } from './read-round.ts';
import type { SourceSession } from './session.ts';
import type { StreamPart, StreamSpec } from './stream.ts';

/**
 * The parts still to be read. A call without `until` goes on with the part that was being read, so that a stream of several parts
 * comes to its end however small the calls are.
 */
export function partsToRead(
  spec: StreamSpec,
  cursor: StreamCursor,
  options: AdvanceOptions,
): readonly StreamPart[] {
  if (options.range || options.until) return spec.parts;
  const current = spec.parts.findIndex(({ name }) => cursor.parts[name]?.round !== undefined);
  return spec.parts.slice(Math.max(current, 0));
}

/** The round to go on with, a new one, or undefined when everything asked for is read. */
export function openRound(
  session: SourceSession,
  spec: StreamSpec,
  partName: string,
  cursor: StreamCursor,
  options: AdvanceOptions,
): Round | undefined {
  const { connection, settings } = session;
  const state = partCursor(cursor, partName);
  if (connection.account.windowsHonoured === false && spec.windowMayBeIgnored && !state.scans) {
    scanFromNowOn(cursor, partName);
  }
  const begin = (from: number, to: number | null, upper: number): Round => {
    const byPage = { next: 1, found: 0, empty: null, isDescending: false };
    const pending = windowsOf(from, to, upper, spec.maxWindowSeconds).map((span) =>
      readingOf(spec, state) === 'keyset' ? span : { ...span, pages: byPage },
    );
    return { startedAt: Date.now(), upper, newest: null, pending };
  };

  if (options.range) {
    const from = seconds(options.range.from);
    const to = seconds(options.range.to);
    if (cursor.range?.from !== from || cursor.range.to !== to) cursor.range = { from, to, rounds: {} };
    const round = (cursor.range.rounds[partName] ??= begin(from, to, to));
    return round.pending.length > 0 ? round : undefined;
  }
  if (state.round) return state.round;
  if (options.until && state.completedAt !== null && state.completedAt >= options.until.getTime())
    return undefined;
  const from =
    state.watermark === null
      ? settings.historyFrom
      : Math.max(settings.historyFrom, state.watermark - spec.overlapSeconds);
  state.round = begin(from, null, connection.now() - settings.lagSeconds);
  return state.round;
}

/** What is to be read, in windows no longer than the source allows. The last one stays open when the whole is. */
function windowsOf(from: number, to: number | null, upper: number, longest: number | undefined): Span[] {
  const windows: Span[] = [];
  let start = from;
  if (longest !== undefined) {
    // An open window grows with the clock while it is read: half of what is allowed is left for that.
    for (; (to ?? upper + longest / 2) - start >= longest; start += longest)
      windows.push({ from: start, to: start + longest - 1, seen: false, doubts: 0 });
  }
  return [...windows, { from: start, to, seen: false, doubts: 0 }];
}

/**
 * The watermark is the newest value really met, not the clock: a clock that runs ahead of the source's can then skip nothing. It never
 * passes the round's upper bound, so that rows dated into the future do not carry it away.
 */
export function closeRound(spec: StreamSpec, partName: string, cursor: StreamCursor, round: Round): void {
  const state = partCursor(cursor, partName);
  if (cursor.range?.rounds[partName] === round) {
    const { rounds } = cursor.range;
    if (spec.parts.every(({ name }) => rounds[name]?.pending.length === 0)) delete cursor.range;
    return;
  }
  if (round.newest !== null) state.watermark = Math.max(state.watermark ?? round.newest, round.newest);
  state.completedAt = round.startedAt;
  delete state.round;
}

/** The source ignores time windows here: what was begun with them is begun again without. */
export function scanFromNowOn(cursor: StreamCursor, partName: string): void {
  const state = partCursor(cursor, partName);
  state.scans = true;
  delete state.round;
  if (cursor.range) delete cursor.range.rounds[partName];
}

function seconds(moment: Date): number {
  return Math.floor(moment.getTime() / 1_000);
}
