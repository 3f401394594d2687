import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  BuildBusyError,
  BuildConnectionLostError,
  DataTestsFailedError,
  DependentsError,
  PublishBlockedError,
} from '../../pipelines/transform/index.ts';
import { RAW_DEALS, SOURCES_YML, createProject, type TestProject } from './runner-project.ts';

const FILES = {
  'staging/sources.yml': SOURCES_YML,
  'staging/stg_deals.sql': `select id, owner, amount, loaded_xid from {{ source('raw', 'deals') }}`,
  'marts/dim_owners.sql': `{{ config(materialized='table') }}
    select owner, count(*)::int as deals from {{ ref('stg_deals') }} group by owner`,
  'marts/fct_deals.sql': `{{ config(materialized='incremental', unique_key='id') }}
    select id, owner, amount from {{ ref('stg_deals') }} where {{ changed_since_last_build('loaded_xid') }}`,
  'marts/owner_names.sql': `select owner from {{ ref('dim_owners') }}`,
  'marts/marts.yml': `
version: 2
models:
  - name: fct_deals
    columns:
      - name: amount
        data_tests:
          - not_null
`,
};

let project: TestProject;
beforeAll(async () => {
  project = await createProject(FILES);
  await project.pool.query(RAW_DEALS);
});
beforeEach(async () => {
  await project.write(FILES);
  await project.pool.query(`truncate raw.deals; insert into raw.deals values (1, 'ann', 70), (2, 'bob', 40)`);
  await project.build({ full: true });
});
afterAll(() => project.drop());

const owners = (): Promise<{ owner: string; deals: number }[]> =>
  project.rows('table marts.dim_owners order by owner');
const OLD = [
  { owner: 'ann', deals: 1 },
  { owner: 'bob', deals: 1 },
];
const NEW = [
  { owner: 'ann', deals: 2 },
  { owner: 'bob', deals: 1 },
];
const readers: PoolClient[] = [];
/** A session with an open transaction; ended after the test whatever happens. */
async function openReader(begin: string): Promise<PoolClient> {
  const reader = await project.pool.connect();
  readers.push(reader);
  await reader.query(begin);
  return reader;
}
afterEach(() => {
  for (const reader of readers.splice(0)) reader.release(true);
});
const addDeal = (amount: number | null = 5): Promise<unknown> =>
  project.pool.query(`insert into raw.deals values (3, 'ann', $1)`, [amount]);

