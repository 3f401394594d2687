import type { StreamPart, StreamSpec } from './stream.ts';

/** Unix seconds, both ends inclusive; `to` null is open. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number | null;
}

export interface PageRequest {
  readonly stream: string;
  readonly part: string;
  /** Absent: no time filter is sent. */
  readonly window?: TimeWindow;
  readonly order: 'oldest-first' | 'newest-first' | 'by-id';
  /** From 1. */
  readonly page: number;
  readonly limit: number;
  /** Only the rows with these ids: at most 50, of a list that takes ids. */
  readonly ids?: readonly string[];
}

/** A row as it came: its own JSON text, and the same parsed. */
export interface RawRow {
  readonly text: string;
  readonly value: unknown;
}

export interface Page {
  readonly rows: readonly RawRow[];
  /** The answer promises another page. It may be empty all the same. */
  readonly hasNext: boolean;
  /** Rows in the whole list, where the source says so. */
  readonly total?: number;
}

export interface SourceAccount {
  /** The account's numeric id as text: subdomains change, ids do not. */
  readonly id: string;
  readonly name: string;
  /** Where it was found, for people: an address, a table, a folder. */
  readonly place?: string;
  /** IANA name, when the source says. */
  readonly timeZone: string | null;
  readonly currency: string | null;
  /** False: time windows are known to be ignored. Null: the source does not say. */
  readonly windowsHonoured: boolean | null;
  /** Where reading begins when the configuration does not say (unix seconds); absent: with everything the source holds. */
  readonly oldest?: number;
}

interface Connection {
  readonly account: SourceAccount;
  readonly streams: readonly StreamSpec[];
  /** Streams seen to be out of reach as the source was opened, with the reason; without it each that needs rights is tried. */
  readonly missing?: ReadonlyMap<string, string>;
  /** Requests worth keeping in flight. */
  readonly concurrency: number;
  /** The source's clock now, in unix seconds. */
  now(): number;
  /** The parts of a stream that does not know them beforehand (StreamSpec.hasListedParts). */
  partsOf?(stream: string, signal: AbortSignal): Promise<readonly StreamPart[]>;
  close(): Promise<void>;
}

/** Leave to send one request now; `sent` is to be called as it leaves, or when it is not wanted after all. */
export interface Turn {
  sent(): void;
}

/** A source of lists that are asked for page by page. */
export interface ListConnection extends Connection {
  /** Where requests must wait for their turn: resolves at the moment one may be sent, so that what it asks can be decided then. */
  turn?(signal: AbortSignal): Promise<Turn>;
  /** With a turn it is sent at once, without one it waits for its own. */
  fetchPage(request: PageRequest, signal: AbortSignal, turn?: Turn): Promise<Page>;
  /**
   * About when a list's far end is (unix seconds): where the history of a list read from its newest row begins, or the newest row of
   * one read from its oldest. Guides how windows are divided; nothing is left out by it. Null when it cannot be known cheaply.
   */
  farEnd(
    request: Pick<PageRequest, 'stream' | 'part' | 'order'>,
    signal: AbortSignal,
  ): Promise<number | null>;
  /** One row by its key, or null when it is not there. */
  fetchOne(stream: string, id: string, signal: AbortSignal): Promise<RawRow | null>;
}

export interface ChangesRequest {
  readonly stream: string;
  readonly part: string;
  /** What the last committed batch left; null when the part is read for the first time, or from the start again on request. */
  readonly state: unknown;
}

/** What has changed, and where to go on after it. Bounded: about 1,000 rows or 8 MB. */
export interface ChangeBatch {
  readonly rows: readonly RawRow[];
  /** Keys of rows that are gone. `at`: when, where the source says. */
  readonly deleted?: readonly { readonly id: string; readonly at: Date | null }[];
  /** What could not even be made a row of, with the reason. */
  readonly rejects?: readonly {
    readonly id: string | null;
    readonly reason: string;
    readonly payload: string;
  }[];
  /** JSON: committed in one transaction with the rows, and given to the next call. */
  readonly state: unknown;
  /** Rows the whole call will come to, where it is known. */
  readonly expectedRows?: number;
}

/**
 * A source that keeps its own account of what has changed since (a mailbox, a folder, a file that grows): for streams with the cursor
 * `opaque`. Ends when there is nothing new.
 */
export interface FeedConnection extends Connection {
  fetchChanges(request: ChangesRequest, signal: AbortSignal): AsyncIterable<ChangeBatch>;
}

/**
 * What a source gives the engine: its account, its streams, and their rows. Paces itself, retries what may pass, and throws
 * VoronkaError for the rest; StreamMissingError when the credentials cannot see the stream or a part of it.
 */
export type SourceConnection = ListConnection | FeedConnection;

export function isList(connection: SourceConnection): connection is ListConnection {
  return 'fetchPage' in connection;
}
