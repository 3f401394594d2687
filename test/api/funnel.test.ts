import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cubeOverMarts, type CubeOverMarts } from './cube-harness.ts';

/** Expected numbers are worked out by hand from the table at the top of marts-fixture.ts. */
let api: CubeOverMarts;
beforeAll(async () => {
  api = await cubeOverMarts();
});
afterAll(() => api.close());

const YEAR = ['2025-01-01', '2025-12-31'];
const MARCH = ['2025-03-01', '2025-03-31'];
const APRIL = ['2025-04-01', '2025-04-30'];

const at = (dateRange: string[], granularity?: string, dimension = 'funnel.date') => ({
  timeDimensions: [{ dimension, dateRange, ...(granularity ? { granularity } : {}) }],
});

/** One number of the funnel over a period, or null. */
async function measure(id: string, dateRange = YEAR, filters: object[] = []): Promise<number | null> {
  const rows = await api.rows({ measures: [`funnel.${id}`], ...at(dateRange), filters });
  expect(rows).toHaveLength(1);
  const value = rows[0]?.[`funnel.${id}`];
  return value === null ? null : Number(value);
}

/** Measure by dimension as a plain object; "null" stands for no value. */
async function by(dimension: string, id: string, dateRange = YEAR): Promise<Record<string, number | null>> {
  const rows = await api.rows({
    measures: [`funnel.${id}`],
    dimensions: [`funnel.${dimension}`],
    ...at(dateRange),
  });
  return Object.fromEntries(
    rows.map((row) => {
      const value = row[`funnel.${id}`];
      return [String(row[`funnel.${dimension}`]), value === null ? null : Number(value)];
    }),
  );
}

describe('every KPI of the funnel counts what it says, in its period', () => {
  it.each([
    // leads of March: D1, D2; of April: D3 (1 Apr 00:30), D4, D5; the deleted D6 is none
    ['leads_new', 2, 3],
    ['leads_qualified', 2, 2],
    ['leads_proposal', 1, 2],
    ['leads_won', 1, 1],
    ['qualified_rate', 1, 2 / 3],
    ['lead_to_proposal_rate', 1 / 2, 2 / 3],
    ['lead_to_won_rate', 1 / 2, 1 / 3],
    // D1 | D3, D4, D7
    ['proposals_sent', 1, 3],
    ['proposals_amount', 120_000, 50_000.55 + 70_000 + 250_000.1],
    ['deals_won', 1, 2],
    ['won_amount', 100_000, 300_000.65],
    ['avg_check', 100_000, 150_000.325],
    ['deals_lost', 1, 1],
    ['deals_closed', 2, 3],
    ['close_rate', 1 / 2, 2 / 3],
    // Counts of the month alone: D1, D2 | D3, D4, D7 qualified; D1 | D3, D4, D7 proposed; D1 | D3, D7 won.
    ['deals_qualified', 2, 3],
    ['qualified_period_rate', 1, 1],
    ['lead_to_proposal_period_rate', 1 / 2, 1],
    ['lead_to_won_period_rate', 1 / 2, 2 / 3],
    ['proposal_to_won_period_rate', 1, 2 / 3],
    ['deals_reopened', 0, 1],
    ['deals_deleted', 0, 1],
    // 10 | 20 and 61 days
    ['sales_cycle_time', 10, 40.5],
    ['sales_cycle_time_median', 10, 40.5],
    ['sales_cycle_time_p90', 10, 20 + 0.9 * 41],
    // 8 | 10 and 5 days
    ['deal_close_time', 8, 7.5],
    ['deal_close_time_median', 8, 7.5],
    ['deal_close_time_p90', 8, 5 + 0.9 * 5],
    // March: D1 new contacted qualified proposal meeting objection agreement won = 8, D2 new contacted qualified = 3
    ['deals_reached', 11, 8 + 4 + 1 + 7],
  ])('%s is %d in March and %d in April', async (id, march, april) => {
    expect(await measure(id, MARCH)).toBeCloseTo(march, 8);
    expect(await measure(id, APRIL)).toBeCloseTo(april, 8);
  });
});

