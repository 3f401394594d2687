import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cubeOverMarts, token, type CubeOverMarts } from './cube-harness.ts';
import { ANNA, BORIS } from './marts-fixture.ts';

/** Expected numbers are worked out by hand from the tables of people-marts.ts, files-marts.ts and marts-fixture.ts. */
let api: CubeOverMarts;
beforeAll(async () => {
  api = await cubeOverMarts();
});
afterAll(() => api.close());

/** Rows as objects without the view's name, numbers as numbers. */
async function ask(
  view: string,
  { by = [], of, on }: { by?: string[]; of: string[]; on?: string },
  bearer?: string,
): Promise<Record<string, unknown>[]> {
  const name = (id: string): string => `${view}.${id}`;
  const rows = await api.rows(
    {
      measures: of.map(name),
      dimensions: by.map(name),
      ...(on !== undefined && { timeDimensions: [{ dimension: name('date'), dateRange: [on, on] }] }),
      order: by.map((id) => [name(id), 'asc']),
    },
    bearer,
  );
  return rows.map((row) =>
    Object.fromEntries(
      [...by, ...of].map((id) => {
        const value = row[name(id)];
        return [id, of.includes(id) && value !== null ? Number(value) : value];
      }),
    ),
  );
}

const only = (of: object): string[] => Object.keys(of);
const south = token('head', { teams: ['South'] });

describe('scorecard: the day of a manager against the norm and the team', () => {
  const anna = {
    calls_out: 0,
    calls_out_team_average: 2,
    talk_time: 0,
    talk_time_team_average: 300,
    hours_on_calls: 0,
    deals_won: 0,
    deals_won_team_average: 0.5,
    won_amount: 0,
    won_amount_team_average: 50_000,
    calls_norm: 2,
    calls_norm_rate: 0,
    days_with_norm: 1,
    days_norm_met: 0,
    norm_compliance: 0,
    norm_compliance_team_average: 0.5,
    activity_index: null,
    activity_index_team_average: 0.75,
    managers_at_work: 1,
  };
  const boris = {
    ...anna,
    calls_out: 4,
    talk_time: 600,
    hours_on_calls: 600 / 3_600,
    deals_won: 1,
    won_amount: 100_000,
    calls_norm_rate: 2,
    days_norm_met: 1,
    norm_compliance: 1,
    activity_index: 0.75,
  };
  const day = { by: ['manager'], of: only(anna), on: '2025-03-11' };

  it('tells each number of each manager', async () => {
    expect(await ask('scorecard', day)).toEqual([
      { manager: 'Anna', ...anna },
      { manager: 'Boris', ...boris },
    ]);
  });

  it('shows a manager their own row with the average of the team, and nobody else', async () => {
    const own = token('manager', { managers: [ANNA] });
    expect(await ask('scorecard', day, own)).toEqual([{ manager: 'Anna', ...anna }]);
    expect(
      await ask('scorecard', { of: ['won_amount', 'won_amount_team_average'], on: day.on }, own),
    ).toEqual([{ won_amount: 0, won_amount_team_average: 50_000 }]);
  });

  it('shows a head the team, another head nothing', async () => {
    expect(await ask('scorecard', day, token('head', { teams: ['North'] }))).toHaveLength(2);
    expect(await ask('scorecard', day, south)).toEqual([]);
  });

  it('adds managers up; an average of the team stays what it is', async () => {
    const of = ['calls_out', 'calls_out_team_average', 'calls_norm', 'calls_norm_rate', 'norm_compliance', 'managers_at_work']; // prettier-ignore
    expect(await ask('scorecard', { by: ['team'], of, on: day.on })).toEqual([
      { team: 'North', calls_out: 4, calls_out_team_average: 2, calls_norm: 4, calls_norm_rate: 1, norm_compliance: 0.5, managers_at_work: 2 }, // prettier-ignore
    ]);
  });

  it('counts an open task that is late on the day it was due', async () => {
    expect(await ask('scorecard', { by: ['manager'], of: ['tasks_overdue'], on: '2025-04-11' })).toEqual([
      { manager: 'Anna', tasks_overdue: 1 },
    ]);
  });

  it('is 0 or null on a day on which nothing was', async () => {
    const of = ['calls_out', 'won_amount', 'calls_norm', 'norm_compliance', 'calls_out_team_average'];
    expect(await ask('scorecard', { of, on: '2024-03-11' })).toEqual([
      { calls_out: 0, won_amount: 0, calls_norm: null, norm_compliance: null, calls_out_team_average: null },
    ]);
  });
});

