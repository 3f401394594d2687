import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  DatabaseUnreachableError,
  MigrationChangedError,
  ensureStream,
  grantMarts,
  migrate,
  openWarehouse,
} from '../../pipelines/warehouse/index.ts';
import { type TestDatabase, createTestDatabase } from '../harness/database.ts';

const databases: TestDatabase[] = [];
let database: TestDatabase;
beforeAll(async () => {
  database = await fresh();
});
afterAll(async () => {
  for (const one of databases) await one.drop();
});

async function fresh(): Promise<TestDatabase> {
  const one = await createTestDatabase();
  databases.push(one);
  return one;
}

async function asRole<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

it('applies each migration once when several processes and several databases start together', async () => {
  const other = await fresh();
  const warehouses = await Promise.all(
    [database, database, database, other, other].map(({ url }) => openWarehouse({ url })),
  );
  const reports = await Promise.all(warehouses.map((warehouse) => migrate(warehouse)));
  const applied = reports.slice(0, 3).flatMap((report) => report.applied);
  expect(new Set(applied).size).toBe(applied.length);
  expect(applied).toContain('0003_landing.sql');
  expect(reports.slice(3).flatMap((report) => report.applied)).toHaveLength(applied.length);
  for (const report of reports)
    expect(report.roles.every(({ present, todo }) => present && todo === undefined)).toBe(true);
  for (const { readerUrl } of warehouses) await asRole(readerUrl, (client) => client.query('select 1'));
  await Promise.all(warehouses.map((warehouse) => warehouse.close()));
});

it('lets the reader see marts, those made later and those moved in, and nothing else, and write nothing', async () => {
  const warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
  await ensureStream(warehouse, { source: 'amocrm', stream: 'leads' });
  await database.pool.query(`
    create table marts.fct_new as select 1 as n;
    create table intermediate.fct_swapped as select 2 as n;
    alter table intermediate.fct_swapped set schema marts`);
  const client = await database.pool.connect();
  await grantMarts(client);
  client.release();
  await asRole(warehouse.readerUrl, async (reader) => {
    expect(
      (await reader.query('select n from marts.fct_new union select n from marts.fct_swapped')).rows,
    ).toHaveLength(2);
    for (const closed of ['raw.amocrm__leads', 'ops.cursors', 'ops.rejects']) {
      await expect(reader.query(`select * from ${closed}`)).rejects.toMatchObject({ code: '42501' });
    }
    await expect(reader.query('delete from marts.fct_new')).rejects.toMatchObject({ code: '25006' });
    // Even a client that turns the session's own guard off has no right to write.
    await reader.query('set default_transaction_read_only = off');
    for (const write of [
      'delete from marts.fct_new',
      'create table marts.x (n int)',
      'create table public.x (n int)',
    ]) {
      await expect(reader.query(write)).rejects.toMatchObject({ code: '42501' });
    }
    expect((await reader.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '1min' }]);
  });
  await warehouse.close();
});

it('goes on without the right to create roles, and says what an administrator has to do', async () => {
  const admin = await fresh();
  const name = `plain_${Date.now()}`;
  await admin.pool.query(`create role ${name} login password 'plain' nosuperuser nocreaterole`);
  const owned = new URL(admin.url);
  await admin.pool.query(
    `alter database ${owned.pathname.slice(1)} owner to ${name}; alter schema public owner to ${name}`,
  );
  owned.username = name;
  owned.password = 'plain';
  const warehouse = await openWarehouse({ url: owned.href });
  const report = await migrate(warehouse);
  expect(report.applied).toContain('0002_ops.sql');
  const reader = report.roles.find(({ role }) => role === 'voronka_reader');
  expect(reader?.todo).toMatch(/administrator/);
  await warehouse.close();
  await admin.drop();
  databases.pop();
  await database.pool.query(`drop role ${name}`);
});

it('refuses a migration that was edited after it had been applied', async () => {
  const changed = await fresh();
  const warehouse = await openWarehouse({ url: changed.url });
  await migrate(warehouse);
  await changed.pool.query(`update ops.migrations set checksum = 'other' where name = '0001_schemas.sql'`);
  await expect(migrate(warehouse)).rejects.toBeInstanceOf(MigrationChangedError);
  await warehouse.close();
});

it('says which database cannot be reached, without its password', async () => {
  const url = 'postgres://someone:hush@127.0.0.1:1/nothing';
  const error: unknown = await openWarehouse({ url }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(DatabaseUnreachableError);
  expect((error as Error).message).toMatch(/127\.0\.0\.1:1\/nothing/);
  expect(
    JSON.stringify([(error as Error).message, (error as DatabaseUnreachableError).context]),
  ).not.toContain('hush');
});

it('reads counts as numbers and dates as they are written, in this pool only', async () => {
  const warehouse = await openWarehouse({ url: database.url });
  const sql = `select count(*) as n, date '2026-03-29' as day, 1.10::numeric(18,2) as amount from generate_series(1, 3)`;
  expect((await warehouse.pool.query(sql)).rows).toEqual([{ n: 3, day: '2026-03-29', amount: '1.10' }]);
  expect((await database.pool.query(sql)).rows[0].n).toBe('3');
  await warehouse.close();
});
