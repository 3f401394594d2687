import { createHash } from 'node:crypto';
import type { ChangeBatch, RawRow } from '../engine/connection.ts';
import { parseState, windowOf, type CalendarFeed, type FeedContext, type FeedState } from './feed.ts';
import { KnownEvents } from './known-events.ts';
import { occurrencesIn, type Occurrence } from './occurrences.ts';

const BATCH = 500;

export interface IcsCalendar {
  readonly name: string;
  readonly owner: string;
  /** For messages: never a secret address. */
  readonly place: string;
  /** The whole text. Throws CalendarMissingError. */
  read(signal: AbortSignal): Promise<string>;
}

/** A calendar that comes whole each time. Unchanged, it costs nothing more; changed, what is no longer in it is gone. */
export function icsFeed(calendar: IcsCalendar, context: FeedContext): CalendarFeed {
  return { name: calendar.name, changes: (state, signal) => changes(calendar, context, state, signal) };
}

async function* changes(
  calendar: IcsCalendar,
  context: FeedContext,
  kept: unknown,
  signal: AbortSignal,
): AsyncGenerator<ChangeBatch> {
  const state = parseState(kept);
  const window = windowOf(context, state);
  const text = await calendar.read(signal);
  const version = createHash('sha256').update(text).digest('hex');
  if (window.isFresh && state?.version === version) return;

  const origin = { calendar: calendar.name, owner: calendar.owner, place: calendar.place };
  const rows = occurrencesIn(text, origin, { ...context.rules, ...window });
  const account = context.account;
  const known = await KnownEvents.of(context.warehouse, { account, calendar: calendar.name }, window);
  const present = new Set(rows.map(({ value }) => (value as Occurrence).key));
  const deleted = known.objects
    .flatMap((object) => known.absent(object, present))
    .map((id) => ({ id, at: null }));
  const next: FeedState = { version, expandedTo: window.to.getTime() };
  for (let place = 0; place === 0 || place < rows.length; place += BATCH) {
    const some: readonly RawRow[] = rows.slice(place, place + BATCH);
    const isLast = place + BATCH >= rows.length;
    yield { rows: some, ...(isLast ? { deleted, state: next } : { state }), expectedRows: rows.length };
  }
}
