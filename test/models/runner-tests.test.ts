import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DataTestsFailedError,
  UnknownFunnelNamesError,
  applyConfig,
  checkFunnelNames,
  unknownNames,
  type BuildReport,
} from '../../pipelines/transform/index.ts';
import { SOURCES_YML, createProject, type TestProject } from './runner-project.ts';

const GENERIC = new URL('../../sql/tests/generic/', import.meta.url);
let project: TestProject;
beforeAll(async () => {
  const generic = (name: string): Promise<string> => readFile(new URL(name, GENERIC), 'utf8');
  project = await createProject({
    'tests/generic/unique_combination_of_columns.sql': await generic('unique_combination_of_columns.sql'),
    'tests/generic/expression_is_true.sql': await generic('expression_is_true.sql'),
  });
});
afterAll(() => project.drop());

/** name → [status, failing rows] of every test, whether or not the build was published. */
async function outcomes(): Promise<Record<string, [string, number]>> {
  const report = await project.build().catch((error: unknown): BuildReport => {
    if (error instanceof DataTestsFailedError) return error.report;
    throw error;
  });
  return Object.fromEntries(report.tests.map(({ name, status, failures }) => [name, [status, failures]]));
}

describe('data tests', () => {
  it('find what they promise to find, and only that', async () => {
    await project.write({
      'marts/owners.sql': `select * from (values ('ann'), ('bob')) as o (name)`,
      'marts/deals.sql': `select * from (values
        (1, 'ann', 'won', 10), (1, 'cid', 'lost', 0), (2, null, 'open', -5), (3, 'bob', 'stuck', 7), (3, 'bob', 'stuck', 8)
      ) as d (id, owner, status, amount)`,
      'marts/deals.yml': `
version: 2
models:
  - name: deals
    data_tests:
      - unique_combination_of_columns:
          arguments: { combination_of_columns: [id, owner] }
      - expression_is_true:
          name: amounts_are_positive
          arguments: { expression: 'amount >= 0' }
    columns:
      - name: id
        data_tests: [unique, not_null]
      - name: owner
        data_tests:
          - not_null: { config: { severity: warn } }
          - relationships: { arguments: { to: ref('owners'), field: name } }
      - name: status
        data_tests:
          - accepted_values: { arguments: { values: [won, lost, open] } }
          - accepted_values: { name: small_deals_are_known, values: [won, lost, open], config: { where: amount < 7 } }
      - name: amount
        data_tests:
          - expression_is_true: { arguments: { expression: '> -10' } }`,
      'tests/no_free_wins.sql': `{{ config(severity='warn') }} select * from {{ ref('deals') }} where status = 'won' and amount <= 10`,
      'tests/broken.sql': `select nothing from {{ ref('deals') }}`,
    });
    expect(await outcomes()).toEqual({
      unique_combination_of_columns_deals_id__owner: ['failed', 1],
      amounts_are_positive: ['failed', 1],
      unique_deals_id: ['failed', 2],
      not_null_deals_id: ['passed', 0],
      not_null_deals_owner: ['warned', 1],
      relationships_deals_owner__name__ref_owners_: ['failed', 1],
      accepted_values_deals_status__won__lost__open: ['failed', 1],
      small_deals_are_known: ['passed', 0],
      expression_is_true_deals_amount___10: ['passed', 0],
      no_free_wins: ['warned', 1],
      broken: ['broken', 0],
    });
    expect(await project.rows(`select to_regclass('marts.deals') as published`)).toEqual([
      { published: null },
    ]);
    await project.write({
      'marts/deals.yml': null,
      'tests/broken.sql': null,
      'tests/no_free_wins.sql': null,
    });
  });
});

describe('unit tests', () => {
  const yml = (amount: number): string => `
version: 2
unit_tests:
  - name: sums_by_owner
    model: totals
    given:
      - input: ref('deals')
        rows:
          - { owner: ann, amount: 3 }
          - { owner: ann, amount: 4 }
      - input: source('raw', 'deals')
        format: sql
        rows: select 'ann'::text as owner, 1 as amount
    expect:
      rows:
        - { owner: ann, total: ${amount} }
  - name: reads_only_changes
    model: totals
    overrides: { macros: { is_incremental: true } }
    given:
      - { input: ref('deals'), rows: [{ owner: ann, amount: 3 }] }
      - { input: "source('raw', 'deals')", rows: [] }
    expect: { rows: [] }`;

  it('run a model over the rows given and compare with the rows expected', async () => {
    await project.pool.query('create schema raw; create table raw.deals (owner text, amount int not null)');
    await project.write({
      'marts/sources.yml': SOURCES_YML,
      'marts/totals.sql': `{{ config(materialized='incremental', unique_key='owner') }}
        with every as (select owner, amount from {{ ref('deals') }} union all select owner, amount from {{ source('raw', 'deals') }})
        select owner, sum(amount) as total from every {% if is_incremental() %} where amount > 3 {% endif %} group by owner`,
      'marts/totals.yml': yml(8),
    });
    expect(await outcomes()).toEqual({ sums_by_owner: ['passed', 0], reads_only_changes: ['passed', 0] });
    await project.write({ 'marts/totals.yml': yml(9) });
    expect(await outcomes()).toMatchObject({
      sums_by_owner: ['failed', 2],
      reads_only_changes: ['passed', 0],
    });
    await project.write({ 'marts/totals.yml': null, 'marts/totals.sql': null, 'marts/sources.yml': null });
  });
});

