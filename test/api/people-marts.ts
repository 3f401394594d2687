import type pg from 'pg';
import { fill } from './fill-mart.ts';

/**
 * Days of managers of the tiny company (marts-fixture.ts), besides what files-marts.ts plans: on 11 March 2025 Boris won D1 and made 4 calls of
 * 600 s where 2 calls are the norm, Anna made none; both are team North, whose average is 2 calls. Clara was of North until the end of March
 * and is of South since. In March Boris has 54 points, Anna 0; in the competition of calls 4 and 0.
 */
const ELEVENTH = '2025-03-11T00:00:00+03:00';

export async function createPeopleMarts(pool: pg.Pool): Promise<void> {
  await pool.query(`
    alter table marts.fct_activities add channel text default 'crm', add is_contact boolean;
    alter table marts.fct_manager_days add calls_out bigint, add calls_in bigint, add calls_answered bigint,
      add calls_in_answered bigint, add calls_missed bigint, add talk_seconds bigint, add emails_sent bigint,
      add emails_received bigint, add chats_sent bigint, add meetings_held bigint, add presentations_held bigint,
      add meeting_seconds bigint, add tasks_late bigint, add tasks_open bigint, add crm_actions bigint,
      add overlapping_contacts bigint, add proposals_amount numeric(18,2), add mail_seconds bigint, add calls_norm numeric,
      add talk_norm numeric, add emails_norm numeric, add proposals_norm numeric, add meetings_norm numeric,
      add call_hours_norm numeric, add mail_hours_norm numeric, add meeting_hours_norm numeric, add activity_recent numeric,
      add activity_before numeric, add is_at_work boolean, add is_working_day boolean, add has_facts boolean, add is_norm_met boolean;
    create table marts.fct_team_days (team_id text, day date, managers bigint, leads_new numeric, proposals_sent numeric,
      proposals_amount numeric, deals_won numeric, won_amount numeric, deals_lost numeric, new_clients numeric, calls_out numeric,
      calls_in numeric, calls_answered numeric, calls_missed numeric, talk_seconds numeric, emails_sent numeric,
      emails_received numeric, mail_seconds numeric, meetings_held numeric, presentations_held numeric, meeting_seconds numeric,
      tasks_done numeric, tasks_late numeric, tasks_open numeric, crm_actions numeric, overlapping_contacts numeric,
      activity_recent numeric, activity_before numeric, days_with_norm bigint, days_norm_met bigint);
    create table marts.dim_manager_teams (manager_team_id text primary key, manager_id text, team_id text, team text,
      from_day date, before_day date, starts_at timestamptz, ends_at timestamptz);
    create table marts.fct_rating_days (rating_day_id text primary key, manager_id text, team_id text, team text, competition text,
      points numeric, place bigint, participants bigint, won_amount numeric, plan_amount numeric, bonus numeric, period_from date,
      period_to date, day date, occurred_at timestamptz);
    create table marts.fct_data_health (health_id text primary key, account_id text, source text, source_type text, stream text,
      rows_loaded bigint, rejected_records bigint, unmatched_identities bigint, stale_after_seconds int, last_loaded_at timestamptz,
      last_build_at timestamptz);
    update marts.fct_manager_days set is_at_work = manager_id is not null, is_working_day = true, has_facts = coalesce(deals_won, 0) > 0,
      calls_out = case manager_id when '1:102' then 4 when '1:101' then 0 end,
      calls_in_answered = case when manager_id is not null then 0 end,
      talk_seconds = case manager_id when '1:102' then 600 when '1:101' then 0 end,
      calls_norm = case when manager_id is not null then 2 end,
      is_norm_met = case manager_id when '1:102' then true when '1:101' then false end,
      activity_recent = case manager_id when '1:102' then 3 end, activity_before = case manager_id when '1:102' then 4 end`);
  await fill(pool, 'fct_team_days', [
    {
      team_id: '1:11',
      day: '2025-03-11',
      managers: 2,
      deals_won: 1,
      won_amount: 100_000,
      calls_out: 4,
      talk_seconds: 600,
      tasks_late: 1,
      tasks_open: 0,
      activity_recent: 3,
      activity_before: 4,
      days_with_norm: 2,
      days_norm_met: 1,
    },
  ]);
  const spell = (manager: string, team: string, from = '1900-01-01', before = '9999-12-31'): object => ({
    manager_team_id: `${manager}:${from}`,
    manager_id: manager,
    team_id: team === 'North' ? '1:11' : '1:12',
    team,
    from_day: from,
    before_day: before,
    starts_at: `${from}T00:00:00+03:00`,
    ends_at: `${before}T00:00:00+03:00`,
  });
  await fill(pool, 'dim_manager_teams', [
    spell('1:101', 'North'),
    spell('1:102', 'North'),
    spell('1:103', 'South'),
  ] as never);
  const rated = (id: string, manager: string, points: number, place: number, more: object): object => ({
    rating_day_id: id,
    manager_id: manager,
    team_id: '1:11',
    team: 'North',
    points,
    place,
    participants: 2,
    period_from: '2025-03-01',
    period_to: '2025-03-31',
    day: '2025-03-11',
    occurred_at: ELEVENTH,
    ...more,
  });
  await fill(pool, 'fct_rating_days', [
    rated('m1', '1:102', 54, 1, { won_amount: 100_000 }),
    rated('m2', '1:101', 0, 2, { won_amount: 0, plan_amount: 200_000, bonus: 0 }),
    {
      rating_day_id: 'm3',
      team_id: '1:11',
      team: 'North',
      plan_amount: 100_000,
      period_from: '2025-03-01',
      period_to: '2025-03-31',
      day: '2025-03-11',
      occurred_at: ELEVENTH,
    },
    rated('c1', '1:102', 4, 1, { competition: 'Calls', won_amount: 100_000 }),
    rated('c2', '1:101', 0, 2, { competition: 'Calls', won_amount: 0, plan_amount: 200_000 }),
  ] as never);
  await fill(pool, 'fct_data_health', [
    {
      health_id: 'amocrm:1:leads',
      account_id: '1',
      source: 'amocrm',
      source_type: 'amocrm',
      stream: 'leads',
      rows_loaded: 8,
      rejected_records: 2,
      stale_after_seconds: 86_400,
      last_loaded_at: '2025-05-01T00:00:00+03:00',
      last_build_at: '2025-05-01T01:00:00+03:00',
    },
    {
      health_id: 'asterisk:pbx:identity: client_number',
      account_id: 'pbx',
      source: 'pbx',
      source_type: 'asterisk',
      stream: 'identity: client_number',
      unmatched_identities: 3,
      stale_after_seconds: 86_400,
      last_build_at: '2025-05-01T01:00:00+03:00',
    },
    ...[2, 4].map((hours) => ({
      health_id: `uis:cloud:calls:${hours}`,
      account_id: 'cloud',
      source: 'cloud',
      source_type: 'uis',
      stream: `calls of ${hours} hours`,
      rows_loaded: 10,
      rejected_records: 0,
      stale_after_seconds: hours * 3_600,
      last_loaded_at: new Date(Date.now() - 3 * 3_600_000).toISOString(),
      last_build_at: '2025-05-01T01:00:00+03:00',
    })),
  ]);
}
