import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { fill, type Row } from './fill-mart.ts';

const STOCK_FUNCTIONS = new URL(
  '../../pipelines/warehouse/migrations/0100_stock_on_a_day.sql',
  import.meta.url,
);

const COLUMNS = `
  alter table marts.dim_business_days add seconds_before bigint;
  alter table marts.dim_stages add limit_business_seconds int;
  alter table marts.fct_deals add stage_entered_clock bigint, add last_contact_at timestamptz;
  alter table marts.fct_deal_stage_stays add business_seconds bigint, add limit_business_seconds int, add is_within_limit boolean;
  alter table marts.fct_deal_events add manager_id text, add actor_id text, add step_exit text,
    add sales_cycle_business_seconds bigint, add deal_close_business_seconds bigint, add lead_processing_seconds bigint,
    add lead_processing_business_seconds bigint, add return_seconds bigint, add return_business_seconds bigint, add objection_seconds bigint,
    add objection_business_seconds bigint, add is_disqualified boolean, add is_returned boolean;
  create table marts.dim_deal_norms (idle_days int, return_days int, working_day_seconds int, median_sales_cycle interval);
  create table marts.dim_accounts (account_id text primary key, name text, url text);
  create table marts.fct_deal_daily (deal_day_id text primary key, owner_id text, pipeline_id text, deals_opening numeric,
    deals_created numeric, deals_reopened numeric, deals_won numeric, deals_lost numeric, deals_handed numeric,
    deals_closing numeric, opening_amount numeric, created_amount numeric, reopened_amount numeric, raised_amount numeric,
    lowered_amount numeric, won_amount numeric, lost_amount numeric, handed_amount numeric, closing_amount numeric, day date,
    occurred_at timestamptz);
  -- Owners of events are those of the events' time; what people do for their own account has rows of its own.
  update marts.fct_deal_events set manager_id = owner_id;
  update marts.fct_deal_events set is_disqualified = lost_from_step = 'new', is_returned = lost_from_step = 'new',
    return_seconds = case when lost_from_step = 'new' then 86400 end,
    return_business_seconds = case when lost_from_step = 'new' then 28800 end where event = 'lost';
  update marts.fct_deal_events set step_exit = case
      when has_next_step then 'advanced' when deal_id = '1:2' then 'lost' else 'still_there' end where event = 'reached';
  update marts.fct_deal_events set lead_processing_seconds = 172800, lead_processing_business_seconds = 57600
    where event = 'created' and deal_id in ('1:1', '1:2');
  update marts.fct_deal_events set sales_cycle_business_seconds = sales_cycle_seconds / 3,
    deal_close_business_seconds = deal_close_seconds / 3 where event = 'won';
  update marts.fct_deal_stage_stays set business_seconds = calendar_seconds / 3;
  update marts.fct_deal_stage_stays set limit_business_seconds = 64800, is_within_limit = business_seconds <= 64800
    where left_at is not null and step = 'new';
  update marts.dim_stages set limit_business_seconds = 64800 where step = 'new';
  update marts.fct_deals set stage_entered_clock = 0, last_contact_at = stage_entered_at;`;

/** Anna has 100 000 open from 1 March, 120 000 from the 5th, and hands it to Boris on the 10th, who wins it on the 11th. */
const days: Row[] = [
  day('1:101', 1, { deals_created: 1, created_amount: 100_000, deals_closing: 1, closing_amount: 100_000 }),
  ...[2, 3, 4].map((on) => day('1:101', on, open(100_000))),
  day('1:101', 5, { ...open(100_000), raised_amount: 20_000, closing_amount: 120_000 }),
  ...[6, 7, 8, 9].map((on) => day('1:101', on, open(120_000))),
  day('1:101', 10, { deals_opening: 1, opening_amount: 120_000, deals_handed: -1, handed_amount: -120_000 }),
  day('1:102', 10, { deals_handed: 1, handed_amount: 120_000, deals_closing: 1, closing_amount: 120_000 }),
  day('1:102', 11, { deals_opening: 1, opening_amount: 120_000, deals_won: 1, won_amount: 120_000 }),
];

function open(amount: number): Row {
  return { deals_opening: 1, opening_amount: amount, deals_closing: 1, closing_amount: amount };
}

function day(owner: string, on: number, more: Row): Row {
  const date = `2025-03-${String(on).padStart(2, '0')}`;
  const zeros = Object.fromEntries(
    'deals_opening deals_created deals_reopened deals_won deals_lost deals_handed deals_closing opening_amount created_amount reopened_amount raised_amount lowered_amount won_amount lost_amount handed_amount closing_amount'
      .split(' ')
      .map((column) => [column, 0]),
  );
  return {
    deal_day_id: `${owner}:${date}`,
    owner_id: owner,
    pipeline_id: '1:1',
    day: date,
    occurred_at: `${date}T00:00:00+03:00`,
    ...zeros,
    ...more,
  };
}

const touch = (n: number, event: string, manager: string, at: string, more: Row = {}): Row => ({
  event_id: `touch${n}`,
  deal_id: '1:1',
  account_id: '1',
  event,
  step: 'new',
  step_no: 1,
  owner_id: '1:101',
  actor_id: manager,
  manager_id: manager,
  pipeline_id: '1:1',
  stage_id: '1:1:10',
  source: 'site',
  is_skipped: false,
  occurred_at: `2025-03-${at}+03:00`,
  deal_created_at: '2025-03-01T10:00:00+03:00',
  ...more,
});

/** What the marts of deals have besides the tables of the fixture, and the functions their measures call. */
export async function createDealMarts(pool: pg.Pool): Promise<void> {
  await pool.query(readFileSync(STOCK_FUNCTIONS, 'utf8'));
  await pool.query(COLUMNS);
  await fill(pool, 'dim_deal_norms', [
    { idle_days: 14, return_days: 90, working_day_seconds: 28_800, median_sales_cycle: '20 days' },
  ]);
  await fill(pool, 'dim_accounts', [{ account_id: '1', name: 'Tiny', url: 'https://tiny.amocrm.ru' }]);
  await fill(pool, 'fct_deal_daily', days);
  await fill(pool, 'fct_deal_events', [
    touch(1, 'accepted', '1:102', '01T11:00:00'),
    touch(2, 'chat_contact', '1:102', '01T10:30:00'),
    touch(3, 'objection_attempt', '1:101', '08T10:00:00'),
    touch(4, 'objection_left', '1:101', '09T10:00:00', {
      objection_seconds: 172_800,
      objection_business_seconds: 57_600,
    }),
  ]);
}
