import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cubeOverMarts, token, type CubeOverMarts } from './cube-harness.ts';

let api: CubeOverMarts;
beforeAll(async () => {
  api = await cubeOverMarts();
});
afterAll(() => api.close());

/** Rows with the view's name cut off and numeric strings as numbers, for reading. */
async function table(view: string, query: Record<string, string[]>, more: object = {}): Promise<unknown[]> {
  const full = Object.fromEntries(
    Object.entries(query).map(([kind, ids]) => [kind, ids.map((id) => `${view}.${id}`)]),
  );
  const rows = await api.rows({ ...full, ...more });
  const ids = [...(query['dimensions'] ?? []), ...(query['measures'] ?? [])];
  return rows.map((row) =>
    ids.map((id) => {
      const value = row[`${view}.${id}`];
      return query['measures']?.includes(id) && typeof value === 'string' ? Number(value) : value;
    }),
  );
}

describe('deals: stock as of now, owner now', () => {
  it('counts open deals and their amount; a deal without an amount adds nothing, a deleted one is not there', async () => {
    // open: D4 of Clara 70 000 and D5 of Boris without an amount; D8 waits in incoming; seven deals in all
    const stock = await table('deals', {
      measures: ['deals_count', 'open_deals', 'open_amount', 'incoming_deals'],
    });
    expect(stock).toEqual([[7, 2, 70_000, 1]]);
    expect(
      await table(
        'deals',
        { dimensions: ['manager'], measures: ['open_deals', 'open_amount'] },
        { order: { 'deals.manager': 'asc' } },
      ),
    ).toEqual([
      ['Anna', 0, 0],
      ['Boris', 1, 0],
      ['Clara', 1, 70_000],
    ]);
  });

  it('lists deals with the times of the account', async () => {
    expect(
      await table(
        'deals',
        {
          dimensions: [
            'crm_id',
            'deal',
            'manager',
            'stage',
            'outcome',
            'amount',
            'loss_reason',
            'created_at',
            'closed_at',
          ],
        },
        { order: { 'deals.crm_id': 'asc' }, limit: 3 },
      ),
    ).toEqual([
      [
        '1',
        'Deal 1',
        'Boris',
        'Won',
        'won',
        '100000.00',
        null,
        '2025-03-01T10:00:00.000',
        '2025-03-11T10:00:00.000',
      ],
      [
        '2',
        'Deal 2',
        'Anna',
        'Lost',
        'lost',
        '30000.00',
        'Too expensive',
        '2025-03-02T23:30:00.000',
        '2025-03-31T23:30:00.000',
      ],
      [
        '3',
        'Deal 3',
        'Clara',
        'Won',
        'won',
        '50000.55',
        null,
        '2025-04-01T00:30:00.000',
        '2025-04-21T00:30:00.000',
      ],
    ]);
  });
});

describe('stage_stays: entries of a period and what became of them', () => {
  const EXITS = [
    'stays_advanced',
    'stays_won',
    'stays_lost',
    'stays_moved_back',
    'stays_moved_within',
  ].concat(['stays_handed_over', 'stays_deleted', 'stays_still_there']);

  it('counts every way out by stage', async () => {
    expect(
      await table(
        'stage_stays',
        { dimensions: ['stage'], measures: ['stays_entered', ...EXITS] },
        { order: { 'stage_stays.stage': 'asc' } },
      ),
    ).toEqual([
      // advanced, won, lost, back, within, handed over, deleted, still there
      ['First contact', 5, 2, 0, 1, 0, 0, 0, 1, 1],
      ['Lost', 2, 0, 0, 0, 1, 0, 0, 0, 1],
      ['Needs clear', 2, 1, 0, 1, 0, 0, 0, 0, 0],
      ['Offer', 2, 0, 1, 0, 0, 0, 0, 0, 1],
      ['Won', 1, 0, 0, 0, 0, 0, 0, 0, 1],
    ]);
  });

  it('entries equal the sum of the ways out, for every manager and month', async () => {
    const rows = (await table(
      'stage_stays',
      { dimensions: ['manager'], measures: ['stays_entered', ...EXITS] },
      { timeDimensions: [{ dimension: 'stage_stays.date', granularity: 'month' }] },
    )) as [string, number, ...number[]][];
    expect(rows.length).toBeGreaterThan(3);
    for (const [, entered, ...exits] of rows) expect(exits.reduce((sum, n) => sum + n, 0)).toBe(entered);
  });

  it('time in stage is that of finished stays of living deals, in days; null where none has finished', async () => {
    expect(
      await table(
        'stage_stays',
        {
          dimensions: ['stage'],
          measures: ['stays_finished', 'stay_time', 'stay_time_median', 'stay_time_p90'],
        },
        { order: { 'stage_stays.stage': 'asc' } },
      ),
    ).toEqual([
      ['First contact', 3, expect.closeTo(5 / 3, 8), 2, 2], // 2, 2 and 1 days; the 3 of the deleted deal left out
      ['Lost', 1, 1, 1, 1],
      ['Needs clear', 2, 14.5, 14.5, 24.5], // 2 and 27 days
      ['Offer', 1, 6, 6, 6],
      ['Won', 0, null, null, null],
    ]);
  });

  it('the entry belongs to its owner, also when another one closed the stay', async () => {
    expect(
      await table(
        'stage_stays',
        { dimensions: ['manager'], measures: ['stays_won'] },
        { filters: [{ member: 'stage_stays.exit', operator: 'equals', values: ['won'] }] },
      ),
    ).toEqual([['Anna', 1]]);
  });
});