describe('configuration tables', () => {
  const config = {
    settings: { timeZone: 'Europe/Moscow', currency: 'RUB' },
    stageSteps: [
      { pipeline: 'Sales', stage: 'Call', step: 'contacted' },
      { pipeline: '*', stage: '142', step: 'won' },
    ],
  };

  it('are written only where the configuration differs', async () => {
    expect(await applyConfig(project.pool, config)).toBe(true);
    const versions = (): Promise<unknown> =>
      project.rows(
        `select xmin::text, pipeline, stage, step from conf.stage_steps union all select xmin::text, time_zone, currency, '' from conf.settings`,
      );
    const before = await versions();
    expect(await applyConfig(project.pool, config)).toBe(false);
    expect(await versions()).toEqual(before);
    const fewer = { ...config, stageSteps: config.stageSteps.slice(1) };
    expect(await applyConfig(project.pool, fewer)).toBe(true);
    expect(await project.rows('select pipeline, stage, step from conf.stage_steps')).toEqual([
      { pipeline: '*', stage: '142', step: 'won' },
    ]);
    expect(await applyConfig(project.pool, { ...fewer, stageSteps: [] })).toBe(true);
    expect(await project.rows('select * from conf.stage_steps')).toEqual([]);
  });

  it('naming a pipeline or stage the CRM does not have are refused with the names it has', async () => {
    await checkFunnelNames(project.pool, config.stageSteps); // nothing synchronised yet
    await project.pool.query(`
      create schema if not exists raw;
      create table raw.amocrm__pipelines (id text, payload jsonb, is_deleted boolean not null default false);
      insert into raw.amocrm__pipelines values
        ('7', '{"name": "Sales", "sort": 1, "_embedded": {"statuses": [{"id": 71, "name": "Call", "sort": 10}, {"id": 142, "name": "Won", "sort": 20}]}}', false),
        ('8', '{"name": "Old", "sort": 2}', true)`);
    await checkFunnelNames(project.pool, [
      ...config.stageSteps,
      { pipeline: '7', stage: 'call', step: 'contacted' },
    ]);
    const wrong = [
      { pipeline: 'Sale', stage: 'Call', step: 'new' },
      { pipeline: 'Sales', stage: 'Cal', step: 'new' },
      { pipeline: 'Old', stage: 'Call', step: 'new' },
    ];
    const error = await checkFunnelNames(project.pool, wrong).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnknownFunnelNamesError);
    expect((error as Error).message.split('\n')).toEqual([
      'funnel: the CRM has no pipeline "Sale". Known pipelines: "Sales" (7).',
      'funnel: pipeline "Sales" has no stage "Cal". Known stages in "Sales": "Call" (71), "Won" (142).',
      'funnel: the CRM has no pipeline "Old". Known pipelines: "Sales" (7).',
    ]);
  });

  it('naming people, teams and stages the CRM does not have are told with what they are without effect on', async () => {
    const norm = { metric: 'calls', value: 5 };
    const manager = (name: string): object => ({ manager: name, extensions: [], mailboxes: [] });
    const wrong = {
      managers: [
        manager('ANNA@example.org'),
        manager('2'),
        manager('Clara'),
        { ...manager('boris'), team: 'East' },
      ],
      regulation: {
        norms: [
          norm,
          { ...norm, manager: 'Anna' },
          { ...norm, manager: 'Ana' },
          { ...norm, metric: 'emails', manager: 'Ana' },
          { ...norm, team: 'north' },
          { ...norm, team: '9:11' },
          { ...norm, team: 'East' },
          { ...norm, team: 'West' },
        ],
        stageLimits: [
          { stage: 'call', businessSeconds: 60 },
          { step: 'new', businessSeconds: 60 },
          { stage: 'Cal', businessSeconds: 60 },
          { pipeline: 'Old', step: 'new', businessSeconds: 60 },
        ],
      },
    } as unknown as Parameters<typeof unknownNames>[1];
    const stages = [
      'regulation.stage_limits: there is no stage "Cal", so this limit holds for nothing. Known stages in "Sales": "Call" (71), "Won" (142).',
      'regulation.stage_limits: the CRM has no pipeline "Old", so this limit holds for nothing. Known pipelines: "Sales" (7).',
    ];
    // The users are not read yet, or the token may not see them.
    expect(await unknownNames(project.pool, wrong)).toEqual(stages);
    await project.pool.query(`
      create table raw.amocrm__users (account_id text, id text, payload jsonb);
      insert into raw.amocrm__users values
        ('9', '1', '{"name": "Anna", "email": "anna@example.org", "rights": {"group_id": 11}, "_embedded": {"groups": [{"name": "North"}]}}'),
        ('9', '2', '{"name": "Boris"}')`);
    const users = 'Known users: "Anna" (anna@example.org), "Boris" (2).';
    expect(await unknownNames(project.pool, wrong)).toEqual([
      `managers: the CRM has no user "Clara", so these extensions, mailboxes and days are nobody's. ${users}`,
      `regulation.norms: the CRM has no user "Ana", so this norm is nobody's. ${users}`,
      `regulation.norms: nobody is in a team "West", so this norm is nobody's. Known teams: "North", "East".`,
      ...stages,
    ]);
  });
});
