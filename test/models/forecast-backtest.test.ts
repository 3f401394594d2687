import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBuild } from '../../pipelines/transform/index.ts';
import { TODAY, at, bounds, offer, offersOf, world } from './forecast-fixture.ts';
import { createSmallCrm, deleted, lead, moved, reassigned, repriced, type SmallCrm } from './small-crm.ts';

let crm: SmallCrm;
const build = (full = false): Promise<unknown> =>
  runBuild({ url: crm.url, projectDir: 'sql', vars: { today: TODAY }, full });

beforeAll(async () => {
  crm = await createSmallCrm();
  await crm.put(world());
  await build();
}, 300_000);
afterAll(() => crm.drop());

interface Month {
  readonly month: string;
  readonly open_deals: number;
  readonly expected: number;
  readonly low: number;
  readonly high: number;
  readonly actual: number;
  readonly naive: number | null;
  readonly is_within: boolean;
}
const months = (level: string): Promise<Month[]> =>
  crm.rows<Month>(
    `select to_char(month, 'MM') as month, open_deals::int, expected_amount::float8 as expected, expected_low::float8 as low,
       expected_high::float8 as high, actual_amount::float8 as actual, naive_amount::float8 as naive, is_within
     from marts.fct_forecast_backtest where level = $1 order by month`,
    [level],
  );

describe('the back-test by hand', () => {
  // Chances of August are learnt from April to July, 16 of 40; of September from April to August, 22 of 50. July had two months to learn from.
  const august = { raw: 10 * 100 * 0.4, variance: 10 * 100 ** 2 * 0.4 * 0.6 };
  const september = { raw: 10 * 100 * 0.44, variance: 10 * 100 ** 2 * 0.44 * 0.56 };
  // 600 came of 400 in August: one month against the three that say 1; and beyond chance (200² − 24 000) / 400² = 0.1 against three of 0.04.
  const yieldOfSeptember = (600 / 400 + 3) / 4;
  const shockOfSeptember = (0.1 + 3 * 0.04) / 4;

  it('expects the share that was won before, corrected by how August went', async () => {
    const found = await months('company');
    expect(
      found.map(({ month, open_deals, expected, actual, naive }) => [
        month,
        open_deals,
        expected,
        actual,
        naive,
      ]),
    ).toEqual([
      ['08', 10, august.raw, 600, null],
      ['09', 10, september.raw * yieldOfSeptember, 200, 600],
    ]);
  });

  it('puts an 80 % interval around it, of single chances and of what is common to all', async () => {
    const [first, second] = await months('company');
    const inAugust = bounds(august.raw, august.variance + 0.04 * august.raw ** 2, 0.6 ** 10);
    expect([first?.low, first?.high]).toEqual(inAugust.map((amount) => expect.closeTo(amount, 1)));
    const mean = september.raw * yieldOfSeptember;
    const variance = september.variance * yieldOfSeptember ** 2 + shockOfSeptember * mean ** 2;
    const inSeptember = bounds(mean, variance, 0.56 ** 10);
    expect([second?.low, second?.high]).toEqual(inSeptember.map((amount) => expect.closeTo(amount, 1)));
    expect([first?.is_within, second?.is_within]).toEqual([
      600 >= inAugust[0] && 600 <= inAugust[1],
      200 >= inSeptember[0] && 200 <= inSeptember[1],
    ]);
  });

  it('the managers add up to the company', async () => {
    const company = await months('company');
    const managers = await months('manager');
    expect(managers.map(({ month, expected, actual }) => [month, expected, actual])).toEqual(
      company.map(({ month, expected, actual }) => [month, expected, actual]),
    );
  });
});