describe('tasks', () => {
  it('done on the day of completion, due and overdue on the due date, what is not due yet left out', async () => {
    const measures = ['tasks_done', 'tasks_due', 'tasks_overdue', 'tasks_on_time', 'tasks_on_time_rate'];
    expect(
      await table(
        'tasks',
        { measures },
        {
          timeDimensions: [
            { dimension: 'tasks.date', granularity: 'day', dateRange: ['2025-04-01', '2025-04-30'] },
          ],
        },
      ),
    ).toEqual([
      [1, 1, 0, 1, 1], // 10 April: t1
      [1, 3, 2, 1, 1 / 3].map((n, i) => (i === 4 ? expect.closeTo(n, 8) : n)), // 11 April: t5 done; t2 late, t3 never
      [1, 0, 0, 0, null], // 12 April: t2 done late
    ]);
    expect(await table('tasks', { measures: ['tasks_due'] })).toEqual([[4]]);
  });

  it('done belongs to who did it, overdue to who was responsible', async () => {
    const byManager = await table(
      'tasks',
      { dimensions: ['manager'], measures: ['tasks_done', 'tasks_overdue'] },
      { order: { 'tasks.manager': 'asc' } },
    );
    expect(byManager).toEqual([
      ['Anna', 1, 2], // t1 done; t2 and t3 late
      ['Boris', 2, 0], // t5, and t2 of Anna's done for her
    ]);
  });
});

describe('activities', () => {
  it('counts actions and distinct deals of the one who acted', async () => {
    expect(
      await table(
        'activities',
        { dimensions: ['manager'], measures: ['crm_actions', 'deals_worked'] },
        { order: { 'activities.manager': 'asc' } },
      ),
    ).toEqual([
      ['Anna', 3, 2],
      ['Boris', 1, 0],
    ]);
  });
});

describe('meetings', () => {
  const measures = [
    'meetings_held',
    'presentations_held',
    'meetings_planned',
    'meetings_cancelled',
    'meetings_unconfirmed',
    'meeting_time',
    'clients_met',
  ];

  it('counts meetings on their day in the zone of the account, presentations among them', async () => {
    // m3 begins at 00:30 in Moscow, which is the day before in UTC.
    const dateRange = ['2025-04-10', '2025-04-11'];
    const timeDimensions = [{ dimension: 'meetings.date', dateRange, granularity: 'day' }];
    expect(await table('meetings', { measures }, { timeDimensions })).toEqual([
      [2, 1, 0, 0, 0, 5_400, 1],
      [1, 0, 1, 1, 1, 3_600, 1],
    ]);
  });

  it('belongs to the host, and a manager sees no other', async () => {
    const query = {
      measures: measures.map((id) => `meetings.${id}`),
      dimensions: ['meetings.manager'],
    };
    const [own, ...others] = await api.rows(query, token('manager', { managers: ['1:102'] }));
    expect(own).toMatchObject({ 'meetings.manager': 'Boris', 'meetings.clients_met': '1' });
    expect(others).toEqual([]);
  });
});
