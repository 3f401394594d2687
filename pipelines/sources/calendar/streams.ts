import { z } from 'zod';
import type { StreamSpec } from '../engine/stream.ts';

const moment = z.iso.datetime();

/** One meeting that takes place once; see `Occurrence` in occurrences.ts. */
const occurrence = z.looseObject({
  key: z.string().min(1),
  calendar: z.string().min(1),
  object: z.string().min(1),
  owner: z.string().min(1),
  uid: z.string().min(1),
  start_at: moment,
  end_at: moment,
  attendees: z.array(z.looseObject({ address: z.string() })),
});

export const EVENTS = 'events';

/** One part per calendar. Recurring events are expanded, so that a row is one meeting. */
export const events: StreamSpec = {
  name: EVENTS,
  parts: [],
  hasListedParts: true,
  cursor: 'opaque',
  order: 'by-id',
  pageSize: 500,
  maxPages: 0,
  overlapSeconds: 0,
  deletions: 'feed',
  history: 'none',
  needs: 'any',
  windowMayBeIgnored: false,
  schema: occurrence,
  key: (row) => row['key'] as string,
  // Servers count changes (SEQUENCE, LAST-MODIFIED), but not all do, and not all changes: what was read later is newer.
  cursorOf: () => null,
};