describe('the forecast of today by hand', () => {
  it('win rates of stages: of the deals decided in 180 days that passed, leaning on the pipeline', async () => {
    // From 13 April on: 6 of April's ten and 50 more passed Offer, 20 of them won; 4 more were refused in New. Alike as chance would have
    // it, so that the pipeline, 20 of 60, counts as 200 deals.
    expect(
      await crm.rows(
        `select split_part(stage_id, ':', 3) as stage, deals_decided::int, deals_won::int, prior_weight::int, win_rate::float8
         from marts.fct_stage_win_rates where stage_id in ('7:1:20', '7:1:50', '7:1:60') order by 1`,
      ),
    ).toEqual([
      {
        stage: '20',
        deals_decided: 60,
        deals_won: 20,
        prior_weight: 200,
        win_rate: expect.closeTo(1 / 3, 6),
      },
      {
        stage: '50',
        deals_decided: 56,
        deals_won: 20,
        prior_weight: 200,
        win_rate: expect.closeTo((20 + 200 / 3) / 256, 6),
      },
      { stage: '60', deals_decided: 0, deals_won: 0, prior_weight: 200, win_rate: expect.closeTo(1 / 3, 6) },
    ]);
  });

  it('an open deal is expected by its chance, one without an amount with the average win; what waits in incoming is not', async () => {
    // Of sixty, 24; 800 came of 840 in two months. Nothing is known of New, which so has the chance of the pipeline.
    const corrected = ((800 / 840) * 2 + 3) / 5;
    expect(
      await crm.rows(
        `select split_part(deal_id, ':', 2) as deal, manager_id, age_band, chance_30::float8 as chance, expected_30::float8 as expected,
           weighted_amount::float8 as weighted from marts.fct_deal_forecasts order by 1`,
      ),
    ).toEqual([
      {
        deal: '2001',
        manager_id: '7:2',
        age_band: 1,
        chance: 0.4,
        expected: expect.closeTo(1000 * 0.4 * corrected, 2),
        weighted: expect.closeTo((1000 * (20 + 200 / 3)) / 256, 2),
      },
      {
        deal: '2002',
        manager_id: '7:3',
        age_band: 2,
        chance: 0.4,
        expected: expect.closeTo(100 * 0.4 * corrected, 2),
        weighted: 0,
      },
    ]);
  });
});

describe('what happens later', () => {
  it('changes nothing of what was forecast before: only history before the month’s beginning is used', async () => {
    const expectedBefore = await months('company');
    // August ends otherwise: nobody wins, and what was open when it began is raised, handed over and deleted after that; deals of another
    // size come and are won at once; and a deal of July, decided as it was, is reopened and lost in August.
    await crm.clear();
    const early = ['04', '05', '06', '07'].flatMap((month) => offersOf(month));
    const late = [0, 1, 2].flatMap((index) => [
      repriced(800 + index, at('2025-08-01T00:01'), 100, 9_000),
      reassigned(800 + index, at('2025-08-01T00:02'), 1, 3),
    ]);
    await crm.put([
      ...early,
      ...offersOf('08', 0).filter(({ stream }) => stream === 'events'),
      ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((index) =>
        lead({
          id: 800 + index,
          status: 143,
          price: index < 3 ? 9_000 : 100,
          owner: index < 3 ? 3 : 1,
          created: at('2025-07-29T11:00'),
          updated: at('2025-08-20T12:00'),
          closed: at('2025-08-20T12:00'),
          ...(index === 9 && { deletedAt: at('2025-08-21T12:00') }),
        }),
      ),
      ...late,
      deleted(809, at('2025-08-21T12:00')),
      ...offer(3001, '2025-08-02T12:00', { at: '2025-08-03T12:00', won: true }, { price: 50_000 }),
      moved(700, at('2025-08-05T12:00'), 142, 143),
    ]);
    await build(true);
    const [august] = await months('company');
    const [before] = expectedBefore;
    expect(august).toMatchObject({ month: '08', actual: 0 });
    expect({ ...august, actual: 0, is_within: false }).toEqual({ ...before, actual: 0, is_within: false });
  }, 300_000);

  it('is taken up by an increment as a full build would, also when a month has begun', async () => {
    await crm.clear();
    await crm.put(world());
    await build(true);
    // As it was before October began; then one of September is told anew: it was won a week earlier, for more.
    await crm.pool.query(`delete from intermediate.int_forecast_snapshots where snapshot_on = '2025-10-01'`);
    await crm.put([
      lead({ id: 2004, status: 20, owner: 3, price: 300, created: at('2025-09-25T09:00') }),
      ...offer(900, '2025-08-29T12:00', { at: '2025-09-03T12:00', won: true }, { price: 700 }),
    ]);
    await build();
    const TABLES = [
      'intermediate.int_forecast_snapshots',
      'marts.fct_forecast_backtest',
      'marts.fct_deal_forecasts',
      'marts.fct_forecast_days',
    ];
    const copy = (table: string): string => `kept.${table.split('.')[1] ?? ''}`;
    await crm.pool.query('create schema kept');
    for (const table of TABLES) await crm.pool.query(`create table ${copy(table)} as table ${table}`);
    await build(true);
    for (const table of TABLES)
      expect(
        await crm.rows(
          `(table ${copy(table)} except all table ${table}) union all (table ${table} except all table ${copy(table)})`,
        ),
        table,
      ).toEqual([]);
    expect(
      await crm.rows(
        `select count(*)::int as rows from intermediate.int_forecast_snapshots where snapshot_on = '2025-10-01'`,
      ),
    ).toEqual([{ rows: 1 }]);
  }, 300_000);
});