describe('null and zero', () => {
  const COUNTS = [
    'leads_new',
    'leads_qualified',
    'leads_proposal',
    'leads_won',
    'proposals_sent',
    'proposals_amount',
  ].concat(
    ['deals_reached', 'deals_reached_next', 'deals_won', 'won_amount', 'deals_lost', 'deals_closed'],
    ['deals_reopened', 'deals_deleted'],
  );
  const RATIOS = [
    'qualified_rate',
    'lead_to_proposal_rate',
    'lead_to_won_rate',
    'step_conversion',
    'avg_check',
  ].concat(
    ['close_rate', 'sales_cycle_time', 'sales_cycle_time_median', 'sales_cycle_time_p90'],
    ['deal_close_time', 'deal_close_time_median', 'deal_close_time_p90'],
  );

  it.each(COUNTS)('%s is 0 where nothing happened', async (id) => {
    expect(await measure(id, ['2020-01-01', '2020-01-31'])).toBe(0);
  });

  it.each(RATIOS)('%s is null over nothing, never 0', async (id) => {
    expect(await measure(id, ['2020-01-01', '2020-01-31'])).toBeNull();
  });

  it('a ratio with a denominator and nothing above it is 0', async () => {
    expect(await measure('lead_to_won_rate', ['2025-04-10', '2025-04-10'])).toBe(0);
    expect(await measure('close_rate', ['2025-04-06', '2025-04-06'])).toBe(0);
  });
});

describe('owner', () => {
  it('a deal that changed hands is a lead of the first owner and a win of the second', async () => {
    expect(await by('manager', 'leads_new', MARCH)).toEqual({ Anna: 2, Boris: 0 });
    expect(await by('manager', 'deals_won', MARCH)).toEqual({ Anna: 0, Boris: 1 });
    expect(await by('manager', 'proposals_sent', MARCH)).toEqual({ Anna: 1, Boris: 0 });
  });

  it('the cohort of the first owner keeps the success', async () => {
    expect(await by('manager', 'lead_to_won_rate', MARCH)).toEqual({ Anna: 0.5, Boris: null });
  });

  it('managers add up to teams and teams to the total', async () => {
    const managers = await by('manager', 'won_amount');
    const teams = await by('team', 'won_amount');
    expect(managers).toEqual({ Anna: 0, Boris: 350_000.1, Clara: 50_000.55 });
    expect(teams).toEqual({ North: 350_000.1, South: 50_000.55 });
    expect(await measure('won_amount')).toBe(400_000.65);
  });
});

describe('time zone of the account', () => {
  it('a deal of 00:30 on 1 April in Moscow is of April, though UTC still has March', async () => {
    expect(await measure('leads_new', ['2025-04-01', '2025-04-01'])).toBe(1);
    expect(await measure('leads_new', ['2025-03-31', '2025-03-31'])).toBe(0);
  });

  it('a loss of 23:30 on 31 March and a win of 23:30 on 30 April stay in their month', async () => {
    expect(await measure('deals_lost', ['2025-03-31', '2025-03-31'])).toBe(1);
    expect(await measure('deals_won', ['2025-04-30', '2025-04-30'])).toBe(1);
    expect(await measure('deals_won', ['2025-05-01', '2025-05-31'])).toBe(0);
  });

  it('another zone can be asked for, and moves the boundary', async () => {
    const [row] = await api.rows({
      measures: ['funnel.leads_new'],
      ...at(['2025-03-31', '2025-03-31']),
      timezone: 'UTC',
    });
    expect(row?.['funnel.leads_new']).toBe('1');
  });
});

