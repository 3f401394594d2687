import { parseDuration } from '../../config/index.ts';
import { ensureStream } from '../../warehouse/index.ts';
import type { FeedConnection } from '../engine/connection.ts';
import type { OpenOptions } from '../engine/kind.ts';
import { CalDavAccount } from './caldav.ts';
import { caldavFeed } from './caldav-feed.ts';
import type { CalendarFeed, FeedContext } from './feed.ts';
import { icsAddress, icsFiles } from './ics-places.ts';
import { icsFeed } from './ics-feed.ts';
import type { CalendarPlace, CalendarSettings } from './settings.ts';
import { events, EVENTS } from './streams.ts';

/** Without history_from, meetings of so long ago are read. */
const HISTORY_MS = 730 * 86_400_000;
const DEFAULT_HORIZON_MS = 90 * 86_400_000;

/** Throws SecretMissingError; what a calendar lacks shows when it is read, and does not hold up the others. */
export async function openCalendars(
  settings: CalendarSettings,
  options: OpenOptions,
): Promise<FeedConnection> {
  const { warehouse, environment, signal } = options;
  const { titles, categories } = settings.presentations;
  const context: FeedContext = {
    warehouse,
    account: settings.name,
    rules: {
      zone: settings.time_zone,
      presentationTitles: titles === undefined ? null : new RegExp(titles, 'iu'),
      presentationCategories: new Set(categories.map((name) => name.trim().toLowerCase())),
      keepTitles: settings.keep_titles,
    },
    historyFrom:
      settings.history_from === undefined ? Date.now() - HISTORY_MS : Date.parse(settings.history_from),
    horizonMs: parseDuration(settings.horizon) ?? DEFAULT_HORIZON_MS,
    now: Date.now,
  };
  // What is known of a calendar is looked up before its first row lands.
  await ensureStream(warehouse, { source: settings.type, stream: EVENTS });
  const accounts = new Map<CalendarPlace, CalDavAccount>();
  for (const place of settings.calendars) {
    if ('caldav' in place) accounts.set(place, new CalDavAccount(place, environment, signal));
  }
  const feedsAt = async (place: CalendarPlace): Promise<readonly CalendarFeed[]> => {
    if ('path' in place) {
      return (await icsFiles(place.path, place.owner)).map((calendar) => icsFeed(calendar, context));
    }
    if ('url_env' in place) return [icsFeed(icsAddress(place.url_env, place.owner, environment), context)];
    const account = accounts.get(place);
    if (!account) return [];
    const calendars = await account.calendars();
    return calendars.map((calendar) => caldavFeed({ account, calendar, owner: place.owner }, context));
  };
  let feeds = new Map<string, CalendarFeed>();
  return {
    account: {
      id: settings.name,
      name: settings.name,
      place: `${settings.calendars.length} calendars`,
      timeZone: settings.time_zone,
      currency: null,
      windowsHonoured: null,
    },
    streams: [events],
    concurrency: 2,
    now: () => Date.now() / 1_000,
    async partsOf() {
      const found: CalendarFeed[] = [];
      for (const [n, place] of settings.calendars.entries()) {
        try {
          found.push(...(await feedsAt(place)));
        } catch (error) {
          signal.throwIfAborted();
          // Its own part fails, with this reason; the others are read.
          found.push(failing(`${place.owner ?? 'calendar'}/${n}`, error));
        }
      }
      feeds = new Map(found.map((feed) => [feed.name, feed]));
      return [...feeds.keys()].map((name) => ({ name }));
    },
    fetchChanges({ part, state }, readSignal) {
      const feed = feeds.get(part);
      if (!feed) throw new Error(`no calendar is named ${part}`);
      return feed.changes(state, readSignal);
    },
    close: () => Promise.resolve(),
  };
}

function failing(name: string, error: unknown): CalendarFeed {
  return {
    name,
    // eslint-disable-next-line @typescript-eslint/require-await
    async *changes() {
      throw error;
    },
  };
}
