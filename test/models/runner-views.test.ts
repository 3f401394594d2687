import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DataTestsFailedError, ProjectInvalidError } from '../../pipelines/transform/index.ts';
import { RAW_DEALS, SOURCES_YML, createProject, settle, type TestProject } from './runner-project.ts';

// `everything` is made of the rows of a table and of a view over a table; what an owner is called may move without them.
const FILES = {
  'staging/sources.yml': SOURCES_YML.replace(
    '[{ name: deals }]',
    '[{ name: deals }, { name: calls }, { name: owners }]',
  ),
  'staging/stg_calls.sql': `{{ config(meta={'rows_of': ['raw.calls']}) }} select id, owner, amount, loaded_xid from {{ source('raw', 'calls') }}`,
  'marts/deals.sql': `{{ config(materialized='incremental', unique_key='id') }}
    select id, owner, amount from {{ source('raw', 'deals') }} where {{ changed_since_last_build('loaded_xid') }}`,
  'marts/calls.sql': `{{ config(materialized='incremental', unique_key='id') }}
    select id, owner, amount from {{ ref('stg_calls') }} where {{ changed_since_last_build('loaded_xid') }}`,
  'marts/long_calls.sql': `{{ config(meta={'rows_of': ['calls']}) }} select id, owner, amount from {{ ref('calls') }} where id > 0`,
  'marts/owners.sql': `{{ config(materialized='table') }} select owner, amount as level from {{ source('raw', 'owners') }}`,
  'marts/everything.sql': `{{ config(meta={'rows_of': ['deals', 'long_calls'], 'moving': ['level']}) }}
    select own.id, own.amount, owners.level
    from (select * from {{ ref('deals') }} union all select * from {{ ref('long_calls') }}) as own
    left join {{ ref('owners') }} as owners on owners.owner = own.owner`,
  'marts/marts.yml': `
version: 2
models:
  - name: stg_calls
    columns: [{ name: owner, data_tests: [not_null] }]
  - name: everything
    columns:
      - { name: id, data_tests: [unique] }
      - { name: amount, data_tests: [not_null] }
      - { name: level, data_tests: [{ expression_is_true: { arguments: { expression: '< 9' } } }] }
`,
  'macros/expression_is_true.sql': `{% test expression_is_true(model, expression, column_name=none) %}
    select * from {{ model }} where ({{ column_name }} {{ expression }}) is not true {% endtest %}`,
};

let project: TestProject;
beforeAll(async () => {
  project = await createProject(FILES);
  await project.pool.query(RAW_DEALS);
  await project.pool.query(
    'create table raw.owners (like raw.deals including all); create table raw.calls (like raw.deals including all)',
  );
});
beforeEach(async () => {
  await project.write(FILES);
  await project.pool.query(
    `truncate raw.deals, raw.owners, raw.calls; insert into raw.deals values (1, 'ann', 70), (2, 'bob', 40);
     insert into raw.calls values (3, 'ann', 1), (4, 'bob', 2); insert into raw.owners values (1, 'ann', 5), (2, 'bob', 6)`,
  );
  await project.build({ full: true });
  await settle(project.pool);
  await project.build();
});
afterAll(() => project.drop());

const failing = async (): Promise<string[]> => {
  const error: unknown = await project.build().catch((thrown: unknown) => thrown);
  if (error instanceof Error && !(error instanceof DataTestsFailedError)) throw error;
  if (!(error instanceof DataTestsFailedError)) return [];
  return error.report.tests.filter(({ status }) => status === 'failed').map(({ name }) => name);
};

describe('tests of a view that says what its rows are made of', () => {
  it.each([
    [
      'a new row of a table below',
      `insert into raw.deals values (5, 'ann', null)`,
      'not_null_everything_amount',
    ],
    [
      'a row of a view below that became wrong',
      `update raw.calls set amount = null, loaded_xid = pg_current_xact_id() where id = 4`,
      'not_null_everything_amount',
    ],
    ['a row of a source', `insert into raw.calls values (5, null, 1)`, 'not_null_stg_calls_owner'],
    ['a key that an old row has', `insert into raw.calls values (2, 'ann', 1)`, 'unique_everything_id'],
    [
      'a column that moved though no row did',
      `update raw.owners set amount = 9, loaded_xid = pg_current_xact_id() where id = 1`,
      'expression_is_true_everything_level___9',
    ],
  ])('find %s', async (_what, change, test) => {
    await project.pool.query(change);
    expect(await failing()).toContain(test);
  });

  it('look at no row that stayed as it was, until the view or the build is a new one', async () => {
    // All that is asked then is of single rows, in one pass.
    await project.write({
      'marts/marts.yml': FILES['marts/marts.yml'].replace(/.*(unique|expression).*\n/g, ''),
    });
    await project.pool.query(
      `update marts.deals set amount = null where id = 1; insert into raw.calls values (5, 'ann', 1)`,
    );
    expect(await failing()).toEqual([]);
    await project.write({
      'marts/everything.sql': FILES['marts/everything.sql'].replace('own.id,', 'own.id + 0 as id,'),
    });
    expect(await failing()).toEqual(['not_null_everything_amount']);
  });

  it('are refused where it names what it does not read', async () => {
    await project.write({
      'marts/long_calls.sql': FILES['marts/long_calls.sql'].replace("['calls']", "['deals']"),
    });
    await expect(project.build()).rejects.toThrow(ProjectInvalidError);
  });
});
