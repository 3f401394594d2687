import type pg from 'pg';
import { fill } from './fill-mart.ts';

/**
 * The clients of the tiny company (marts-fixture.ts): Romashka, a C, bought for the first time on 11 March 2025 from Boris. It was there to
 * be kept in April and was not, and stopped being active on 7 September. Of the days only 11 and 31 March stand here.
 */
export async function createClientMarts(pool: pg.Pool): Promise<void> {
  await pool.query(`
    alter table marts.dim_clients add abc_segment text, add rfm_segment text;
    create table marts.fct_client_wins (deal_id text primary key, client_id text, manager_id text, amount numeric(18,2),
      is_first boolean, is_return boolean, occurred_at timestamptz, lapsed_at timestamptz);
    create table marts.fct_client_periods (client_period_id text primary key, client_id text, manager_id text, period_kind text,
      is_retained boolean, period_start date, occurred_at timestamptz);
    create table marts.fct_client_days (manager_id text, abc_segment text, active_clients bigint, day date,
      occurred_at timestamptz)`);
  await pool.query(`update marts.dim_clients set abc_segment = 'C', rfm_segment = 'new'`);
  await fill(pool, 'fct_client_wins', [
    {
      deal_id: '1:1',
      client_id: '1:c1',
      manager_id: '1:102',
      amount: 100_000,
      is_first: true,
      is_return: false,
      occurred_at: '2025-03-11T10:00:00+03:00',
      lapsed_at: '2025-09-07T00:00:00+03:00',
    },
  ]);
  await fill(pool, 'fct_client_periods', [
    {
      client_period_id: 'p1',
      client_id: '1:c1',
      manager_id: '1:102',
      period_kind: 'month',
      is_retained: false,
      period_start: '2025-04-01',
      occurred_at: '2025-04-01T00:00:00+03:00',
    },
  ]);
  await fill(
    pool,
    'fct_client_days',
    ['2025-03-11', '2025-03-31'].map((day) => ({
      manager_id: '1:102',
      abc_segment: 'C',
      active_clients: 1,
      day,
      occurred_at: `${day}T00:00:00+03:00`,
    })),
  );
}