describe('write, audit, publish', () => {
  it('publishes nothing when a test fails, and names the test, the count and the rows', async () => {
    const reader = await openReader('begin isolation level repeatable read');
    await reader.query('select count(*) from marts.fct_deals');
    await addDeal(null);

    const error = await project.build().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataTestsFailedError);
    const failed = (error as DataTestsFailedError).report.tests.filter(({ status }) => status === 'failed');
    expect(failed).toMatchObject([
      {
        name: 'not_null_fct_deals_amount',
        model: 'fct_deals',
        failures: 1,
        examples: [{ id: 3, amount: null }],
      },
    ]);
    expect((error as Error).message).toContain(
      'not_null_fct_deals_amount (marts/marts.yml:4): 1 failing row',
    );

    expect(await owners()).toEqual(OLD);
    expect(await project.rows('select id from marts.fct_deals order by id')).toEqual([{ id: 1 }, { id: 2 }]);
    expect((await reader.query('select id from marts.fct_deals order by id')).rows).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
    await reader.query('commit');
    const record = await project.rows(
      `select status, error_code from ops.builds order by build_id desc limit 1`,
    );
    expect(record).toEqual([{ status: 'failed', error_code: 'DATA_TESTS_FAILED' }]);
    const tests = await project.rows(
      `select test, status, failures::int from ops.build_tests where status = 'failed'`,
    );
    expect(tests).toContainEqual({ test: 'not_null_fct_deals_amount', status: 'failed', failures: 1 });
  });

  it('leaves the old tables when the building session is killed, and the next build says so and succeeds', async () => {
    await addDeal();
    const slow = `{{ config(materialized='table') }} select pg_sleep(20)::text as slept, count(*) as n from {{ ref('fct_deals') }}`;
    await project.write({ 'marts/slow.sql': slow });
    const building = project.build({ select: 'fct_deals dim_owners slow' }).catch((error: unknown) => error);
    await until(async () => {
      const ended = await project.rows<{ ended: boolean }>(
        `select pg_terminate_backend(pid) as ended from pg_stat_activity
         where datname = current_database() and application_name = 'voronka build' and query like '%pg_sleep%'`,
      );
      return ended.length > 0;
    });
    expect(await building).toBeInstanceOf(BuildConnectionLostError);
    expect(await owners()).toEqual(OLD);
    await project.write({ 'marts/slow.sql': null });
    await project.build();
    expect(await owners()).toEqual(NEW);
  });

  it('marks a build interrupted that left its row running', async () => {
    await project.pool.query(
      `insert into ops.builds (project, status, is_full) values ('shop', 'running', false)`,
    );
    await project.build();
    const rows = await project.rows(`select status from ops.builds order by build_id desc limit 2`);
    expect(rows).toEqual([{ status: 'succeeded' }, { status: 'interrupted' }]);
  });

  it('shows a reader all of the old build or all of the new one', async () => {
    await addDeal();
    const seen = new Set<string>();
    let building = true;
    const reading = (async () => {
      while (building) {
        const [row] = await project.rows<{ facts: string; owners: string }>(
          `select (select count(*) from marts.fct_deals) as facts, (select sum(deals) from marts.dim_owners) as owners`,
        );
        seen.add(`${row?.facts}/${row?.owners}`);
      }
    })();
    await project.build();
    await project.rows('select 1');
    await sleep(50);
    building = false;
    await reading;
    expect([...seen].sort()).toEqual(['2/2', '3/3']);
  });

  it('gets past a reader that never lets go: same columns are replaced in place, and the reader keeps its rows', async () => {
    const reader = await openReader('begin isolation level repeatable read');
    await reader.query('select * from marts.owner_names');
    await addDeal();
    await project.build({ swapPatienceMs: 300 });
    expect(await owners()).toEqual(NEW);
    expect(await project.rows('table marts.owner_names order by 1')).toEqual([
      { owner: 'ann' },
      { owner: 'bob' },
    ]);
    expect((await reader.query('table marts.dim_owners order by owner')).rows).toEqual(OLD);
    await reader.query('commit');
  });

  it('gets past a reader that holds its lock without a snapshot', async () => {
    const reader = await openReader('begin; select * from marts.owner_names');
    await addDeal();
    const notices: string[] = [];
    await project.build({ swapPatienceMs: 300, onNotice: (notice) => notices.push(notice) });
    expect(notices).toEqual([
      'waiting for readers to let go of the tables to replace',
      'replacing rows in place, readers hold: dim_owners',
    ]);
    expect((await reader.query('table marts.dim_owners order by owner')).rows).toEqual(NEW);
    await reader.query('commit');
  });

  it('never shows an empty table to a transaction that began before the build and reads the table after it', async () => {
    const reader = await openReader('begin isolation level repeatable read');
    await reader.query('select 1 from raw.deals');
    await addDeal();
    await project.build();
    expect((await reader.query('table marts.dim_owners order by owner')).rows).toEqual(OLD);
    await reader.query('commit');
    expect(await owners()).toEqual(NEW);
  });

  it('says who blocks it when the columns changed and a reader never lets go, and changes nothing', async () => {
    const reader = await openReader('begin; select * from marts.dim_owners');
    await project.write({
      'marts/dim_owners.sql': FILES['marts/dim_owners.sql'].replace('::int as deals', '::int as n'),
    });
    const options = { swapPatienceMs: 200, publishTimeoutMs: 600 };
    const error = await project.build(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PublishBlockedError);
    expect((error as Error).message).toMatch(/marts\.dim_owners changed.*pid \d+/s);
    expect(await owners()).toEqual(OLD);
    await reader.query('commit');
    await project.build();
    expect(await project.rows('select n from marts.dim_owners')).toHaveLength(2);
  });

  it('keeps views made by hand over its tables alive, and refuses to drop them', async () => {
    await project.pool.query('create view public.mine as select owner, deals from marts.dim_owners');
    await addDeal();
    await project.build();
    expect(await project.rows('table public.mine order by owner')).toEqual(NEW);
    await project.write({
      'marts/dim_owners.sql': FILES['marts/dim_owners.sql'].replace('::int as deals', '::int as n'),
    });
    const error = await project.build().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DependentsError);
    expect((error as Error).message).toContain('mine');
    await project.pool.query('drop view public.mine');
  });

  it('keeps grants over the swap and over a change of columns', async () => {
    const role = `runner_reader_${Date.now()}`;
    await project.pool.query(
      `create role ${role}; grant select on marts.dim_owners, marts.owner_names to ${role}`,
    );
    await addDeal();
    await project.build({ full: true });
    await project.write({
      'marts/dim_owners.sql': FILES['marts/dim_owners.sql'].replace('::int as deals', '::int as n'),
    });
    await project.build();
    const [rights] = await project.rows(
      `select has_table_privilege($1, 'marts.dim_owners', 'select') as on_table, has_table_privilege($1, 'marts.owner_names', 'select') as on_view,
         has_table_privilege($1, 'marts.fct_deals', 'select') as on_other`,
      [role],
    );
    expect(rights).toEqual({ on_table: true, on_view: true, on_other: false });
    await project.pool.query(`drop owned by ${role}; drop role ${role}`);
  });

  it('builds as a role that is no superuser, and gives new tables the default privileges of their schema', async () => {
    const [builder, guest] = [`runner_builder_${Date.now()}`, `runner_guest_${Date.now()}`];
    await project.pool.query(`create role ${builder}; create role ${guest}`);
    const schemas = 'raw, ops, conf, staging, marts';
    await project.pool.query(
      `drop schema staging, marts cascade; create schema staging; create schema marts; delete from ops.model_states;
       grant all on schema ${schemas} to ${builder}; grant all on all tables in schema ${schemas} to ${builder};
       grant all on all sequences in schema ops to ${builder};
       alter default privileges for role ${builder} in schema marts grant select on tables to ${guest}`,
    );
    await project.pool.query(
      `grant create on database ${new URL(project.url).pathname.slice(1)} to ${builder}`,
    );
    const url = new URL(project.url);
    url.searchParams.set('options', `-c role=${builder}`);
    for (const full of [true, false]) await project.build({ url: url.href, full });
    const rights = await project.rows(
      `select table_name, privilege_type from information_schema.role_table_grants where grantee = $1 order by 1`,
      [guest],
    );
    expect(rights).toEqual(
      ['dim_owners', 'fct_deals', 'owner_names'].map((name) => ({
        table_name: name,
        privilege_type: 'SELECT',
      })),
    );
    await project.pool.query(
      `drop owned by ${builder} cascade; drop owned by ${guest}; drop role ${builder}, ${guest}`,
    );
  });

  it('runs one build at a time: the second waits its turn, or says that it gave up', async () => {
    await project.write({
      'marts/slow.sql': `{{ config(materialized='table') }} select pg_sleep(1)::text as slept`,
    });
    const first = project.build();
    await until(
      async () => (await project.rows(`select from ops.builds where status = 'running'`)).length === 1,
    );
    await expect(project.build({ lockWaitMs: 0 })).rejects.toBeInstanceOf(BuildBusyError);
    const notices: string[] = [];
    const second = project.build({ onNotice: (notice) => notices.push(notice) });
    const reports = await Promise.all([first, second]);
    expect(Number(reports[1].buildId)).toBeGreaterThan(Number(reports[0].buildId));
    expect(notices).toContain('waiting for another build to end');
    await project.write({ 'marts/slow.sql': null });
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await condition()) return;
    await sleep(25);
  }
  throw new Error('the condition never came true');
}
