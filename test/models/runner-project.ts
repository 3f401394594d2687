import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';
import { runBuild, type BuildOptions, type BuildReport } from '../../pipelines/transform/index.ts';

/** The runner's own tables, and those of schema `conf`. */
const MIGRATIONS = [
  '0020_transform',
  '0040_calls_and_identity',
  '0058_meetings',
  '0080_business_time',
  '0101_deal_currency',
  '0110_regulation',
  '0180_stale_after',
  '0150_build_tests',
].map((name) => new URL(`../../pipelines/warehouse/migrations/${name}.sql`, import.meta.url));
const MACROS = new URL('../../sql/macros/', import.meta.url);

export type Files = Readonly<Record<string, string>>;

/** A dbt project in a temporary folder over a database of its own. */
export interface TestProject {
  readonly dir: string;
  readonly pool: Pool;
  readonly url: string;
  /** Writes files beside those there are; null removes one. */
  write(files: Readonly<Record<string, string | null>>): Promise<void>;
  build(options?: Partial<BuildOptions>): Promise<BuildReport>;
  rows<T = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<T[]>;
  drop(): Promise<void>;
}

const PROJECT_YML = `
name: shop
config-version: 2
profile: shop
model-paths: [staging, marts]
macro-paths: [macros]
test-paths: [tests]
`;

export async function createProject(files: Files = {}): Promise<TestProject> {
  const database: TestDatabase = await createTestDatabase();
  const dir = await mkdtemp(join(tmpdir(), 'voronka-runner-'));
  const write: TestProject['write'] = async (changed) => {
    for (const [path, text] of Object.entries(changed)) {
      const target = join(dir, path);
      await mkdir(dirname(target), { recursive: true });
      await (text === null ? rm(target) : writeFile(target, text));
    }
  };
  const macro = (name: string): Promise<string> => readFile(new URL(name, MACROS), 'utf8');
  await write({
    'dbt_project.yml': PROJECT_YML,
    'macros/generate_schema_name.sql': await macro('generate_schema_name.sql'),
    'macros/changed_since.sql': await macro('changed_since.sql'),
    ...files,
  });
  for (const migration of MIGRATIONS) await database.pool.query(await readFile(migration, 'utf8'));
  return {
    dir,
    pool: database.pool,
    url: database.url,
    write,
    build: (options = {}) => runBuild({ url: database.url, projectDir: dir, ...options }),
    rows: async <T>(sql: string, values: unknown[] = []) =>
      (await database.pool.query(sql, values)).rows as T[],
    async drop() {
      await database.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/**
 * Waits until every transaction of the server that began before now has ended. Transaction ids are the whole server's: another
 * test's open transaction makes a build read rows once more, which is right but hard to count.
 */
export async function settle(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ now: string }>('select pg_current_xact_id()::text as now');
  for (let attempt = 0; attempt < 1000; attempt++) {
    const passed = await pool.query('select where pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8', [
      rows[0]?.now,
    ]);
    if (passed.rowCount === 1) return;
    await sleep(20);
  }
  throw new Error('a transaction of another test has been open for too long');
}

/** A raw table as the landing makes it: every write stamps the row with its transaction. */
export const RAW_DEALS = `
  create schema raw;
  create table raw.deals (id int primary key, owner text, amount int, loaded_xid xid8 not null default pg_current_xact_id())
`;

export const SOURCES_YML = `
version: 2
sources:
  - name: raw
    schema: raw
    tables: [{ name: deals }]
`;
