import type { Warehouse } from '../../warehouse/index.ts';
import { isList, type ListConnection, type SourceAccount, type SourceConnection } from './connection.ts';

export interface StreamInfo {
  readonly name: string;
  /** Why the credentials cannot see it; absent when they can, as far as is known. */
  readonly missing?: string;
}

export interface SyncProgress {
  readonly stream: string;
  readonly pages: number;
  readonly rows: number;
  /** Rows this round will come to, where the source says or it can be estimated. */
  readonly expectedRows: number | null;
}

/** An open source: its account, what can be read of it, and the connection the engine reads it through. */
export interface SourceSession<Connection extends SourceConnection = SourceConnection> {
  /** Name in the configuration. */
  readonly source: string;
  /** Type of the source: names the raw tables. */
  readonly type: string;
  readonly account: SourceAccount;
  readonly streams: readonly StreamInfo[];
  readonly connection: Connection;
  readonly warehouse: Warehouse;
  readonly settings: EngineSettings;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: SyncProgress) => void;
  close(): Promise<void>;
}

/** A session whose source has lists. */
export type ListSession = SourceSession<ListConnection>;

export function isListSession(session: SourceSession): session is ListSession {
  return isList(session.connection);
}

export interface EngineSettings {
  /** The oldest moment to read from (unix seconds). */
  readonly historyFrom: number;
  /** A sweep that would mark more than this share deleted stops and asks. */
  readonly maxDeletedShare: number;
  /** How often the ids of large streams are read from end to end, to find rows that vanished without a sign. */
  readonly sweepEverySeconds: number;
  /** The watermark stays so far behind the source's clock (seconds): what is being written there now is not claimed as read. */
  readonly lagSeconds: number;
}

/** The engine's defaults: everything the account holds, one row in five, once a day, two seconds. */
export const DEFAULT_SETTINGS: EngineSettings = {
  historyFrom: 0,
  maxDeletedShare: 0.2,
  sweepEverySeconds: 86_400,
  lagSeconds: 2,
};
