import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RAW_DEALS, SOURCES_YML, createProject, type TestProject } from './runner-project.ts';

// One table keyed by the row, one by the row's group (several rows replaced at once), one over another incremental model,
// and one by two keys.
const FILES = {
  'staging/sources.yml': SOURCES_YML,
  'staging/stg_deals.sql': `select id, owner, amount, loaded_xid from {{ source('raw', 'deals') }}`,
  'marts/fct_deals.sql': `{{ config(materialized='incremental', unique_key='id') }}
    select id, owner, amount, loaded_xid from {{ ref('stg_deals') }} where {{ changed_since_last_build('loaded_xid') }}`,
  'marts/fct_shares.sql': `{{ config(materialized='incremental', unique_key=['id', 'part']) }}
    select id, part, amount::numeric / 2 as share from {{ ref('stg_deals') }} cross join generate_series(1, 2) as part
    where {{ changed_since_last_build('loaded_xid') }}`,
  'marts/fct_bands.sql': `{{ config(materialized='incremental', unique_key='id') }}
    select id, width_bucket(amount, 0, 100, 5) as band, s as part
    from {{ ref('fct_deals') }} cross join lateral generate_series(1, 1 + amount % 3) as s
    where {{ changed_since_last_build('loaded_xid') }}`,
};
const TABLES = ['fct_deals', 'fct_shares', 'fct_bands'];

let project: TestProject;
beforeAll(async () => {
  project = await createProject(FILES);
  await project.pool.query(RAW_DEALS);
});
beforeEach(() => project.pool.query('delete from raw.deals'));
afterAll(() => project.drop());

const modes = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await project.build()).models.map(({ name, mode }) => [name, mode]));

