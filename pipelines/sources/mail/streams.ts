import { z } from 'zod';
import type { StreamSpec } from '../engine/stream.ts';
import { FOLDER_ROLES } from './folder-role.ts';

const text = z.string().min(1);
const moment = z.iso.datetime().nullable();

const message = z.looseObject({
  id: text,
  message_key: text,
  mailbox: text,
  folder: text,
  role: z.enum(FOLDER_ROLES).nullable(),
  stored_at: moment,
  received_at: moment,
  date_at: moment,
  size: z.number().int().nonnegative(),
  parties: z.array(z.looseObject({ role: text, address: text })),
  refs: z.array(text),
  parent: text.nullable(),
});

const mailbox = z.looseObject({ id: text, addresses: z.array(text), own_domains: z.array(text) });

const feed = {
  cursor: 'opaque',
  parts: [],
  hasListedParts: true,
  order: 'by-id',
  pageSize: 500,
  maxPages: 1,
  overlapSeconds: 0,
  deletions: 'feed',
  history: 'none',
  needs: 'any',
  windowMayBeIgnored: false,
  // A message never changes and its flags carry no version: what was read last holds.
  cursorOf: () => null,
} as const;

/** The streams of every source of mail. */
export const mailStreams: readonly StreamSpec[] = [
  /** One row per copy of a message: the same one in two folders is two rows, and one message in the models. */
  { ...feed, name: 'messages', schema: message, key: (row) => String(row['id']) },
  /** One row per mailbox: the addresses that are its own. */
  { ...feed, name: 'mailboxes', schema: mailbox, key: (row) => String(row['id']) },
];
