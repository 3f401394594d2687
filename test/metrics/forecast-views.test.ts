import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueToken, type TokenRequest } from '../../cube/auth.ts';
import { runQuery } from '../../cube/query.ts';
import { startCube, type RunningCube } from '../../cube/server.ts';
import { runBuild } from '../../pipelines/transform/index.ts';
import { TODAY, bounds, world } from '../models/forecast-fixture.ts';
import { createSmallCrm, type SmallCrm } from '../models/small-crm.ts';

/**
 * What test/models/forecast-backtest.test.ts works out for the marts, asked for over REST. On 10 October 2025 two deals are open: 1 000 of
 * Boris in Offer, and one of Clara in New, without an amount and so worth the average win, 100.
 */
const YIELD = ((800 / 840) * 2 + 3) / 5;
const SECRET = 'a secret that only these tests know, forty';

let crm: SmallCrm;
let cube: RunningCube;
beforeAll(async () => {
  crm = await createSmallCrm();
  await crm.put(world());
  await runBuild({ url: crm.url, projectDir: 'sql', vars: { today: TODAY } });
  cube = await startCube({
    readerUrl: crm.url,
    port: 0,
    timeZone: 'Europe/Moscow',
    apiSecret: SECRET,
    portable: true,
  });
}, 300_000);
afterAll(async () => {
  await cube.stop();
  await crm.drop();
});

/** Values of the dimensions and measures of one view, row by row. */
async function ask(
  view: string,
  measures: readonly string[],
  by: readonly string[] = [],
  range?: readonly [string, string],
  as: Partial<TokenRequest> = {},
): Promise<unknown[][]> {
  const full = (ids: readonly string[]): string[] => ids.map((id) => `${view}.${id}`);
  const { rows } = await runQuery({
    url: cube.url,
    token: issueToken({ secret: SECRET, role: 'executive', ...as }),
    query: {
      measures: full(measures),
      dimensions: full(by),
      ...(range && { timeDimensions: [{ dimension: `${view}.date`, dateRange: range }] }),
      order: Object.fromEntries(full(by).map((id) => [id, 'asc'])),
    },
  });
  return rows.map((row) => [
    ...full(by).map((id) => row[id]),
    ...full(measures).map((id) => (row[id] === null ? null : Number(row[id]))),
  ]);
}
const near = (value: number): unknown => expect.closeTo(value, 1);

describe('forecast', () => {
  const measures = [
    'deals_in_forecast',
    'weighted_amount',
    'expected_won_amount',
    'expected_won_low',
    'expected_won_high',
  ];

  it('adds up over managers, the interval over variances; where nothing may well be won its lower end is 0', async () => {
    // Two months were missed beyond chance, by (200² − 24 000) / 400² and (295² − the variance) / 495².
    const missed = [0.1, (295 ** 2 - 10 * 100 ** 2 * 0.44 * 0.56 * 1.125 ** 2) / 495 ** 2];
    const shock = (missed.reduce((sum, miss) => sum + miss, 0) + 3 * 0.04) / 5;
    const forecastOf = (...amounts: number[]): number[] => {
      const mean = amounts.reduce((sum, amount) => sum + amount * 0.4 * YIELD, 0);
      const variance = amounts.reduce((sum, amount) => sum + (amount * YIELD) ** 2 * 0.4 * 0.6, 0);
      return [mean, ...bounds(mean, variance + shock * mean ** 2, 0.6 ** amounts.length)];
    };
    const weighted = (1000 * (20 + 200 / 3)) / 256;
    // The stages without an open deal are nobody's.
    const managers = (await ask('forecast', measures, ['manager'])).filter(([manager]) => manager !== null);
    expect(managers).toEqual([
      ['Boris', 1, near(weighted), ...forecastOf(1000).map(near)],
      ['Clara', 1, 0, ...forecastOf(100).map(near)],
    ]);
    expect(await ask('forecast', measures)).toEqual([
      [2, near(weighted), ...forecastOf(1000, 100).map(near)],
    ]);
    expect(
      await ask('forecast', ['expected_won_amount'], ['manager'], undefined, {
        role: 'manager',
        managers: ['7:2'],
      }),
    ).toEqual([['Boris', near(forecastOf(1000)[0] ?? 0)]]);
  });

  it('has the win rate of every stage, also of one without an open deal', async () => {
    const rows = await ask(
      'forecast',
      ['stage_win_rate', 'stage_deals_won', 'stage_deals_decided', 'deals_in_forecast'],
      ['stage'],
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        ['Offer', expect.closeTo((20 + 200 / 3) / 256, 5), 20, 56, 1],
        ['New', expect.closeTo(1 / 3, 5), 20, 60, 1],
        ['Meeting', expect.closeTo(1 / 3, 5), 0, 0, 0],
        // Nothing was ever decided in the pipeline Partners.
        ['Talk', null, 0, 0, 0],
      ]),
    );
  });
});

describe('plan_forecast', () => {
  it('is the fact of what is over and the expected of the days to come', async () => {
    const forecastOf = async (month: string, last: number): Promise<unknown> =>
      (
        await ask(
          'plan_fact',
          ['fact_amount', 'plan_forecast'],
          [],
          [`2025-${month}-01`, `2025-${month}-${last}`],
        )
      )[0];
    expect(await forecastOf('09', 30)).toEqual([200, 200]);
    // Every win came on the ninth day of its snapshot: none in the first week, all of the 30 days’ 0.4 in the second, 17 to 23 October.
    expect(await forecastOf('10', 31)).toEqual([0, near(1100 * 0.4 * YIELD)]);
    // Within 60 days 22 of 50 were won: 0.04 more, evenly over 9 November to 8 December.
    expect(await forecastOf('11', 30)).toEqual([0, near((1100 * 0.04 * YIELD * 22) / 30)]);
  });
});

describe('forecast_backtest', () => {
  it('publishes the error, beside that of a baseline, and how often the interval held', async () => {
    expect(await ask('forecast_backtest', ['expected', 'actual', 'error', 'naive'], ['month'])).toEqual([
      ['2025-08', 400, 600, -200, null],
      ['2025-09', 495, 200, 295, 600],
    ]);
    expect(
      await ask('forecast_backtest', [
        'mape',
        'naive_mape',
        'error_rate',
        'naive_error_rate',
        'interval_coverage',
        'months_forecast',
      ]),
    ).toEqual([[295 / 200, 400 / 200, near((200 + 295) / 800), 400 / 200, expect.any(Number), 2]]);
    const [[made, within, coverage] = []] = await ask('forecast_backtest', [
      'forecasts_made',
      'forecasts_within',
      'interval_coverage',
    ]);
    expect(made).toBe(2);
    expect(coverage).toBe(Number(within) / 2);
  });

  it('shows a manager only the own part, without the errors of the company', async () => {
    expect(
      await ask('forecast_backtest', ['expected', 'mape'], ['manager'], undefined, {
        role: 'manager',
        managers: ['7:1'],
      }),
    ).toEqual([['Anna', 895, null]]);
  });
});
