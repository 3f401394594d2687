import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dissolveCtes } from '../../pipelines/transform/compile/dissolve-ctes.ts';
import { DataTestsFailedError } from '../../pipelines/transform/index.ts';
import { RAW_DEALS, SOURCES_YML, createProject, settle, type TestProject } from './runner-project.ts';

const FILES = {
  'staging/sources.yml': SOURCES_YML.replace('[{ name: deals }]', '[{ name: deals }, { name: owners }]'),
  'staging/stg_deals.sql': `with deals as (select * from {{ source('raw', 'deals') }}), final as (select id, owner, amount, loaded_xid from deals)
    select * from final`,
  'marts/dim_owners.sql': `{{ config(materialized='table') }} select owner from {{ source('raw', 'owners') }}`,
  'marts/owner_names.sql': `select upper(owner) as name from {{ ref('dim_owners') }}`,
  'marts/fct_deals.sql': `{{ config(materialized='incremental', unique_key='id') }}
    select id, owner, amount from {{ ref('stg_deals') }} where {{ changed_since_last_build('loaded_xid') }}`,
  'marts/now.sql': `{{ config(materialized='table') }} select clock_timestamp() as at`,
  'marts/today.sql': `{{ config(materialized='table', meta={'clock': 'day'}) }} select clock_timestamp() as at`,
  'marts/marts.yml': `
version: 2
models:
  - name: fct_deals
    columns:
      - name: id
        data_tests: [unique]
      - name: amount
        data_tests: [not_null]
      - name: owner
        data_tests: [{ relationships: { arguments: { to: ref('dim_owners'), field: owner } } }]
`,
};

const COMBINATION = new URL('../../sql/tests/generic/unique_combination_of_columns.sql', import.meta.url);

let project: TestProject;
beforeAll(async () => {
  project = await createProject(FILES);
  await project.pool.query(RAW_DEALS);
  await project.pool.query('create table raw.owners (like raw.deals including defaults)');
});
beforeEach(async () => {
  await project.pool.query(
    `truncate raw.deals, raw.owners; insert into raw.deals values (1, 'ann', 70), (2, 'bob', 40);
     insert into raw.owners (id, owner) values (1, 'ann'), (2, 'bob')`,
  );
  await project.build({ full: true });
  await settle(project.pool);
});
afterAll(() => project.drop());

/** What each name in the marts is to Postgres: another oid is another table. */
const oids = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (
      await project.rows<{ name: string; oid: number }>(
        `select relname as name, oid from pg_class where relnamespace in ('marts'::regnamespace, 'staging'::regnamespace) and relkind in ('r', 'v')`,
      )
    ).map(({ name, oid }) => [name, oid]),
  );
const failing = async (): Promise<string[]> => {
  const error: unknown = await project.build().catch((thrown: unknown) => thrown);
  if (!(error instanceof DataTestsFailedError)) throw new Error('the build was published');
  return error.report.tests.filter(({ status }) => status === 'failed').map(({ name }) => name);
};

describe('a build leaves as they are', () => {
  it('the models under which nothing changed, but not those that ask for the time', async () => {
    const before = await oids();
    await project.build();
    const { now: nowBefore, ...others } = before;
    const { now: nowAfter, ...othersAfter } = await oids();
    expect(nowAfter).not.toBe(nowBefore);
    // A quarter of an hour may just have ended.
    expect({ ...othersAfter, today: 0 }).toEqual({ ...others, today: 0 });
  });

  it('a table that comes out the same, and what rests on it', async () => {
    const before = await oids();
    await project.pool.query('update raw.owners set loaded_xid = pg_current_xact_id()');
    await project.build();
    expect((await oids())['dim_owners']).toBe(before['dim_owners']);
    await project.pool.query(
      `update raw.owners set owner = 'cid', loaded_xid = pg_current_xact_id() where id = 1; update raw.deals set owner = 'cid', loaded_xid = pg_current_xact_id() where id = 1`,
    );
    await project.build();
    expect((await oids())['dim_owners']).not.toBe(before['dim_owners']);
    expect(await project.rows('select name from marts.owner_names order by 1')).toEqual([
      { name: 'BOB' },
      { name: 'CID' },
    ]);
  });
});

