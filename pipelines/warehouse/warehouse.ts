import { basename, dirname, resolve } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { type EmbeddedOptions, startEmbedded } from './embedded/embedded-postgres.ts';
import { DatabaseTooOldError, DatabaseUnreachableError } from './errors.ts';
import { createPool } from './pool.ts';
import { readerUrlOf } from './reader.ts';
import type { WarehouseSchema } from './schema.ts';

export interface Warehouse {
  /** The owner's URL, with its password. */
  readonly url: string;
  /** The URL of `voronka_reader`: reads marts, nothing else. Valid after {@link migrate}. */
  readonly readerUrl: string;
  readonly pool: pg.Pool;
  readonly db: Kysely<WarehouseSchema>;
  readonly isEmbedded: boolean;
  /** Gives the connections back; an embedded server stops when its last user has gone. */
  close(): Promise<void>;
}

export interface WarehouseOptions {
  /** A Postgres 15+; without it the embedded one is started or joined. */
  readonly url?: string | undefined;
  readonly embedded?: Omit<EmbeddedOptions, 'folder'> & {
    /**
     * Default `.voronka/postgres` in the working directory, kept elsewhere when the server's user cannot reach it. A folder named here
     * is used or refused. Passwords, the log and the socket are kept beside the data.
     */
    readonly dataDir?: string | undefined;
  };
  /** Connections of this process at most; default 10. */
  readonly maxConnections?: number;
}

/** Throws {@link DatabaseUnreachableError}, {@link DatabaseTooOldError} and the errors of the embedded server (embedded/errors.ts). */
export async function openWarehouse(options: WarehouseOptions = {}): Promise<Warehouse> {
  const embedded =
    options.url === undefined ? await startEmbedded(embeddedOptions(options.embedded ?? {})) : undefined;
  const url = options.url ?? embedded?.url ?? '';
  const pool = createPool(url, options.maxConnections);
  try {
    await checkServer(pool, url);
  } catch (error) {
    await pool.end();
    await embedded?.close();
    throw error;
  }
  return {
    url,
    readerUrl: readerUrlOf(url),
    pool,
    db: new Kysely<WarehouseSchema>({ dialect: new PostgresDialect({ pool }) }),
    isEmbedded: embedded !== undefined,
    async close() {
      await pool.end();
      await embedded?.close();
    },
  };
}

function embeddedOptions({ dataDir, ...rest }: NonNullable<WarehouseOptions['embedded']>): EmbeddedOptions {
  if (dataDir === undefined) return rest;
  // `postgres` is the name of the data folder itself; any other folder gets one inside, beside password, log and socket.
  return { ...rest, folder: basename(dataDir) === 'postgres' ? dirname(resolve(dataDir)) : resolve(dataDir) };
}

async function checkServer(pool: pg.Pool, url: string): Promise<void> {
  let version: string;
  try {
    const { rows } = await pool.query<{ server_version: string }>('show server_version');
    version = rows[0]?.server_version ?? '';
  } catch (error) {
    throw new DatabaseUnreachableError(url, error);
  }
  if (Number.parseInt(version, 10) < 15) throw new DatabaseTooOldError(url, version);
}
