import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BuildTablesMissingError,
  DuplicateModelError,
  ModelCycleError,
  ModelNotBuiltError,
  ModelSqlError,
  ProjectInvalidError,
  SelectorError,
  SourceMissingError,
  TemplateError,
  UnknownRefError,
  UnknownSourceError,
  runBuild,
} from '../../pipelines/transform/index.ts';
import { SOURCES_YML, createProject, type Files, type TestProject } from './runner-project.ts';

let project: TestProject;
beforeAll(async () => {
  project = await createProject({ 'marts/good.sql': 'select 1 as id' });
});
afterAll(() => project.drop());

type ErrorClass = abstract new (...args: never[]) => Error;

/** Each: what is written, the error's class, and what its message must say. */
const CASES: readonly [string, Files, ErrorClass, RegExp][] = [
  [
    'a missing ref',
    { 'marts/a.sql': `select *\nfrom {{ ref('god') }}` },
    UnknownRefError,
    /^marts\/a\.sql:2: ref\('god'\).*Did you mean 'good'\?/,
  ],
  [
    'an undeclared source',
    { 'marts/a.sql': `\n\nselect * from {{ source('raw', 'deals') }}` },
    UnknownSourceError,
    /^marts\/a\.sql:3: source\('raw', 'deals'\) is not declared/,
  ],
  [
    'a circle',
    {
      'marts/a.sql': `select * from {{ ref('b') }}`,
      'marts/b.sql': `\nselect * from {{ ref('c') }}`,
      'marts/c.sql': `select * from {{ ref('a') }}`,
    },
    ModelCycleError,
    /a -> b -> c -> a.*marts\/a\.sql:1, marts\/b\.sql:2, marts\/c\.sql:1/,
  ],
  [
    'two models of one name',
    { 'staging/good.sql': 'select 2 as id' },
    DuplicateModelError,
    /"good": staging\/good\.sql and marts\/good\.sql/,
  ],
  [
    '{% do %}',
    { 'marts/a.sql': `select 1\n{% do x.append(1) %}` },
    TemplateError,
    /^marts\/a\.sql:2: \{% do %\} is not available/,
  ],
  [
    '{% call statement %}',
    { 'marts/a.sql': `select 1 -- {% call statement('x') %}select 1{% endcall %}` },
    TemplateError,
    /^marts\/a\.sql:1: \{% call statement %\} is not available/,
  ],
  [
    'dict.items()',
    { 'marts/a.sql': `{% set d = {'a': 1} %}\n{% for k, v in d.items() %}{{ k }}{% endfor %}` },
    TemplateError,
    /^marts\/a\.sql:2: \.items\(\) is a Python method/,
  ],
  [
    'env_var',
    { 'marts/a.sql': `select '{{ env_var("HOME") }}'` },
    TemplateError,
    /^marts\/a\.sql:1: env_var is refused.*Use var\(\)/,
  ],
  [
    'adapter',
    { 'marts/a.sql': `select 1\n\n{{ adapter.get_columns_in_relation(this) }}` },
    TemplateError,
    /^marts\/a\.sql:3: adapter is not available/,
  ],
  [
    'an unknown macro',
    { 'marts/a.sql': `select {{ nothing(1) }}` },
    TemplateError,
    /^marts\/a\.sql:1: `nothing` is not defined/,
  ],
  [
    'a name without a value',
    { 'marts/a.sql': `select\n{{ nothing }}` },
    TemplateError,
    /^marts\/a\.sql:2: a \{\{ … \}\} has no value/,
  ],
  [
    'an unknown filter',
    { 'marts/a.sql': `select\n{{ 'a' | shout }}` },
    TemplateError,
    /^marts\/a\.sql:2: filter not found: shout/,
  ],
  [
    'an unclosed block',
    { 'marts/a.sql': `select 1 {% if true %}` },
    TemplateError,
    /^marts\/a\.sql.*expected elif, else, or endif/,
  ],
  [
    'a var that is not set',
    { 'marts/a.sql': `select {{ var('depth') }}` },
    TemplateError,
    /^marts\/a\.sql:1: var\('depth'\) is not set/,
  ],
  [
    'a macro that raises',
    {
      'macros/m.sql': `\n{% macro strict(x) %}{{ exceptions.raise_compiler_error('x must be ' ~ x) }}{% endmacro %}`,
      'marts/a.sql': `\nselect {{ strict(3) }}`,
    },
    TemplateError,
    /^marts\/a\.sql:2: in macro strict \(macros\/m\.sql:2\): x must be 3/,
  ],
  [
    'a macro without end',
    { 'macros/m.sql': `\n{% macro open() %}x` },
    ProjectInvalidError,
    /^macros\/m\.sql:2: \{% macro open %\} has no/,
  ],
  [
    'a semicolon',
    { 'marts/a.sql': `select 1 as x;\n` },
    TemplateError,
    /^marts\/a\.sql: ends with a semicolon/,
  ],
  [
    'a misspelt setting',
    { 'marts/a.sql': `{{ config(materialised='table') }} select 1 as x` },
    ProjectInvalidError,
    /^marts\/a\.sql:1: config.*materialised/,
  ],
  [
    'an incremental model without a key',
    { 'marts/a.sql': `{{ config(materialized='incremental') }} select 1 as x` },
    ProjectInvalidError,
    /needs unique_key/,
  ],
  [
    'a misspelt key in a .yml',
    { 'marts/m.yml': `models:\n  - name: good\n    colums: []` },
    ProjectInvalidError,
    /^marts\/m\.yml:2: models\.0: .*colums/,
  ],
  [
    'a .yml that is no YAML',
    { 'marts/m.yml': `models:\n  - name: [good` },
    ProjectInvalidError,
    /^marts\/m\.yml:\d/,
  ],
  [
    'a .yml of an absent model',
    { 'marts/m.yml': `models:\n  - name: goood` },
    ProjectInvalidError,
    /^marts\/m\.yml:2: describes the model "goood"/,
  ],
  [
    'an unknown data test',
    { 'marts/m.yml': `models:\n  - name: good\n    data_tests: [shiny]` },
    ProjectInvalidError,
    /^marts\/m\.yml:2: good has the data test "shiny"/,
  ],
  [
    'SQL that Postgres refuses',
    { 'marts/a.sql': `select 1 as x,\n  colour\nfrom {{ ref('good') }}` },
    ModelSqlError,
    /Model "a" \(marts\/a\.sql\): Postgres says: column "colour" does not exist\n.*\n> 2 \|   colour/,
  ],
  [
    'a source table that is not there',
    { 'marts/sources.yml': SOURCES_YML, 'marts/a.sql': `select * from {{ source('raw', 'deals') }}` },
    SourceMissingError,
    /"a" \(marts\/a\.sql\) reads raw\.deals, which does not exist/,
  ],
];

