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
  /** IANA name, when the source says. */
  readonly timeZone: string | null;
  readonly currency: string | null;
  /** False: time windows are known to be ignored. Null: the source does not say. */
  readonly windowsHonoured: boolean | null;
}

/**
 * What a source gives the engine: its account, its streams, and pages of them. Paces itself, retries what may pass, and throws
 * VoronkaError for the rest; StreamMissingError when the credentials cannot see the stream.
 */
export interface SourceConnection {
  readonly account: SourceAccount;
  readonly streams: readonly StreamSpec[];
  /** Requests worth keeping in flight. */
  readonly concurrency: number;
  /** The source's clock now, in unix seconds. */
  now(): number;
  fetchPage(request: PageRequest, signal: AbortSignal): Promise<Page>;
  /**
   * About when a list's far end is (unix seconds): where the history of a list read from its newest row begins, or the newest row of
   * one read from its oldest. Guides how windows are divided; nothing is left out by it. Null when it cannot be known cheaply.
   */
  farEnd(
    request: Pick<PageRequest, 'stream' | 'part' | 'order'>,
    signal: AbortSignal,
  ): Promise<number | null>;
  /** The lists of a stream that does not know them beforehand (StreamSpec.hasListedParts). */
  partsOf?(stream: string, signal: AbortSignal): Promise<readonly StreamPart[]>;
  /** One row by its key, or null when it is not there. */
  fetchOne(stream: string, id: string, signal: AbortSignal): Promise<RawRow | null>;
  close(): Promise<void>;
}