describe('granularity', () => {
  it.each([
    ['year', { '2025-01-01': 6 }],
    ['quarter', { '2025-01-01': 3, '2025-04-01': 3 }],
    ['month', { '2025-02-01': 1, '2025-03-01': 2, '2025-04-01': 3 }],
    // Mondays: D7 28 Feb, D1 1 Mar and D2 2 Mar share the week of 24 Feb; D3 1 Apr and D4 5 Apr that of 31 Mar
    ['week', { '2025-02-24': 3, '2025-03-31': 2, '2025-04-07': 1 }],
    [
      'day',
      {
        '2025-02-28': 1,
        '2025-03-01': 1,
        '2025-03-02': 1,
        '2025-04-01': 1,
        '2025-04-05': 1,
        '2025-04-10': 1,
      },
    ],
  ])('leads by %s', async (granularity, expected) => {
    const rows = await api.rows({
      measures: ['funnel.leads_new'],
      timeDimensions: [{ dimension: 'funnel.date', granularity, dateRange: YEAR }],
      filters: [{ member: 'funnel.leads_new', operator: 'gt', values: ['0'] }],
    });
    const found = rows.map((row) => [
      String(row['funnel.date']).slice(0, 10),
      Number(row['funnel.leads_new']),
    ]);
    expect(Object.fromEntries(found)).toEqual(expected);
    expect(rows[0]).toHaveProperty([`funnel.date.${granularity}`]);
  });

  it('hours are of the account', async () => {
    const rows = await api.rows({
      measures: ['funnel.leads_new'],
      timeDimensions: [
        { dimension: 'funnel.date', granularity: 'hour', dateRange: ['2025-04-01', '2025-04-01'] },
      ],
    });
    expect(rows.map((row) => row['funnel.date.hour'])).toEqual(['2025-04-01T00:00:00.000']);
  });
});

describe('cohorts', () => {
  it('wins by the month their deal was created in', async () => {
    const rows = await api.rows({
      measures: ['funnel.deals_won'],
      timeDimensions: [{ dimension: 'funnel.created_at', granularity: 'month', dateRange: YEAR }],
    });
    expect(rows.map((row) => [row['funnel.created_at.month'], row['funnel.deals_won']])).toEqual([
      ['2025-02-01T00:00:00.000', '1'],
      ['2025-03-01T00:00:00.000', '1'],
      ['2025-04-01T00:00:00.000', '1'],
    ]);
  });
});

describe('the funnel step by step', () => {
  it('counts who reached each step and the share that went on', async () => {
    const rows = await api.rows({
      measures: ['funnel.deals_reached', 'funnel.deals_reached_next', 'funnel.step_conversion'],
      dimensions: ['funnel.step', 'funnel.step_no'],
      segments: ['funnel.steps'],
      order: { 'funnel.step_no': 'asc' },
    });
    const table = rows.map((row) => [
      row['funnel.step'],
      Number(row['funnel.deals_reached']),
      row['funnel.step_conversion'] === null
        ? null
        : Number(Number(row['funnel.step_conversion']).toFixed(6)),
    ]);
    expect(table).toEqual([
      ['new', 6, 0.833333], // all but D5 went on
      ['contacted', 5, 1],
      ['qualified', 5, 0.8], // D2 was lost there
      ['proposal', 4, 0.75], // D4 is still there
      ['meeting', 3, 1],
      ['objection', 3, 1],
      ['agreement', 3, 1],
      ['won', 3, null], // there is no step after it
    ]);
  });

  it('does not split by step what is no reaching of a step', async () => {
    expect(await by('step', 'leads_new')).toMatchObject({ null: 6, new: 0, won: 0 });
  });
});

describe('dimensions', () => {
  it('losses by reason, an unnamed one apart', async () => {
    const rows = await api.rows({
      measures: ['funnel.deals_lost'],
      dimensions: ['funnel.loss_reason', 'funnel.lost_from_step'],
      filters: [{ member: 'funnel.event', operator: 'equals', values: ['lost'] }],
      order: { 'funnel.lost_from_step': 'asc' },
    });
    expect(rows).toEqual([
      { 'funnel.loss_reason': null, 'funnel.lost_from_step': 'new', 'funnel.deals_lost': '1' },
      {
        'funnel.loss_reason': 'Too expensive',
        'funnel.lost_from_step': 'qualified',
        'funnel.deals_lost': '1',
      },
    ]);
  });

  it('leads by source, wins by client, everything by pipeline', async () => {
    expect(await by('source', 'leads_new')).toEqual({ site: 2, phone: 2, unknown: 2 });
    expect(await by('client', 'won_amount')).toMatchObject({ Romashka: 350_000.1, 'Ivan Petrov': 50_000.55 });
    expect(await by('pipeline', 'leads_new')).toEqual({ Sales: 6 });
  });
});
