import type pg from 'pg';
import { fill, type Row } from './fill-mart.ts';

/**
 * Calls of the tiny company (marts-fixture.ts), on 10 March 2025, Monday, Europe/Moscow:
 *
 * | call | at | what |
 * |---|---|---|
 * | k1 | 10:00 | in, Anna picks up after 12 s, 100 s of talk, Romashka; Boris was rung too |
 * | k2 | 10:30 | in, nobody picks up though Anna and Boris are rung; Boris calls back after 600 s (k3) |
 * | k3 | 10:41 | out, Boris, reached, 50 s |
 * | k4 | 11:00 | out, Boris, not reached |
 * | k5 | 23:30 | in, announcement only, never returned |
 * | k6 | 12:00 | internal, Clara, 20 s |
 */
const call = (id: string, at: string, more: Row): Row => ({
  call_id: `asterisk:pbx:${id}`,
  account_id: 'pbx',
  source: 'asterisk',
  call_key: id,
  hour: Number(at.slice(0, 2)),
  iso_weekday: 1,
  started_at: `2025-03-10T${at}:00+03:00`,
  talk_seconds: 0,
  wait_seconds: 20,
  is_answered: more['outcome'] === 'answered',
  is_unreturned: false,
  is_after_hours: false,
  is_followed_by_meeting: false,
  client_hmac: `h-${id}`,
  ...more,
});

const CALLS: readonly Row[] = [
  call('k1', '10:00', {
    direction: 'in',
    outcome: 'answered',
    manager_id: '1:101',
    client_id: '1:c1',
    wait_seconds: 12,
    talk_seconds: 100,
  }),
  call('k2', '10:30', {
    direction: 'in',
    outcome: 'missed',
    missed_reason: 'no_answer',
    returned_by: 'us',
    callback_seconds: 600,
    callback_business_seconds: 600,
  }),
  call('k3', '10:41', {
    direction: 'out',
    outcome: 'answered',
    manager_id: '1:102',
    talk_seconds: 50,
    client_hmac: 'h-k2',
  }),
  call('k4', '11:00', { direction: 'out', outcome: 'not_reached', manager_id: '1:102', client_hmac: 'h-k2' }),
  call('k5', '23:30', {
    direction: 'in',
    outcome: 'missed',
    missed_reason: 'announcement_only',
    is_unreturned: true,
    is_after_hours: true,
  }),
  call('k6', '12:00', { direction: 'internal', outcome: 'internal', manager_id: '1:103', talk_seconds: 20 }),
];

const ring = (id: string, manager: string, result: string, at: string, talk = 0): Row => ({
  ring_id: `${id}:${manager}`,
  call_id: `asterisk:pbx:${id}`,
  manager_id: manager,
  extension: manager.slice(2),
  result,
  talk_seconds: talk,
  occurred_at: `2025-03-10T${at}:00+03:00`,
});

const RINGS: readonly Row[] = [
  ring('k1', '1:101', 'answered', '10:00', 100),
  ring('k1', '1:102', 'answered_elsewhere', '10:00'),
  ring('k2', '1:101', 'no_answer', '10:30'),
  ring('k2', '1:102', 'busy', '10:30'),
];

export async function createCallMarts(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create table marts.fct_calls (call_id text primary key, account_id text, source text, call_key text, manager_id text,
      client_id text, deal_id text, direction text, outcome text, missed_reason text, returned_by text, client_number text,
      client_hmac text, line text, queue text, unmatched_reason text, wait_seconds int, talk_seconds int, callback_seconds int,
      callback_business_seconds int, hour int, iso_weekday int, is_answered boolean, is_unreturned boolean,
      is_after_hours boolean, is_followed_by_meeting boolean, started_at timestamptz);
    create table marts.fct_call_rings (ring_id text primary key, call_id text, manager_id text, client_id text, deal_id text,
      extension text, queue text, result text, ring_seconds int, talk_seconds int, occurred_at timestamptz)`);
  await fill(pool, 'fct_calls', CALLS);
  await fill(pool, 'fct_call_rings', RINGS);
}
