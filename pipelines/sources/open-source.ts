import { setMaxListeners } from 'node:events';
import { parseDuration } from '../config/duration.ts';
import { crashPoint } from '../crash-points.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { isList, type ListConnection } from './engine/connection.ts';
import { StreamMissingError } from './engine/errors.ts';
import type { SharedSettings, SourceKind } from './engine/kind.ts';
import {
  DEFAULT_SETTINGS,
  type SourceSession,
  type StreamInfo,
  type SyncProgress,
} from './engine/session.ts';
import type { StreamSpec } from './engine/stream.ts';
import { SOURCE_KINDS, type SourceConfig } from './registry.ts';

export interface OpenSourceOptions {
  readonly warehouse: Warehouse;
  /** Where the secrets named by the configuration are; default the process's environment. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Ends every read of the session. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Timeouts and the like, where the source asks over HTTP (its own folder says which). */
  readonly http?: Readonly<Record<string, unknown>>;
  /** Tries of one request that fails in a way that may pass; default 7. */
  readonly maxTries?: number;
  /** Requests kept in flight; default: what the source's pace is worth. With 1, a page is committed before the next is asked for. */
  readonly concurrency?: number;
}

/**
 * Connects to a source: finds its account, and which streams the credentials cannot see. Those are named with the reason and left out of
 * the sync. Throws what the source's client throws for bad credentials, blocks and outages.
 */
export async function openSource(config: SourceConfig, options: OpenSourceOptions): Promise<SourceSession> {
  crashPoint('source.opening');
  const ending = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, ending.signal]) : ending.signal;
  setMaxListeners(0, signal);
  const kind = kindOf(config);
  const settings: SharedSettings = config;
  const connection = await kind.open(config, {
    warehouse: options.warehouse,
    environment: options.environment ?? process.env,
    signal,
    ...(options.http && { http: options.http }),
    ...(options.maxTries !== undefined && { maxTries: options.maxTries }),
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
  });
  try {
    // Rights differ from stream to stream only where a stream needs an administrator's; what an account lacks shows when it is read.
    const streams = await Promise.all(
      connection.streams.map(async (spec): Promise<StreamInfo> => {
        const isTried = connection.missing === undefined && spec.needs === 'admin' && isList(connection);
        const missing = isTried
          ? await whyMissing(connection, spec, signal)
          : connection.missing?.get(spec.name);
        return missing === undefined ? { name: spec.name } : { name: spec.name, missing };
      }),
    );
    crashPoint('source.opened');
    return {
      source: config.name,
      type: config.type,
      account: connection.account,
      streams,
      connection,
      warehouse: options.warehouse,
      settings: {
        ...DEFAULT_SETTINGS,
        maxDeletedShare: settings.max_deleted_share,
        ...(settings.sweep_every !== undefined && {
          sweepEverySeconds: (parseDuration(settings.sweep_every) ?? 0) / 1_000,
        }),
        historyFrom:
          settings.history_from === undefined
            ? (connection.account.oldest ?? 0)
            : Math.floor(Date.parse(settings.history_from) / 1_000),
      },
      signal,
      ...(options.onProgress && { onProgress: options.onProgress }),
      async close() {
        ending.abort();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Settings reach the kind they were checked by: the type of the one decides the type of the other. */
function kindOf({ type }: SourceConfig): SourceKind {
  const kind = SOURCE_KINDS.find((one) => one.type === type);
  if (!kind) throw new Error(`no kind of source is named ${type}`);
  return kind;
}

async function whyMissing(
  connection: ListConnection,
  { name, parts }: StreamSpec,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const part = parts[0]?.name ?? 'all';
    await connection.fetchPage({ stream: name, part, order: 'by-id', page: 1, limit: 1 }, signal);
    return undefined;
  } catch (error) {
    if (error instanceof StreamMissingError) return error.reason;
    throw error;
  }
}
