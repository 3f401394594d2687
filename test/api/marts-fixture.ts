import type { TestDatabase } from '../harness/database.ts';
import { fill, type Row } from './fill-mart.ts';
import { createMartsOfParts } from './marts-of-parts.ts';

/**
 * A tiny company whose KPIs can be worked out on paper. Zone Europe/Moscow (UTC+3, no summer time); times below are of
 * that zone. Team North: Anna, Boris; team South: Clara.
 *
 * | deal | created | owner | what happened |
 * |---|---|---|---|
 * | D1 | 1 Mar 10:00 | Anna, from 10 Mar Boris | qualified 3 Mar, proposal 5 Mar, won 11 Mar 10:00, 100 000; site, Romashka |
 * | D2 | 2 Mar 23:30 | Anna | qualified 4 Mar, lost from qualified 31 Mar 23:30, too expensive, 30 000; phone |
 * | D3 | 1 Apr 00:30 | Clara | proposal 11 Apr 00:30 (qualified skipped), won 21 Apr 00:30, 50 000.55; site |
 * | D4 | 5 Apr 12:00 | Clara | lost from new 6 Apr 12:00 without a reason, reopened straight to proposal 7 Apr 12:00, open, 70 000 |
 * | D5 | 10 Apr 12:00 | Boris | open in new, no amount |
 * | D6 | 12 Apr 12:00 | Anna | deleted 15 Apr 12:00 |
 * | D8 | 20 Apr 12:00 | Clara | still in incoming, 10; phone |
 * | D7 | 28 Feb 23:30 | Boris | qualified 25 Apr 23:30, proposal 26 Apr 23:30, won 30 Apr 23:30, 250 000.10; phone |
 */
export const TIME_ZONE = 'Europe/Moscow';
export const ANNA = '1:101';
export const BORIS = '1:102';
export const CLARA = '1:103';

const msk = (dayAndTime: string): string => `2025-${dayAndTime.replace(' ', 'T')}:00+03:00`;

const TABLES = `
  create schema marts;
  create table marts.dim_managers (manager_id text primary key, crm_id text, name text, email text, team_id text, team text,
    is_active boolean, is_admin boolean, is_known boolean);
  create table marts.dim_stages (stage_id text primary key, pipeline_id text, pipeline text, stage text, step text, step_no int,
    sort int, is_incoming boolean, is_won boolean, is_lost boolean, is_archived boolean);
  create table marts.dim_loss_reasons (loss_reason_id text primary key, crm_id text, name text);
  create table marts.dim_clients (client_id text primary key, kind text, name text, first_won_at timestamptz,
    last_won_at timestamptz, deals_won bigint, won_amount numeric(18,2));
  create table marts.fct_deals (deal_id text primary key, account_id text, crm_id text, name text, client_id text,
    pipeline_id text, stage_id text, step text, step_no int, source text, amount numeric(18,2), currency text,
    created_at timestamptz, owner_id text, closed_at timestamptz, outcome text, loss_reason_id text, lost_from_step text,
    is_incoming boolean, is_open boolean, is_won boolean, is_lost boolean, is_deleted boolean, stage_entered_at timestamptz);
  create table marts.fct_deal_stage_stays (stay_id text primary key, deal_id text, stay_no int, account_id text,
    pipeline_id text, stage_id text, step text, step_no int, entered_at timestamptz, left_at timestamptz,
    next_stage_id text, exit text, owner_id_at_entry text, owner_id_at_exit text, amount numeric(18,2),
    calendar_seconds bigint, is_reentry boolean, is_deal_deleted boolean, history_source text);
  create table marts.fct_deal_events (event_id text primary key, deal_id text, account_id text, event text, step text,
    step_no int, occurred_at timestamptz, owner_id text, pipeline_id text, stage_id text, client_id text, source text,
    amount numeric(18,2), loss_reason_id text, lost_from_step text, is_skipped boolean, deal_created_at timestamptz,
    deal_owner_id_at_creation text, is_qualified boolean, is_proposal boolean, is_won boolean, has_next_step boolean,
    sales_cycle_seconds bigint, deal_close_seconds bigint, first_call_seconds bigint, first_call_business_seconds bigint,
    first_contact_seconds bigint, first_contact_business_seconds bigint, is_contacted boolean, is_contacted_in_norm boolean);
  create table marts.fct_tasks (task_id text primary key, deal_id text, client_id text, kind text, manager_id text,
    completed_by_id text, created_at timestamptz, due_at timestamptz, completed_at timestamptz, is_completed boolean, is_overdue boolean);
  create table marts.fct_activities (activity_id text primary key, kind text, deal_id text, client_id text,
    manager_id text, occurred_at timestamptz, source text);`;