describe('a broken project', () => {
  it.each(CASES)(
    'with %s is refused with file, line and reason',
    async (_name, files, errorClass, message) => {
      await project.write(files);
      try {
        const error = await project.build().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(errorClass);
        expect((error as Error).message).toMatch(message);
      } finally {
        await project.write(Object.fromEntries(Object.keys(files).map((file) => [file, null])));
      }
      // And nothing of it stays behind.
      await project.build();
      expect(await project.rows('select id from marts.good')).toEqual([{ id: 1 }]);
    },
  );

  it('is told by a missing dbt_project.yml', async () => {
    await expect(project.build({ projectDir: `${project.dir}/nowhere` })).rejects.toThrow(
      /^dbt_project\.yml: cannot be read/,
    );
  });
});

describe('a database', () => {
  it('without the tables of the build is told to be migrated', async () => {
    await project.pool.query('alter schema ops rename to gone');
    await expect(project.build()).rejects.toBeInstanceOf(BuildTablesMissingError);
    await project.pool.query('alter schema gone rename to ops');
  });

  it('is reached through a pool as well as by its address', async () => {
    const report = await runBuild({ pool: project.pool, projectDir: project.dir });
    expect(report.models.map(({ name }) => name)).toEqual(['good']);
  });
});

describe('--select', () => {
  const chain: Files = {
    'staging/crm/a.sql': 'select 1 as id',
    'staging/crm/b.sql': `{{ config(tags=['daily']) }} select * from {{ ref('a') }}`,
    'marts/c.sql': `{{ config(materialized='table', tags=['daily', 'slow']) }} select * from {{ ref('b') }}`,
    'marts/d.sql': `select * from {{ ref('c') }}`,
    'marts/e.sql': `{{ config(materialized='table') }} select * from {{ ref('d') }}`,
  };
  beforeAll(async () => {
    await project.write(chain);
    await project.build();
  });
  const built = async (select: string): Promise<string> =>
    (await project.build({ select })).models.map(({ name }) => name).join(' ');

  it.each([
    ['e', 'e'],
    ['+b', 'a b'],
    ['1+c', 'b c d'], // d: a view over c, which is replaced
    ['a+1', 'a b'],
    ['d+', 'd e'],
    ['path:marts', 'good c d e'],
    ['path:marts/e.sql', 'e'],
    ['staging.crm', 'a b'],
    ['tag:daily', 'b c d'],
    ['tag:daily,tag:slow', 'c d'],
    ['+c,path:staging', 'a b'],
    ['good e', 'good e'],
    ['config.materialized:table', 'c d e'],
    ['*', 'a good b c d e'],
  ])('%s builds %s', async (select, expected) => {
    expect(await built(select)).toBe(expected);
  });

  it('rebuilds the views over a replaced table, so that they read the new one', async () => {
    await project.write({
      'marts/c.sql': `{{ config(materialized='table') }} select id + 1 as id from {{ ref('b') }}`,
    });
    await built('c');
    expect(await project.rows('select id from marts.d')).toEqual([{ id: 2 }]);
    await project.write(chain);
  });

  it('refuses what matches nothing, and methods it does not know', async () => {
    await expect(built('nobody')).rejects.toThrow(/--select nobody: no model matches/);
    await expect(built('state:modified')).rejects.toBeInstanceOf(SelectorError);
    await expect(built('a,e')).rejects.toThrow(/no model in common/);
  });

  it('says which parent has never been built', async () => {
    await project.write({ 'marts/x.sql': 'select 1 as id', 'marts/y.sql': `select * from {{ ref('x') }}` });
    await expect(built('y')).rejects.toBeInstanceOf(ModelNotBuiltError);
    await project.write({ 'marts/x.sql': null, 'marts/y.sql': null });
  });
});
