import type pg from 'pg';
import { fill } from './fill-mart.ts';

const DAY = '2025-04-30T00:00:00+03:00';

/**
 * The forecast of the tiny company (marts-fixture.ts) on 30 April 2025: D4 of Clara, 70 000 in the stage Offer, where half of four deals
 * were won and one in five is within 30 days; of the stage Needs clear no deal is open. March was back-tested: 40 000 expected, 100 000 came.
 */
export async function createForecastMarts(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create table marts.fct_stage_win_rates (stage_id text primary key, pipeline_id text, deals_decided bigint, deals_won bigint,
      win_rate numeric, occurred_at timestamptz);
    create table marts.fct_deal_forecasts (deal_id text primary key, manager_id text, pipeline_id text, stage_id text, client_id text,
      amount numeric(18,2), weighted_amount numeric, chance_30 numeric, expected_30 numeric, variance_30 numeric,
      log_none_30 numeric, shock numeric, occurred_at timestamptz);
    create table marts.fct_forecast_days (forecast_day_id text primary key, manager_id text, team_id text, team text,
      expected_amount numeric, day date, occurred_at timestamptz);
    create table marts.fct_forecast_backtest (backtest_id text primary key, manager_id text, level text, expected_amount numeric,
      expected_low numeric, expected_high numeric, actual_amount numeric(18,2), naive_amount numeric, is_within boolean, month date,
      occurred_at timestamptz)`);
  await fill(pool, 'fct_stage_win_rates', [
    {
      stage_id: '1:1:30',
      pipeline_id: '1:1',
      deals_decided: 4,
      deals_won: 2,
      win_rate: 0.5,
      occurred_at: DAY,
    },
    {
      stage_id: '1:1:20',
      pipeline_id: '1:1',
      deals_decided: 5,
      deals_won: 1,
      win_rate: 0.2,
      occurred_at: DAY,
    },
  ]);
  await fill(pool, 'fct_deal_forecasts', [
    {
      deal_id: '1:4',
      manager_id: '1:103',
      pipeline_id: '1:1',
      stage_id: '1:1:30',
      amount: 70_000,
      weighted_amount: 35_000,
      chance_30: 0.2,
      expected_30: 14_000,
      variance_30: 784_000_000,
      log_none_30: -0.223144,
      shock: 0.04,
      occurred_at: DAY,
    },
  ]);
  await fill(pool, 'fct_forecast_days', [
    {
      forecast_day_id: 'expected:1:103:2025-05-01',
      manager_id: '1:103',
      team_id: '1:12',
      team: 'South',
      expected_amount: 466.6667,
      day: '2025-05-01',
      occurred_at: '2025-05-01T00:00:00+03:00',
    },
  ]);
  await fill(
    pool,
    'fct_forecast_backtest',
    ['manager', 'company'].map((level) => ({
      backtest_id: `${level}:2025-03-01`,
      manager_id: level === 'manager' ? '1:102' : null,
      level,
      expected_amount: 40_000,
      expected_low: 0,
      expected_high: 90_000,
      actual_amount: 100_000,
      naive_amount: 0,
      is_within: false,
      month: '2025-03-01',
      occurred_at: '2025-03-01T00:00:00+03:00',
    })),
  );
}

/** At the end of the week of 21 April 2025: Boris proposed 4 times where he did 8 times before, and 12 such drops cost a fifth of sales. */
export async function createWarningMarts(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create table marts.fct_early_warnings (warning_id text primary key, manager_id text, indicator text, recent_value bigint,
      recent_days bigint, baseline_value bigint, baseline_days bigint, drop_rate numeric, cases_before bigint,
      amount_after_before numeric, amount_expected_before numeric, sales_drop_before numeric, sales_drop_before_low numeric,
      sales_drop_before_high numeric, lead_time_weeks int, is_fallen boolean, week date, occurred_at timestamptz)`);
  await fill(pool, 'fct_early_warnings', [
    {
      warning_id: '1:102:proposals',
      manager_id: '1:102',
      indicator: 'proposals',
      recent_value: 4,
      recent_days: 10,
      baseline_value: 32,
      baseline_days: 40,
      drop_rate: 0.5,
      cases_before: 12,
      amount_after_before: 800_000,
      amount_expected_before: 1_000_000,
      sales_drop_before: 0.2,
      sales_drop_before_low: 0.05,
      sales_drop_before_high: 0.35,
      lead_time_weeks: 3,
      is_fallen: true,
      week: '2025-04-21',
      occurred_at: '2025-04-21T00:00:00+03:00',
    },
  ]);
}