const managers: Row[] = [
  { manager_id: ANNA, crm_id: '101', name: 'Anna', team_id: '1:11', team: 'North', is_active: true },
  { manager_id: BORIS, crm_id: '102', name: 'Boris', team_id: '1:11', team: 'North', is_active: true },
  { manager_id: CLARA, crm_id: '103', name: 'Clara', team_id: '1:12', team: 'South', is_active: true },
  { manager_id: '1:0', crm_id: '0', name: 'Robot', team_id: null, team: null, is_active: true },
];

const stage = (id: string, name: string, step: string, step_no: number, pipeline = 'Sales'): Row => ({
  stage_id: `1:${pipeline === 'Sales' ? 1 : 2}:${id}`,
  pipeline_id: pipeline === 'Sales' ? '1:1' : '1:2',
  pipeline,
  stage: name,
  step,
  step_no,
  sort: step_no * 10,
});
const stages: Row[] = [
  stage('1', 'Unsorted', 'incoming', 0),
  stage('10', 'First contact', 'new', 1),
  stage('20', 'Needs clear', 'qualified', 3),
  stage('30', 'Offer', 'proposal', 4),
  stage('142', 'Won', 'won', 8),
  stage('143', 'Lost', 'lost', 9),
  stage('50', 'Start', 'new', 1, 'Partners'),
];
const STAGE_OF: Record<string, string> = {
  incoming: '1',
  new: '10',
  contacted: '20',
  qualified: '20',
  proposal: '30',
  won: '142',
  lost: '143',
};
const STEPS = [
  'incoming',
  'new',
  'contacted',
  'qualified',
  'proposal',
  'meeting',
  'objection',
  'agreement',
  'won',
  'lost',
];

const DAY = 86_400;

interface Deal {
  readonly n: number;
  readonly owner: string;
  readonly created: string;
  readonly source: string;
  readonly amount: number | null;
  readonly client?: string;
  readonly qualified?: boolean;
  readonly proposal?: boolean;
  readonly won?: boolean;
}

const D1: Deal = {
  n: 1,
  owner: ANNA,
  created: '03-01 10:00',
  source: 'site',
  amount: 100_000,
  client: '1:c1',
  qualified: true,
  proposal: true,
  won: true,
};
const D2: Deal = {
  n: 2,
  owner: ANNA,
  created: '03-02 23:30',
  source: 'phone',
  amount: 30_000,
  qualified: true,
};
const D3: Deal = {
  n: 3,
  owner: CLARA,
  created: '04-01 00:30',
  source: 'site',
  amount: 50_000.55,
  client: '1:p2',
  qualified: true,
  proposal: true,
  won: true,
};
const D4: Deal = {
  n: 4,
  owner: CLARA,
  created: '04-05 12:00',
  source: 'unknown',
  amount: 70_000,
  qualified: true,
  proposal: true,
};
const D5: Deal = { n: 5, owner: BORIS, created: '04-10 12:00', source: 'unknown', amount: null };
const D6: Deal = { n: 6, owner: ANNA, created: '04-12 12:00', source: 'site', amount: 99_999 };
const D8: Deal = { n: 8, owner: CLARA, created: '04-20 12:00', source: 'phone', amount: 10 };
const D7: Deal = {
  n: 7,
  owner: BORIS,
  created: '02-28 23:30',
  source: 'phone',
  amount: 250_000.1,
  client: '1:c1',
  qualified: true,
  proposal: true,
  won: true,
};

let eventNo = 0;
const event = (deal: Deal, kind: string, step: string, at: string, more: Row = {}): Row => ({
  event_id: `e${++eventNo}`,
  deal_id: `1:${deal.n}`,
  account_id: '1',
  event: kind,
  step,
  step_no: STEPS.indexOf(step),
  occurred_at: msk(at),
  owner_id: deal.owner,
  pipeline_id: '1:1',
  stage_id: `1:1:${STAGE_OF[step]}`,
  client_id: deal.client ?? null,
  source: deal.source,
  amount: deal.amount,
  is_skipped: false,
  deal_created_at: msk(deal.created),
  deal_owner_id_at_creation: deal.owner,
  is_qualified: deal.qualified ?? false,
  is_proposal: deal.proposal ?? false,
  is_won: deal.won ?? false,
  ...more,
});
const created = (deal: Deal): Row[] => [
  event(deal, 'created', 'new', deal.created),
  event(deal, 'reached', 'new', deal.created, { has_next_step: deal.qualified ?? false }),
];
const reached = (deal: Deal, step: string, at: string, has_next_step: boolean, more: Row = {}): Row =>
  event(deal, 'reached', step, at, { has_next_step, ...more });
