import { z } from 'zod';
import type { Warehouse } from '../../warehouse/index.ts';
import type { ChangeBatch } from '../engine/connection.ts';
import type { ExpansionRules } from './occurrences.ts';

const DAY = 86_400_000;
/** The window's end lies up to so many days nearer than the horizon before recurring meetings are expanded anew. */
const EXPANDED_EVERY = 7;

/** One calendar: a part of the stream. */
export interface CalendarFeed {
  /** Names the part; the same for as long as the calendar is. */
  readonly name: string;
  changes(state: unknown, signal: AbortSignal): AsyncIterable<ChangeBatch>;
}

/** What all calendars of a source are read with. */
export interface FeedContext {
  readonly warehouse: Warehouse;
  readonly account: string;
  readonly rules: Omit<ExpansionRules, 'from' | 'to'>;
  /** Oldest moment to read, in unix milliseconds. */
  readonly historyFrom: number;
  readonly horizonMs: number;
  readonly now: () => number;
}

const stateShape = z.object({
  /** What the calendar was known by when it had been read: a sync token, a ctag, a hash. */
  version: z.string(),
  /** Recurring meetings were expanded up to here (unix milliseconds). */
  expandedTo: z.number(),
});
export type FeedState = z.output<typeof stateShape>;

/** Null where the calendar was never read, or must be read whole again. */
export function parseState(kept: unknown): FeedState | null {
  const parsed = stateShape.safeParse(kept);
  return parsed.success ? parsed.data : null;
}

/** The window of meetings as of now, and whether what was expanded before reaches far enough into it. */
export function windowOf(
  { historyFrom, horizonMs, now }: FeedContext,
  state: FeedState | null,
): { readonly from: Date; readonly to: Date; readonly isFresh: boolean } {
  const to = now() + horizonMs;
  const isFresh = state !== null && to - state.expandedTo < EXPANDED_EVERY * DAY;
  return { from: new Date(historyFrom), to: new Date(isFresh ? state.expandedTo : to), isFresh };
}
