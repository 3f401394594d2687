import type { z } from 'zod';
import type { ExpectedShape } from './drift.ts';

/**
 * What the position in a stream is measured by. `none`: the stream is small and is read whole every time. `opaque`: the source says
 * what has changed since a state that only it understands (FeedConnection).
 */
export type CursorKind = 'updated_at' | 'created_at' | 'id' | 'opaque' | 'none';

/**
 * The order a windowed list comes in. `oldest-first` and `newest-first` mean by the cursor; `by-id` means any other stable order, so
 * that a position in the list says nothing about the cursor.
 */
export type ListOrder = 'oldest-first' | 'newest-first' | 'by-id';

/**
 * How a deletion shows: a list of the deleted, a flag on the row, absence from a complete read, or not at all. `departure`: rows leave
 * the list in the ordinary course, any number of them at once, so that no share of them is suspicious.
 */
export type DeletionMode = 'feed' | 'flag' | 'sweep' | 'departure' | 'none';

/** Where the history of a row comes from. */
export type HistoryMode = 'events' | 'history' | 'none';

/** What the credentials must be allowed to do, or the account must have bought and switched on (`feature`). */
export type RightsNeeded = 'any' | 'admin' | 'feature';

/** A row after its schema: anything the source sends, plus what the schema promises. */
export type Row = Readonly<Record<string, unknown>>;

/** What a row of this stream says about a row of another one: an event that tells of a deletion or of a restoration. */
export interface LivenessNews {
  readonly stream: string;
  readonly id: string;
  readonly isDeleted: boolean;
  /** Unix seconds. */
  readonly at: number;
  /** Orders news of one second. */
  readonly tieBreaker: string;
}

/** One list of a stream. Most streams have one; notes have one per entity, leads have one for the recycle bin. */
export interface StreamPart {
  readonly name: string;
  /** Lists the deleted; rows of it that do not say `is_deleted` are not believed to be. */
  readonly tombstones?: boolean;
  /** Belongs to something the account may not have: without it the rest of the stream is read all the same. */
  readonly isOptional?: boolean;
}

/** A stream declared as data: everything the engine needs to read it completely. Adding a stream adds one of these. */
export interface StreamSpec {
  readonly name: string;
  readonly parts: readonly StreamPart[];
  readonly cursor: CursorKind;
  readonly order: ListOrder;
  /** The list comes oldest first, and newest first on request: it can be read from both ends at once. */
  readonly readsFromBothEnds?: boolean;
  readonly pageSize: number;
  /** A window is read by page number only this deep; past it, it is split by time. */
  readonly maxPages: number;
  /** The next round starts this far before the last one's end: rows that became visible late are met again. */
  readonly overlapSeconds: number;
  /** The source refuses longer windows than this. */
  readonly maxWindowSeconds?: number;
  /** An answer that says it is the last one is: nothing is asked twice. Also for sources without pages, which give all rows at once. */
  readonly trustsEnd?: boolean;
  readonly deletions: DeletionMode;
  readonly history: HistoryMode;
  readonly needs: RightsNeeded;
  /** The server may ignore the time window without saying so; then the list is scanned newest first down to the watermark. */
  readonly windowMayBeIgnored: boolean;
  readonly schema: z.ZodType<Row>;
  /** What rows look like by the documentation; the schema refuses, this only counts (ops.drift). */
  readonly expected?: ExpectedShape;
  /** Lists read whole: at most so often, in seconds. Without it, in every sync. */
  readonly refreshSeconds?: number;
  /** Lists read whole: the source says which lists there are (SourceConnection.partsOf). */
  readonly hasListedParts?: boolean;
  /** Lists read whole: a row that is absent is asked for by itself before it counts as gone. */
  readonly confirmsAbsence?: boolean;
  /** Rows may vanish without any sign (merged, purged), so that the ids are read from time to time (id-sweep.ts). */
  readonly sweepsIds?: boolean;
  /** Rows that define fields: new ones, and changes of their type, are counted as drift. */
  readonly definition?: (row: Row) => { readonly name: string; readonly type: string };
  /** The part a row belongs to, where the key needs it and the row says it. */
  readonly partOf?: (row: Row) => string | undefined;
  /** The key within the account. */
  readonly key: (row: Row, part: string) => string;
  /** The row's cursor value in unix seconds; null for streams read whole. */
  readonly cursorOf: (row: Row) => number | null;
  /** What this row says about the life of rows of other streams. */
  readonly news?: (row: Row) => readonly LivenessNews[];
}

/** The whole stream is one list. */
export const WHOLE: readonly StreamPart[] = [{ name: 'all' }];