describe('tests that look at changed rows alone', () => {
  it.each([
    ['a missing value', `insert into raw.deals values (3, 'ann', null)`, 'not_null_fct_deals_amount'],
    [
      'an unknown owner',
      `insert into raw.deals values (3, 'zed', 1)`,
      'relationships_fct_deals_owner__owner__ref_dim_owners_',
    ],
    [
      'an owner who is gone',
      `update raw.owners set owner = 'zed', loaded_xid = pg_current_xact_id() where id = 2`,
      'relationships_fct_deals_owner__owner__ref_dim_owners_',
    ],
  ])('find %s', async (_what, change, test) => {
    await project.build();
    await project.pool.query(change);
    expect(await failing()).toEqual([test]);
  });

  it('find a key that a changed row shares with one that did not change', async () => {
    await project.write({
      'marts/fct_deals.sql': FILES['marts/fct_deals.sql'].replace("unique_key='id'", "unique_key='amount'"),
    });
    await project.build();
    await project.pool.query(
      `alter table raw.deals drop constraint deals_pkey; insert into raw.deals values (1, 'ann', 5)`,
    );
    expect(await failing()).toEqual(['unique_fct_deals_id']);
    await project.pool.query('truncate raw.deals; alter table raw.deals add primary key (id)');
    await project.write({ 'marts/fct_deals.sql': FILES['marts/fct_deals.sql'] });
  });

  it('find a row that names what a view leaves out now, or that is new itself', async () => {
    await project.write({
      'marts/int_people.sql': `{{ config(materialized='incremental', unique_key='owner') }}
        select owner, amount, loaded_xid from {{ source('raw', 'owners') }} where {{ changed_since_last_build('loaded_xid') }}`,
      'marts/people.sql': `{{ config(meta={'rows_of': ['int_people']}) }} select owner from {{ ref('int_people') }} where amount is null`,
      'marts/marts.yml': `
version: 2
models:
  - name: fct_deals
    columns:
      - name: owner
        data_tests: [{ relationships: { arguments: { to: ref('people'), field: owner } } }]
`,
    });
    await project.build();
    await settle(project.pool);
    const changed = async (table: string, set: string): Promise<void> => {
      await project.pool.query(
        `update raw.${table} set ${set}, loaded_xid = pg_current_xact_id() where id = 2`,
      );
    };
    const test = 'relationships_fct_deals_owner__owner__ref_people_';
    await changed('owners', 'amount = 1');
    expect(await failing()).toEqual([test]);
    await changed('owners', 'amount = null');
    await project.build();
    await settle(project.pool);
    await changed('deals', `owner = 'zed'`);
    expect(await failing()).toEqual([test]);
    await changed('deals', `owner = 'ann'`);
    await project.build();
    await project.write({
      'marts/int_people.sql': null,
      'marts/people.sql': null,
      'marts/marts.yml': FILES['marts/marts.yml'],
    });
  });

  it('find a combination that a changed row shares with one that did not change, nulls being alike', async () => {
    await project.write({
      'macros/combination.sql': await readFile(COMBINATION, 'utf8'),
      'marts/fct_deals.sql': FILES['marts/fct_deals.sql'].replace("unique_key='id'", "unique_key='amount'"),
      'marts/marts.yml': `
version: 2
models:
  - name: fct_deals
    data_tests: [{ unique_combination_of_columns: { arguments: { combination_of_columns: [owner, id] } } }]
`,
    });
    await project.pool.query(
      `alter table raw.deals drop constraint deals_pkey; insert into raw.deals values (3, null, 1)`,
    );
    await project.build();
    await project.pool.query(`insert into raw.deals values (3, null, 2)`);
    expect(await failing()).toEqual(['unique_combination_of_columns_fct_deals_owner__id']);
    await project.pool.query('truncate raw.deals; alter table raw.deals add primary key (id)');
    await project.write({ ...FILES, 'macros/combination.sql': null });
  });

  it('find in all rows what a test that is new forbids', async () => {
    await project.write({
      'marts/marts.yml': FILES['marts/marts.yml'].replace(
        '[not_null]',
        '[{ accepted_values: { values: [40], quote: false } }]',
      ),
    });
    expect(await failing()).toEqual(['accepted_values_fct_deals_amount__false__40']);
    await project.write({ 'marts/marts.yml': FILES['marts/marts.yml'] });
  });
});

describe('common table expressions of views', () => {
  it('are dissolved, so that Postgres looks into the view', async () => {
    const [view] = await project.rows<{ sql: string }>(`select pg_get_viewdef('staging.stg_deals') as sql`);
    expect(view?.sql).not.toMatch(/\bwith\b/i);
    expect(await project.rows('select id, owner from staging.stg_deals order by id')).toEqual([
      { id: 1, owner: 'ann' },
      { id: 2, owner: 'bob' },
    ]);
  });

  it.each([
    ['read twice', 'with a as (select 1 as x group by 1) select * from a join a as b using (x)'],
    ['recursive', 'with recursive a as (select 1 as x) select * from a'],
    ['of the same name further in', 'with a as (with b as (select 1) select * from b) select * from a'],
    ['joined by a comma', 'with a as (select 1) select * from t, a'],
  ])('stay where they are %s', (_what, sql) => {
    expect(dissolveCtes(sql)).toBe(sql);
  });

  it.each([
    ['with a as (select * from t) select * from a', 'select * from (select * from t) as a'],
    ['with a as (select 1 as x) select b.x from a as b', 'select b.x from (select 1 as x) as b'],
    [
      'with a as (select 1 as x) select a.x from a where a.x = 1',
      'select a.x from (select 1 as x) as a where a.x = 1',
    ],
    [`with a as (select ') from a' as x) select * from a`, `select * from (select ') from a' as x) as a`],
  ])('%s becomes %s', (sql, expected) => {
    expect(dissolveCtes(sql)).toBe(expected);
  });
});