/** Steps jumped over on the way to a later one. */
const skipped = (deal: Deal, steps: string[], at: string, has_next_step: boolean, more: Row = {}): Row[] =>
  steps.map((step) => reached(deal, step, at, has_next_step, { is_skipped: true, stage_id: null, ...more }));
const LATE_STEPS = ['meeting', 'objection', 'agreement'];
const byBoris = { owner_id: BORIS };

const events = (): Row[] => [
  ...created(D1),
  ...skipped(D1, ['contacted'], '03-03 10:00', true),
  reached(D1, 'qualified', '03-03 10:00', true),
  // The offer went out at another price than the deal was won for.
  reached(D1, 'proposal', '03-05 10:00', true, { amount: 120_000 }),
  ...skipped(D1, LATE_STEPS, '03-11 10:00', true, byBoris),
  reached(D1, 'won', '03-11 10:00', false, byBoris),
  event(D1, 'won', 'won', '03-11 10:00', {
    ...byBoris,
    sales_cycle_seconds: 10 * DAY,
    deal_close_seconds: 8 * DAY,
  }),

  ...created(D2),
  ...skipped(D2, ['contacted'], '03-04 23:30', true),
  reached(D2, 'qualified', '03-04 23:30', false),
  event(D2, 'lost', 'lost', '03-31 23:30', { loss_reason_id: '1:900', lost_from_step: 'qualified' }),

  ...created(D3),
  ...skipped(D3, ['contacted', 'qualified'], '04-11 00:30', true),
  reached(D3, 'proposal', '04-11 00:30', true),
  ...skipped(D3, LATE_STEPS, '04-21 00:30', true),
  reached(D3, 'won', '04-21 00:30', false),
  event(D3, 'won', 'won', '04-21 00:30', { sales_cycle_seconds: 20 * DAY, deal_close_seconds: 10 * DAY }),

  ...created(D4),
  event(D4, 'lost', 'lost', '04-06 12:00', { lost_from_step: 'new' }),
  event(D4, 'reopened', 'proposal', '04-07 12:00'),
  ...skipped(D4, ['contacted', 'qualified'], '04-07 12:00', true),
  reached(D4, 'proposal', '04-07 12:00', false),

  ...created(D5),
  event(D6, 'deleted', 'new', '04-15 12:00'),
  event(D8, 'incoming', 'incoming', D8.created),

  ...created(D7),
  ...skipped(D7, ['contacted'], '04-25 23:30', true),
  reached(D7, 'qualified', '04-25 23:30', true),
  reached(D7, 'proposal', '04-26 23:30', true),
  ...skipped(D7, LATE_STEPS, '04-30 23:30', true),
  reached(D7, 'won', '04-30 23:30', false),
  event(D7, 'won', 'won', '04-30 23:30', { sales_cycle_seconds: 61 * DAY, deal_close_seconds: 5 * DAY }),
];

const dealRow = (deal: Deal, step: string, since: string, more: Row = {}): Row => ({
  deal_id: `1:${deal.n}`,
  account_id: '1',
  crm_id: String(deal.n),
  name: `Deal ${deal.n}`,
  client_id: deal.client ?? null,
  pipeline_id: '1:1',
  stage_id: `1:1:${STAGE_OF[step]}`,
  step,
  step_no: STEPS.indexOf(step),
  source: deal.source,
  amount: deal.amount,
  currency: 'RUB',
  created_at: msk(deal.created),
  owner_id: deal.owner,
  outcome: step === 'won' || step === 'lost' ? step : 'open',
  closed_at: step === 'won' || step === 'lost' ? msk(since) : null,
  is_incoming: step === 'incoming',
  is_open: step !== 'won' && step !== 'lost',
  is_won: step === 'won',
  is_lost: step === 'lost',
  is_deleted: false,
  stage_entered_at: msk(since),
  ...more,
});
const deals: Row[] = [
  dealRow(D1, 'won', '03-11 10:00', byBoris),
  dealRow(D2, 'lost', '03-31 23:30', { loss_reason_id: '1:900', lost_from_step: 'qualified' }),
  dealRow(D3, 'won', '04-21 00:30'),
  dealRow(D4, 'proposal', '04-07 12:00'),
  dealRow(D5, 'new', '04-10 12:00'),
  dealRow(D6, 'new', '04-12 12:00', { is_deleted: true }),
  dealRow(D8, 'incoming', D8.created),
  dealRow(D7, 'won', '04-30 23:30'),
];