describe('leaderboard: points and places', () => {
  const of = ['rating_points', 'rating_place', 'rating_participants'];
  const place = (rating_points: number, rating_place: number): object => ({
    rating_points,
    rating_place,
    rating_participants: 2,
  });

  it('tells the rating of the month and each competition apart', async () => {
    const rows = await ask('leaderboard', { by: ['manager_id', 'competition'], of, on: '2025-03-11' });
    expect(rows.filter(({ manager_id: manager }) => manager !== null)).toEqual(
      expect.arrayContaining([
        { manager_id: ANNA, competition: null, ...place(0, 2) },
        { manager_id: ANNA, competition: 'Calls', ...place(0, 2) },
        { manager_id: BORIS, competition: null, ...place(54, 1) },
        { manager_id: BORIS, competition: 'Calls', ...place(4, 1) },
      ]),
    );
    expect(rows.filter(({ manager_id: manager }) => manager !== null)).toHaveLength(4);
  });

  it('is the rating where competitions meet, and has no place of several managers', async () => {
    expect(await ask('leaderboard', { by: ['team'], of: ['rating_points', 'rating_place'] })).toEqual([
      { team: 'North', rating_points: 54, rating_place: null },
    ]);
  });

  it('has the bonus and the plan of the month: 0 below the lowest tier, null without a plan', async () => {
    const money = ['bonus', 'fact_amount', 'plan_amount', 'plan_execution'];
    const rows = await ask('leaderboard', { by: ['manager_id'], of: money });
    expect(rows.filter(({ manager_id: manager }) => manager !== null)).toEqual([
      { manager_id: ANNA, bonus: 0, fact_amount: 0, plan_amount: 200_000, plan_execution: 0 },
      { manager_id: BORIS, bonus: null, fact_amount: 100_000, plan_amount: null, plan_execution: null },
    ]);
  });

  it('shows a manager their own place among all, a head of others nothing', async () => {
    const own = token('manager', { managers: [ANNA] });
    expect(await ask('leaderboard', { by: ['manager'], of }, own)).toEqual([
      { manager: 'Anna', ...place(0, 2) },
    ]);
    expect(await ask('leaderboard', { by: ['manager'], of }, south)).toEqual([]);
  });
});

describe('data_health: how fresh the data is', () => {
  const of = ['rows_loaded', 'rejected_records', 'unmatched_identities', 'stale_streams'];
  const rows = [
    { stream: 'calls of 2 hours', rows_loaded: 10, rejected_records: 0, unmatched_identities: 0, stale_streams: 1 }, // prettier-ignore
    { stream: 'calls of 4 hours', rows_loaded: 10, rejected_records: 0, unmatched_identities: 0, stale_streams: 0 }, // prettier-ignore
    { stream: 'identity: client_number', rows_loaded: 0, rejected_records: 0, unmatched_identities: 3, stale_streams: 0 }, // prettier-ignore
    { stream: 'leads', rows_loaded: 8, rejected_records: 2, unmatched_identities: 0, stale_streams: 1 },
  ];

  it('tells what was read, rejected and not recognised, and what was not read for longer than it may be', async () => {
    expect(await ask('data_health', { by: ['stream'], of })).toEqual(rows);
    expect(await ask('data_health', { of })).toEqual([
      { rows_loaded: 28, rejected_records: 2, unmatched_identities: 3, stale_streams: 2 },
    ]);
  });

  it('tells every role the same', async () => {
    for (const bearer of [token('manager', { managers: [BORIS] }), south, token('analyst')]) {
      expect(await ask('data_health', { by: ['stream'], of }, bearer)).toEqual(rows);
    }
  });

  it('says since when, of several streams the longest', async () => {
    const [row] = await ask('data_health', { by: ['source'], of: ['hours_since_load'] });
    expect(row?.['source']).toBe('amocrm');
    expect(Number(row?.['hours_since_load'])).toBeGreaterThan(24 * 30);
    const cloud = (await ask('data_health', { by: ['source'], of: ['hours_since_load'] })).find(
      ({ source }) => source === 'cloud',
    );
    expect(Number(cloud?.['hours_since_load'])).toBeGreaterThanOrEqual(3);
    expect(Number(cloud?.['hours_since_load'])).toBeLessThan(4);
  });
});
