import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RAW_DEALS, SOURCES_YML, createProject, settle, type TestProject } from './runner-project.ts';

const FILES = {
  'staging/sources.yml': SOURCES_YML,
  'staging/stg_deals.sql': `select id, owner, amount, loaded_xid from {{ source('raw', 'deals') }}`,
  'marts/rich_owners.sql': `{{ config(materialized='ephemeral') }}
    select owner, sum(amount) as total from {{ ref('stg_deals') }} group by owner having sum(amount) >= 100`,
  'marts/dim_owners.sql': `{{ config(materialized='table', indexes=[{'columns': ['owner'], 'unique': true}]) }}
    -- the owners worth a line
    with named as (select owner, total from {{ ref('rich_owners') }})
    select * from named`,
  'marts/fct_deals.sql': `{{ config(materialized='incremental', unique_key='id') }}
    select id, owner, amount from {{ ref('stg_deals') }}
    where {{ changed_since_last_build('loaded_xid') }}`,
  'marts/deals_of_rich.sql': `select d.* from {{ ref('fct_deals') }} d join {{ ref('dim_owners') }} using (owner)`,
};

describe('materialisations', () => {
  let project: TestProject;
  beforeAll(async () => {
    project = await createProject(FILES);
    await project.pool.query(RAW_DEALS);
    await project.pool.query(`insert into raw.deals values (1, 'ann', 70), (2, 'ann', 40), (3, 'bob', 10)`);
  });
  afterAll(() => project.drop());

  it('makes views, tables, incremental tables and common table expressions where dbt would', async () => {
    await settle(project.pool);
    const events: string[] = [];
    const report = await project.build({
      onProgress: (event) => events.push(`${event.model} ${event.status}`),
    });
    expect(report.models.map(({ name, mode, rows }) => [name, mode, rows])).toEqual([
      ['stg_deals', 'view', null],
      ['fct_deals', 'full', 3],
      ['dim_owners', 'full', 1],
      ['deals_of_rich', 'view', null],
    ]);
    expect(events).toHaveLength(8);
    const kinds = await project.rows(
      `select n.nspname || '.' || c.relname as name, c.relkind as kind from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname in ('staging', 'marts') order by 1`,
    );
    expect(kinds).toEqual([
      { name: 'marts.deals_of_rich', kind: 'v' },
      { name: 'marts.dim_owners', kind: 'r' },
      { name: 'marts.dim_owners_owner_key', kind: 'i' },
      { name: 'marts.fct_deals', kind: 'r' },
      { name: 'staging.stg_deals', kind: 'v' },
    ]);
    expect(await project.rows('select id from marts.deals_of_rich order by id')).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
  });

  it('touches only changed keys on the next build, and views over swapped tables follow', async () => {
    await project.pool.query(
      `update raw.deals set amount = 95, loaded_xid = pg_current_xact_id() where id = 3`,
    );
    await project.pool.query(`insert into raw.deals values (4, 'bob', 5)`);
    const report = await project.build();
    const fct = report.models.find(({ name }) => name === 'fct_deals');
    expect([fct?.mode, fct?.rows]).toEqual(['incremental', 2]);
    expect(await project.rows('select id, amount from marts.deals_of_rich order by id')).toEqual([
      { id: 1, amount: 70 },
      { id: 2, amount: 40 },
      { id: 3, amount: 95 },
      { id: 4, amount: 5 },
    ]);
  });

  it('leaves nothing of itself behind but the record', async () => {
    const schemas = await project.rows(`select nspname from pg_namespace where nspname like '%build%'`);
    expect(schemas).toEqual([]);
    const builds = await project.rows(
      `select status, built_through is not null as marked from ops.builds order by build_id`,
    );
    expect(builds).toEqual([
      { status: 'succeeded', marked: true },
      { status: 'succeeded', marked: true },
    ]);
    const models = await project.rows(
      `select model, mode, status, rows::int from ops.build_models where build_id = 2 order by 1`,
    );
    expect(models).toContainEqual({ model: 'fct_deals', mode: 'incremental', status: 'succeeded', rows: 2 });
  });
});
