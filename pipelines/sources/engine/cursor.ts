import { z } from 'zod';
import { CursorUnreadableError } from './errors.ts';

/** Reading by page number: first the last page is looked for, then the pages are read from it down to 1 (spans.ts says why). */
const pages = z.object({
  next: z.number().int(),
  /** The deepest page that had rows. */
  found: z.number().int().default(0),
  /** The shallowest page that had none. */
  empty: z.number().int().nullable().default(null),
  isDescending: z.boolean().default(false),
  /** A cursor value from the middle of a page met on the way: where to divide the span, if it must be. */
  middle: z.number().int().optional(),
});

/** A stretch of time still to be read, in unix seconds, both ends inclusive; `to` null is open. */
const span = z.object({
  from: z.number().int(),
  to: z.number().int().nullable(),
  /** A row was seen at the end we go on from, so that an empty answer is suspect. */
  seen: z.boolean().default(false),
  /** How often an empty answer was suspect here. */
  doubts: z.number().int().default(0),
  /** The next request repeats the last one, after a pause. */
  repeats: z.boolean().optional(),
  pages: pages.optional(),
});

const round = z.object({
  /** When this round began (unix milliseconds, this machine): what the caller's `until` is compared with. */
  startedAt: z.number(),
  /** The watermark can not pass this (unix seconds, the source's clock). */
  upper: z.number().int(),
  /** The newest cursor value met, up to `upper`. */
  newest: z.number().int().nullable(),
  pending: z.array(span),
});

const part = z.object({
  /** The list was read completely up to here (unix seconds). */
  watermark: z.number().int().nullable().default(null),
  completedAt: z.number().nullable().default(null),
  round: round.optional(),
  /** Streams with the cursor `opaque`: where the source goes on, in its own terms. */
  feed: z.unknown().optional(),
  /** Why the credentials cannot see this part; the others are read all the same. */
  missing: z.string().optional(),
  /** The time window was seen to be ignored. */
  scans: z.boolean().default(false),
});

const streamCursor = z.object({
  version: z.literal(1),
  parts: z.record(z.string(), part).default({}),
  /** A range being read again on request; the watermarks are not touched by it. */
  range: z
    .object({
      from: z.number().int(),
      to: z.number().int(),
      rounds: z.record(z.string(), round),
      /** Parts of an `opaque` stream: how far they are, from the start again. */
      feeds: z.record(z.string(), z.object({ state: z.unknown(), isRead: z.boolean() })).optional(),
    })
    .optional(),
  /** Why the credentials cannot see the stream. */
  missing: z.string().optional(),
  /** Fingerprint of the schema that the stream's rejects were last tried with. */
  schema: z.string().optional(),
});

export type PagePosition = z.output<typeof pages>;
export type Span = z.output<typeof span>;
export type Round = z.output<typeof round>;
export type PartCursor = z.output<typeof part>;
export type StreamCursor = z.output<typeof streamCursor>;

export function parseCursor(stream: string, kept: unknown): StreamCursor {
  if (kept == null) return { version: 1, parts: {} };
  const parsed = streamCursor.safeParse(kept);
  if (!parsed.success) throw new CursorUnreadableError(stream, parsed.error);
  return parsed.data;
}

/** The state of a part, made when it is met for the first time. */
export function partCursor(cursor: StreamCursor, name: string): PartCursor {
  return (cursor.parts[name] ??= { watermark: null, completedAt: null, scans: false });
}
