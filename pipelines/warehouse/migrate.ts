import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PoolClient } from 'pg';
import { MigrationChangedError, MigrationFailedError } from './errors.ts';
import { type RoleReport, ensureRoles } from './roles.ts';
import type { Warehouse } from './warehouse.ts';
import { withClient } from './with-client.ts';

const FOLDER = join(import.meta.dirname, 'migrations');
/** Any number, as long as nobody else takes it. */
const LOCK = 'select pg_advisory_xact_lock(7310420261)';

export interface MigrationReport {
  /** Names of the files applied now, in order. */
  readonly applied: readonly string[];
  readonly roles: readonly RoleReport[];
}

/**
 * Brings the database to the schema of this version: every file of migrations/ that has not been applied, by number, each in a transaction
 * of its own. Forward only. Processes that start together do it once. Throws {@link MigrationFailedError} (rolled back) and
 * {@link MigrationChangedError}.
 */
export async function migrate(
  warehouse: Pick<Warehouse, 'pool' | 'url' | 'readerUrl'>,
): Promise<MigrationReport> {
  return withClient(warehouse.pool, async (client) => {
    await prepare(client);
    const applied: string[] = [];
    for (const file of await migrationFiles()) {
      if (await apply(client, file)) applied.push(file.name);
    }
    return { applied, roles: await ensureRoles(client, warehouse.url, warehouse.readerUrl) };
  });
}

interface MigrationFile {
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

async function migrationFiles(): Promise<MigrationFile[]> {
  const names = (await readdir(FOLDER)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(FOLDER, name), 'utf8');
      return {
        name,
        text,
        checksum: createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex'),
      };
    }),
  );
}

async function prepare(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('ops.migrations') is not null as there`,
  );
  if (rows[0]?.there) return;
  await client.query(`begin; ${LOCK};
    create schema if not exists ops;
    create table if not exists ops.migrations (
      name text primary key,
      checksum text not null,
      applied_at timestamptz not null default now()
    );
    commit`);
}

/** False when it had been applied. */
async function apply(client: PoolClient, { name, text, checksum }: MigrationFile): Promise<boolean> {
  if (await isApplied(client, name, checksum)) return false;
  await client.query(`begin; ${LOCK}`);
  try {
    // Another process may have applied it while this one waited for the lock.
    const already = await isApplied(client, name, checksum);
    if (!already) {
      await client.query(text);
      await client.query('insert into ops.migrations (name, checksum) values ($1, $2)', [name, checksum]);
    }
    await client.query('commit');
    return !already;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    if (error instanceof MigrationChangedError) throw error;
    throw new MigrationFailedError(name, error);
  }
}

async function isApplied(client: PoolClient, name: string, checksum: string): Promise<boolean> {
  const { rows } = await client.query<{ checksum: string }>(
    'select checksum from ops.migrations where name = $1',
    [name],
  );
  const found = rows[0];
  if (found !== undefined && found.checksum !== checksum) throw new MigrationChangedError(name);
  return found !== undefined;
}
