import type pg from 'pg';
import { fill } from './fill-mart.ts';

/**
 * Plans, costs and quality of the tiny company (marts-fixture.ts) in March 2025: Anna is planned 200 000 on the 11th, her team 300 000;
 * costs of selling 10 000, of goods 40 000, a market of 1 000 000; one survey and one reviewed call of Boris, one training of Anna.
 */
const START = '2025-03-01T00:00:00+03:00';
const TENTH = '2025-03-10T00:00:00+03:00';
const ELEVENTH = '2025-03-11T00:00:00+03:00';

export async function createFileMarts(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create table marts.fct_manager_days (manager_day_id text primary key, manager_id text, team_id text, team text,
      leads_new bigint, proposals_sent bigint, deals_won bigint, deals_lost bigint, new_clients bigint, won_amount numeric(18,2),
      tasks_done bigint, plan_amount numeric, plan_deals numeric, plan_new_clients numeric, plan_proposals numeric,
      plan_calls numeric, plan_emails numeric, plan_meetings numeric, plan_tasks numeric, day date, occurred_at timestamptz);
    create table marts.dim_business_days (day date primary key, title text, seconds bigint, is_working boolean,
      starts_at timestamptz, ends_at timestamptz, opens_1_at timestamptz, closes_1_at timestamptz, opens_2_at timestamptz,
      closes_2_at timestamptz, opens_3_at timestamptz, closes_3_at timestamptz);
    create table marts.fct_economics_months (month date primary key, won_amount numeric(18,2), deals_won bigint,
      new_clients bigint, active_clients bigint, sales_costs numeric, marketing_costs numeric, goods_costs numeric,
      gross_profit numeric, market_size numeric, previous_amounts numeric[], occurred_at timestamptz);
    create table marts.fct_surveys (survey_id text primary key, manager_id text, client_id text, csat numeric, nps numeric,
      occurred_at timestamptz);
    create table marts.fct_reviews (review_item_id text primary key, reviewed_call_id text, manager_id text, client_id text,
      item text, score numeric, max_score numeric, occurred_at timestamptz);
    create table marts.fct_trainings (training_id text primary key, manager_id text, title text, hours numeric,
      test_score numeric, occurred_at timestamptz)`);
  await fill(pool, 'fct_manager_days', [
    {
      manager_day_id: 'a',
      manager_id: '1:101',
      team_id: '1:11',
      team: 'North',
      plan_amount: 200_000,
      won_amount: 0,
      day: '2025-03-11',
      occurred_at: ELEVENTH,
    },
    {
      manager_day_id: 'b',
      manager_id: '1:102',
      team_id: '1:11',
      team: 'North',
      deals_won: 1,
      won_amount: 100_000,
      day: '2025-03-11',
      occurred_at: ELEVENTH,
    },
    {
      manager_day_id: 'n',
      team_id: '1:11',
      team: 'North',
      plan_amount: 100_000,
      day: '2025-03-11',
      occurred_at: ELEVENTH,
    },
  ]);
  await fill(pool, 'dim_business_days', [
    {
      day: '2025-03-11',
      seconds: 32_400,
      is_working: true,
      starts_at: ELEVENTH,
      ends_at: '2025-03-12T00:00:00+03:00',
    },
  ]);
  await fill(pool, 'fct_economics_months', [
    {
      month: '2025-03-01',
      won_amount: 100_000,
      deals_won: 1,
      new_clients: 1,
      active_clients: 1,
      sales_costs: 10_000,
      goods_costs: 40_000,
      gross_profit: 60_000,
      market_size: 1_000_000,
      previous_amounts: [80_000, ...Array<null>(11).fill(null)],
      occurred_at: START,
    },
  ]);
  await fill(pool, 'fct_surveys', [
    { survey_id: 's1', manager_id: '1:102', client_id: '1:c1', csat: 4, nps: 9, occurred_at: TENTH },
  ]);
  await fill(pool, 'fct_reviews', [
    {
      review_item_id: 'r1',
      reviewed_call_id: 'k1',
      manager_id: '1:102',
      item: 'greeting',
      score: 1,
      max_score: 2,
      occurred_at: TENTH,
    },
  ]);
  await fill(pool, 'fct_trainings', [
    { training_id: 't1', manager_id: '1:101', title: 'CRM', hours: 2, test_score: 80, occurred_at: TENTH },
  ]);
}
