import type { ChangeBatch, RawRow } from '../engine/connection.ts';
import type { CalDavAccount, ServerCalendar } from './caldav.ts';
import { parseState, windowOf, type CalendarFeed, type FeedContext, type FeedState } from './feed.ts';
import { KnownEvents } from './known-events.ts';
import { occurrencesIn, type Occurrence } from './occurrences.ts';

/** Objects asked for at once; one with a long series is a few hundred meetings. */
const AT_ONCE = 50;

export interface ServerFeed {
  readonly account: CalDavAccount;
  readonly calendar: ServerCalendar;
  readonly owner: string;
}

/** A calendar on a CalDAV server: what has changed since the last sync token, or everything where the server keeps none. */
export function caldavFeed(feed: ServerFeed, context: FeedContext): CalendarFeed {
  const name = `${feed.owner}${new URL(feed.calendar.url).pathname}`;
  return { name, changes: (state) => changes(feed, name, context, state) };
}

async function* changes(
  { account, calendar, owner }: ServerFeed,
  name: string,
  context: FeedContext,
  kept: unknown,
): AsyncGenerator<ChangeBatch> {
  const state = parseState(kept);
  const window = windowOf(context, state);
  // The version was asked for before anything is listed: what changes from now on is found by the next sync.
  if (window.isFresh && state?.version === calendar.version && calendar.version !== '') return;
  const since =
    window.isFresh && state && calendar.isToken ? await account.changesSince(calendar, state.version) : null;
  const known = await KnownEvents.of(context.warehouse, { account: context.account, calendar: name }, window);
  const listed = since?.changed ?? (await account.list(calendar));
  const here = new Set(listed);
  const gone = since?.gone ?? known.objects.filter((object) => !here.has(object));
  const next: FeedState = { version: calendar.version, expandedTo: window.to.getTime() };

  for (let place = 0; place < listed.length; place += AT_ONCE) {
    const objects = listed.slice(place, place + AT_ONCE);
    const texts = await account.texts(calendar, objects);
    const rows: RawRow[] = [];
    const rejects: { id: null; reason: string; payload: string }[] = [];
    const deleted: { id: string; at: null }[] = [];
    for (const object of objects) {
      const text = texts.get(object);
      let mine: readonly RawRow[] = [];
      if (text !== undefined) {
        try {
          const origin = { calendar: name, owner, object, place: object };
          mine = occurrencesIn(text, origin, { ...context.rules, ...window });
        } catch (error) {
          // One object that cannot be read keeps its meetings; the others are read.
          rejects.push({ id: null, reason: (error as Error).message, payload: JSON.stringify({ object }) });
          continue;
        }
      }
      rows.push(...mine);
      const present = new Set(mine.map(({ value }) => (value as Occurrence).key));
      deleted.push(...known.absent(object, present).map((id) => ({ id, at: null })));
    }
    // Read in the middle, a calendar is begun again: the token says nothing of halves.
    yield { rows, deleted, rejects, state };
  }
  const deleted = gone.flatMap((object) => known.absent(object, new Set()));
  yield { rows: [], deleted: deleted.map((id) => ({ id, at: null })), state: next };
}
