import pg from 'pg';

/** The schema that rollups are tables of, in the warehouse itself. */
export const ROLLUP_SCHEMA = 'rollups';

export interface RollupOptions {
  /** Connection string of a role that may read the marts and make tables in schema `rollups`; never used to answer. */
  readonly writerUrl: string;
}

export interface RollupStore {
  readonly url: string;
  /** Makes the schema, for the reader to read. */
  prepare(pool: pg.Pool): Promise<void>;
}

/** Rollups in Postgres: written by one role, read by the one that answers. */
export function rollupStore({ writerUrl }: RollupOptions, readerUrl: string): RollupStore {
  const reader = pg.escapeIdentifier(decodeURIComponent(new URL(readerUrl).username));
  return {
    url: writerUrl,
    async prepare(pool) {
      const { rows } = await pool.query('select from pg_namespace where nspname = $1', [ROLLUP_SCHEMA]);
      if (rows.length > 0) return;
      await pool.query(
        `create schema if not exists ${ROLLUP_SCHEMA};
         grant usage on schema ${ROLLUP_SCHEMA} to ${reader};
         alter default privileges in schema ${ROLLUP_SCHEMA} grant select on tables to ${reader}`,
      );
    },
  };
}

export function makePool({ url }: RollupStore): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: 'voronka rollups' });
  // An idle connection that the server ends must not end the process.
  pool.on('error', () => undefined);
  return pool;
}