describe('incremental models', () => {
  it('equal a full build after any changes, build by build', async () => {
    const change = fc.record({
      id: fc.integer({ min: 1, max: 12 }),
      owner: fc.constantFrom('ann', 'bob'),
      amount: fc.nat(99),
    });
    const batches = fc.array(fc.array(change, { maxLength: 8 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(batches, async (sequence) => {
        await project.pool.query('truncate raw.deals');
        await project.build({ full: true });
        for (const batch of sequence) {
          for (const { id, owner, amount } of batch) {
            await project.pool.query(
              `insert into raw.deals (id, owner, amount) values ($1, $2, $3)
               on conflict (id) do update set owner = $2, amount = $3, loaded_xid = pg_current_xact_id()`,
              [id, owner, amount],
            );
          }
          const report = await project.build();
          expect(report.models.filter(({ mode }) => mode === 'incremental')).toHaveLength(3);
        }
        for (const table of TABLES)
          await project.pool.query(`create table public.${table} as table marts.${table}`);
        await project.build({ full: true });
        for (const table of TABLES) {
          const differing = await project.rows(
            `(table public.${table} except all table marts.${table}) union all (table marts.${table} except all table public.${table})`,
          );
          await project.pool.query(`drop table public.${table}`);
          expect(differing).toEqual([]);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('leave alone what comes out as it was but for its bookkeeping, and so does what rests on it', async () => {
    const over = (model: string, meta: string): string =>
      `{{ config(materialized='incremental', unique_key='id', indexes=[{'columns': ['id'], 'unique': true}]${meta}) }}
       select id, owner, loaded_xid from {{ ref('${model}') }} where {{ changed_since_last_build('loaded_xid') }}`;
    await project.write({
      'marts/fct_owners.sql': over('fct_deals', `, meta={'bookkeeping': ['loaded_xid']}`),
      'marts/fct_names.sql': over('fct_owners', ''),
    });
    const written = async (): Promise<unknown> => {
      const { models } = await project.build();
      return ['fct_deals', 'fct_owners', 'fct_names'].map((name) => models.find((model) => model.name === name)?.rows); // prettier-ignore
    };
    const change = (set: string): Promise<unknown> =>
      project.pool.query(`update raw.deals set ${set}, loaded_xid = pg_current_xact_id() where id = 1`);
    try {
      await project.pool.query(
        `insert into raw.deals (id, owner, amount) values (1, 'ann', 10), (2, 'bob', 20)`,
      );
      await project.build({ full: true });
      await change('amount = 11');
      expect(await written()).toEqual([1, 0, 0]);
      await change(`owner = null`);
      expect(await written()).toEqual([1, 1, 1]);
      await change(`amount = 12`);
      expect(await written()).toEqual([1, 0, 0]);
      expect(await project.rows('select id, owner from marts.fct_names order by id')).toEqual([
        { id: 1, owner: null },
        { id: 2, owner: 'bob' },
      ]);
      await project.write({
        'marts/fct_owners.sql': over('fct_deals', `, meta={'bookkeeping': ['loaded_xid']}`).replace(
          `'unique': true`,
          `'unique': false`,
        ),
      });
      await expect(project.build()).rejects.toThrow(/fct_owners.*bookkeeping.*unique index/s);
    } finally {
      await project.write({ 'marts/fct_owners.sql': null, 'marts/fct_names.sql': null });
      await project.build();
    }
  });

  it('miss nothing of loaders that commit in another order than they began', async () => {
    const loaders = await Promise.all(Array.from({ length: 4 }, () => project.pool.connect()));
    try {
      // They write in the order 0..3 and commit in the order 2, 0, 3, 1, with a build after each commit.
      for (const [id, loader] of loaders.entries()) {
        await loader.query('begin');
        await loader.query(`insert into raw.deals (id, owner, amount) values (${100 + id}, 'ann', ${id})`);
      }
      const seen: number[][] = [];
      for (const next of [2, 0, 3, 1]) {
        await loaders[next]?.query('commit');
        await project.build();
        seen.push(
          (
            await project.rows<{ id: number }>('select id from marts.fct_deals where id >= 100 order by id')
          ).map(({ id }) => id),
        );
      }
      expect(seen).toEqual([[102], [100, 102], [100, 102, 103], [100, 101, 102, 103]]);
    } finally {
      for (const loader of loaders) loader.release();
    }
  });

  it('start anew, with everything below, when most of what they read is new', async () => {
    const add = (from: number, to: number): Promise<unknown> =>
      project.pool.query(
        `insert into raw.deals (id, owner, amount) select n, 'ann', n % 99 from generate_series($1::int, $2::int) as n`,
        [from, to],
      );
    await add(1, 20);
    await project.build({ full: true });
    await add(21, 3_000);
    expect(await modes()).toMatchObject({ fct_deals: 'full', fct_bands: 'full', fct_shares: 'full' });
    await add(3_001, 3_600);
    expect(await modes()).toMatchObject({
      fct_deals: 'incremental',
      fct_bands: 'incremental',
      fct_shares: 'incremental',
    });
    const [counted] = await project.rows(
      'select count(*)::int as deals, sum(amount)::int as amount from marts.fct_deals',
    );
    expect(counted).toEqual({
      deals: 3_600,
      amount: Array.from({ length: 3_600 }, (_, n) => (n + 1) % 99).reduce((a, b) => a + b),
    });
  });

  it('start anew, with everything below, when their SQL changes; and only they', async () => {
    await project.build();
    await project.write({
      'marts/fct_deals.sql': FILES['marts/fct_deals.sql'].replace(
        'amount, loaded_xid',
        'amount + 1 as amount, loaded_xid',
      ),
    });
    expect(await modes()).toMatchObject({ fct_deals: 'full', fct_bands: 'full', fct_shares: 'incremental' });
    expect(await modes()).toMatchObject({ fct_deals: 'incremental', fct_bands: 'incremental' });
    await project.write(FILES);
  });

  it('start anew, with everything below, when the columns under them change', async () => {
    await project.write({
      'marts/fct_deals.sql': FILES['marts/fct_deals.sql'].replace(
        'id, owner, amount, loaded_xid from',
        '* from',
      ),
    });
    await project.build();
    // The view's `*` is fixed when it is made; its SQL, and so every fingerprint, stays the same.
    await project.write({ 'staging/stg_deals.sql': `select * from {{ source('raw', 'deals') }}` });
    await project.build();
    await project.pool.query(`alter table raw.deals add column colour text default 'red'`);
    expect(await modes()).toMatchObject({ fct_deals: 'full', fct_bands: 'full' });
    const columns = await project.rows(
      `select from information_schema.columns where table_name = 'fct_deals' and column_name = 'colour'`,
    );
    expect(columns).toHaveLength(1);
    await project.pool.query(`alter table raw.deals drop column colour cascade`);
    await project.write(FILES);
  });

  it('start anew when a configuration table they read has other rows', async () => {
    await project.write({
      'staging/conf_sources.yml': `
version: 2
sources: [{ name: conf, schema: conf, tables: [{ name: stage_steps }] }]`,
      'marts/fct_configured.sql': `{{ config(materialized='incremental', unique_key='id') }}
        select id, (select count(*) from {{ source('conf', 'stage_steps') }}) as steps from {{ ref('stg_deals') }}
        where {{ changed_since_last_build('loaded_xid') }}`,
    });
    await project.pool.query(`insert into raw.deals (id, owner, amount) values (1, 'ann', 1)`);
    expect(await modes()).toMatchObject({ fct_configured: 'full' });
    expect(await modes()).toMatchObject({ fct_configured: 'incremental' });
    await project.pool.query(`insert into conf.stage_steps values ('Sales', 'Call', 'contacted')`);
    expect(await modes()).toMatchObject({ fct_configured: 'full', fct_deals: 'incremental' });
    expect(await project.rows('select steps::int from marts.fct_configured')).toEqual([{ steps: 1 }]);
    await project.write({ 'marts/fct_configured.sql': null });
    await project.build();
    expect(await project.rows(`select to_regclass('marts.fct_configured') as gone`)).toEqual([
      { gone: null },
    ]);
  });

  it('start anew in another cluster, where transaction ids mean something else', async () => {
    await project.build();
    await project.pool.query('update ops.model_states set system_identifier = 1');
    expect(await modes()).toMatchObject({ fct_deals: 'full', fct_shares: 'full' });
  });

  it('look again at rows a stale parent had not seen when they were built alone', async () => {
    await project.pool.query(`insert into raw.deals (id, owner, amount) values (1, 'ann', 10)`);
    await project.build();
    await project.pool.query(`insert into raw.deals (id, owner, amount) values (2, 'bob', 20)`);
    // fct_bands alone: its parent fct_deals has not seen deal 2 yet.
    await project.build({ select: 'fct_bands' });
    expect(await project.rows('select distinct id from marts.fct_bands order by 1')).toEqual([{ id: 1 }]);
    await project.build();
    expect(await project.rows('select distinct id from marts.fct_bands order by 1')).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
  });
});
