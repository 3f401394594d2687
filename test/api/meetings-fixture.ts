import type pg from 'pg';
import { fill, type Row } from './fill-mart.ts';

const meeting = (n: number, at: string, state: string, more: Row = {}): Row => ({
  meeting_id: `calendar:m${n}`,
  account_id: 'calendar',
  source: 'calendar',
  manager_id: '1:101',
  client_id: '1:c1',
  kind: 'meeting',
  state,
  duration_seconds: 3_600,
  is_held: state === 'held',
  is_recurring: false,
  occurred_at: `2025-04-${at}:00+03:00`,
  ...more,
});

/** 10 and 11 April in Moscow: the meeting of 00:30 on the 11th is still the 10th in UTC. */
const MEETINGS: readonly Row[] = [
  meeting(1, '10T10:00', 'held'),
  meeting(2, '10T15:00', 'held', { kind: 'presentation', duration_seconds: 1_800 }),
  meeting(3, '11T00:30', 'held', { manager_id: '1:102', client_id: '1:p2' }),
  meeting(4, '11T12:00', 'cancelled', { kind: 'presentation' }),
  meeting(5, '11T13:00', 'planned'),
  meeting(6, '11T14:00', 'unconfirmed', { source: 'amocrm', client_id: null, unmatched_reason: 'no_client' }),
];

export async function createMeetingMarts(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create table marts.fct_meetings (meeting_id text primary key, account_id text, source text, manager_id text, client_id text,
      contact_client_id text, deal_id text, kind text, state text, unmatched_reason text, people_outside int, own_people int,
      duration_seconds bigint, hour int, iso_weekday int, is_held boolean, is_recurring boolean, occurred_at timestamptz,
      ended_at timestamptz)`);
  await fill(pool, 'fct_meetings', MEETINGS);
}
