import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCube, type RunningCube } from '../../cube/server.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';
import { SECRET, token } from './cube-harness.ts';
import { createMarts, dropReader, TIME_ZONE } from './marts-fixture.ts';

type Rows = Record<string, unknown>[];

const BY_MONTH = { timeDimensions: [{ dimension: 'calls.date', granularity: 'month' }] };
const QUESTIONS: readonly object[] = [
  {
    measures: ['calls.calls_total', 'calls.calls_missed', 'calls.talk_time', 'calls.missed_rate'],
    ...BY_MONTH,
  },
  { measures: ['calls.calls_answered', 'calls.avg_talk_time'], dimensions: ['calls.manager'] },
  { measures: ['calls.calls_in'], dimensions: ['calls.hour', 'calls.weekday'] },
  { measures: ['calls.calls_total'], timeDimensions: [{ dimension: 'calls.date', granularity: 'day' }] },
  {
    measures: ['scorecard.leads_new', 'scorecard.calls_out', 'scorecard.talk_time', 'scorecard.won_amount'],
    dimensions: ['scorecard.manager', 'scorecard.team'],
    timeDimensions: [{ dimension: 'scorecard.date', granularity: 'day' }],
  },
  {
    measures: [
      'funnel.leads_new',
      'funnel.leads_won',
      'funnel.lead_to_won_rate',
      'funnel.won_amount',
      'funnel.first_call_speed',
    ],
    dimensions: ['funnel.manager'],
    timeDimensions: [{ dimension: 'funnel.date', granularity: 'week' }],
  },
  {
    measures: ['funnel.deals_reached', 'funnel.step_conversion'],
    dimensions: ['funnel.step', 'funnel.pipeline'],
  },
];

describe('rollups', () => {
  let database: TestDatabase;
  let readerUrl: string;
  let cube: RunningCube | undefined;
  const errors: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    readerUrl = await createMarts(database);
    await database.pool.query(
      `create table if not exists marts.dim_last_build (build_id bigint, built_at timestamptz);
       truncate marts.dim_last_build; insert into marts.dim_last_build values (1, now());
       grant select on marts.dim_last_build to ${new URL(readerUrl).username}`,
    );
  });
  afterAll(async () => {
    await cube?.stop();
    await dropReader(database);
    await database.drop();
  });

  const start = async (hasRollups: boolean): Promise<void> => {
    await cube?.stop();
    cube = await startCube({
      readerUrl,
      port: 0,
      timeZone: TIME_ZONE,
      apiSecret: SECRET,
      portable: true,
      ...(hasRollups && { rollups: { writerUrl: database.url } }),
      log: (level, message, details) => {
        if (level === 'error') errors.push(`${message}: ${JSON.stringify(details['error'])}`);
      },
    });
  };
  const ask = async (query: object, as = token('executive')): Promise<Rows> => {
    for (;;) {
      const search = new URLSearchParams({ query: JSON.stringify(query) });
      const response = await fetch(`${cube?.url}/cubejs-api/v1/load?${search.toString()}`, {
        headers: { authorization: as },
      });
      const body = (await response.json()) as { data?: Rows; error?: string };
      if (body.error === 'Continue wait') continue;
      if (body.data === undefined) throw new Error(body.error);
      return body.data.map(sorted).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
    }
  };
  const answers = async (as?: string): Promise<Rows[]> => {
    const all: Rows[] = [];
    for (const question of QUESTIONS) all.push(await ask(question, as));
    return all;
  };

  it('change no answer, whoever asks, and are what is read until another build is published', async () => {
    await start(false);
    const manager = token('manager', { managers: ['7:1'] });
    const without = [await answers(), await answers(manager)];
    await start(true);
    expect([await answers(), await answers(manager)]).toEqual(without);
    expect(without[0]?.every((rows) => rows.length > 0)).toBe(true);
    const { rows: tables } = await database.pool.query<{ name: string }>(
      `select quote_ident(tablename) as name from pg_tables where schemaname = 'rollups' order by tablename`,
    );
    expect(tables.map(({ name }) => name.split('_').slice(0, 4).join('_'))).toEqual([
      'deal_events_by_week',
      'phone_calls_by_hour',
      'scorecard_days_by_day',
    ]);
    // What stands in a rollup is what is answered.
    const numbers = ['deal_events__leads_new', 'phone_calls__calls_in', 'scorecard_days__calls_out_sum'];
    for (const [index, { name }] of tables.entries())
      await database.pool.query(`update rollups.${name} set ${numbers[index]} = 1000`);
    for (const [measure, dimension] of [
      ['funnel.leads_new', 'funnel.manager'],
      ['calls.calls_in', 'calls.outcome'],
      ['scorecard.calls_out', 'scorecard.team'],
    ] as const) {
      const asked = await ask({ measures: [measure], dimensions: [dimension] });
      expect([
        measure,
        asked.every((row) => Number(row[measure]) > 0 && Number(row[measure]) % 1_000 === 0),
      ]).toEqual([measure, true]);
    }
    expect(errors).toEqual([]);
  }, 600_000);
});

const sorted = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).sort(([a], [b]) => a.localeCompare(b)));