let stayNo = 0;
const stay = (
  deal: Deal,
  step: string,
  from: string,
  to: string | null,
  exit: string,
  more: Row = {},
): Row => ({
  stay_id: `s${++stayNo}`,
  deal_id: `1:${deal.n}`,
  account_id: '1',
  pipeline_id: '1:1',
  stage_id: `1:1:${STAGE_OF[step]}`,
  step,
  step_no: STEPS.indexOf(step),
  entered_at: msk(from),
  left_at: to === null ? null : msk(to),
  exit,
  owner_id_at_entry: deal.owner,
  calendar_seconds: to === null ? null : (Date.parse(msk(to)) - Date.parse(msk(from))) / 1000,
  is_reentry: false,
  is_deal_deleted: false,
  history_source: 'event',
  ...more,
});
const stays = (): Row[] => [
  stay(D1, 'new', '03-01 10:00', '03-03 10:00', 'advanced'),
  stay(D1, 'qualified', '03-03 10:00', '03-05 10:00', 'advanced'),
  stay(D1, 'proposal', '03-05 10:00', '03-11 10:00', 'won', { owner_id_at_exit: BORIS }),
  stay(D1, 'won', '03-11 10:00', null, 'still_there', { owner_id_at_entry: BORIS }),
  stay(D2, 'new', '03-02 23:30', '03-04 23:30', 'advanced'),
  stay(D2, 'qualified', '03-04 23:30', '03-31 23:30', 'lost'),
  stay(D2, 'lost', '03-31 23:30', null, 'still_there'),
  stay(D4, 'new', '04-05 12:00', '04-06 12:00', 'lost'),
  stay(D4, 'lost', '04-06 12:00', '04-07 12:00', 'moved_back'),
  stay(D4, 'proposal', '04-07 12:00', null, 'still_there'),
  stay(D5, 'new', '04-10 12:00', null, 'still_there'),
  stay(D6, 'new', '04-12 12:00', '04-15 12:00', 'deleted', { is_deal_deleted: true }),
];

const task = (
  n: number,
  manager_id: string,
  due: string | null,
  done: string | null,
  kind = 'Call',
): Row => ({
  task_id: `1:t${n}`,
  kind,
  manager_id,
  due_at: due,
  completed_at: done,
  is_completed: done !== null,
});
const tasks: Row[] = [
  task(1, ANNA, msk('04-10 18:00'), msk('04-10 12:00')),
  { ...task(2, ANNA, msk('04-11 18:00'), msk('04-12 10:00')), completed_by_id: BORIS },
  task(3, ANNA, msk('04-11 18:00'), null, 'Meeting'),
  task(4, BORIS, '2999-01-01T00:00:00Z', null),
  task(5, BORIS, msk('04-11 23:30'), msk('04-11 23:00')),
];

const activity = (n: number, manager_id: string, kind: string, at: string, deal: number | null): Row => ({
  activity_id: `a${n}`,
  kind,
  manager_id,
  occurred_at: msk(at),
  deal_id: deal === null ? null : `1:${deal}`,
  source: 'amocrm',
});
const activities: Row[] = [
  activity(1, ANNA, 'note', '03-01 11:00', 1),
  activity(2, ANNA, 'stage_change', '03-03 10:00', 1),
  activity(3, ANNA, 'note', '03-04 23:30', 2),
  activity(4, BORIS, 'note', '03-11 10:00', null),
];

/** Creates and fills the marts; returns the URL of a login role of this database alone that may only read them. */
export async function createMarts({ pool, url }: TestDatabase): Promise<string> {
  await pool.query(TABLES);
  await fill(pool, 'dim_managers', managers);
  await fill(pool, 'dim_stages', stages);
  await fill(pool, 'dim_loss_reasons', [{ loss_reason_id: '1:900', crm_id: '900', name: 'Too expensive' }]);
  await fill(pool, 'dim_clients', [
    { client_id: '1:c1', kind: 'company', name: 'Romashka' },
    { client_id: '1:p2', kind: 'contact', name: 'Ivan Petrov' },
  ]);
  await fill(pool, 'fct_deals', deals);
  await fill(pool, 'fct_deal_events', events());
  await fill(pool, 'fct_deal_stage_stays', stays());
  await fill(pool, 'fct_tasks', tasks);
  await fill(pool, 'fct_activities', activities);
  await createMartsOfParts(pool);

  const reader = new URL(url);
  const role = `reader_${reader.pathname.slice(1)}`;
  await pool.query(`create role ${role} login password 'reader';
    grant usage on schema marts to ${role}; grant select on all tables in schema marts to ${role};`);
  reader.username = role;
  reader.password = 'reader';
  return reader.href;
}

/** Roles belong to the whole server; called before the database is dropped. */
export async function dropReader({ pool, url }: TestDatabase): Promise<void> {
  const role = `reader_${new URL(url).pathname.slice(1)}`;
  await pool.query(`drop owned by ${role}; drop role ${role};`);
}
