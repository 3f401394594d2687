import type pg from 'pg';
import { fill, type Row } from './fill-mart.ts';

/** Mail of the tiny company (marts-fixture.ts) on 10 March 2025: a question, Anna's reply after 15 minutes, one that waits. */
const message = (id: string, at: string, more: Row): Row => ({
  message_id: `id:${id}`,
  account_id: 'mail',
  source: 'imap',
  thread_id: 'id:m1',
  manager_id: '1:101',
  client_id: '1:c1',
  kind: 'person',
  hour: Number(at.slice(0, 2)),
  iso_weekday: 1,
  is_correspondence: true,
  is_bounced: false,
  is_reply: false,
  is_unanswered: false,
  is_deleted: false,
  occurred_at: `2025-03-10T${at}:00+03:00`,
  ...more,
});

const MESSAGES: readonly Row[] = [
  message('m1', '10:00', { direction: 'in' }),
  message('m2', '10:15', {
    direction: 'out',
    is_reply: true,
    reply_to_id: 'id:m1',
    reply_seconds: 900,
    reply_business_seconds: 900,
  }),
  message('m3', '12:00', { direction: 'in', thread_id: 'id:m3', is_unanswered: true }),
  message('m4', '12:01', {
    direction: 'in',
    thread_id: 'id:m4',
    kind: 'newsletter',
    is_correspondence: false,
  }),
];

export async function createMailMarts(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create table marts.fct_messages (
      message_id text, account_id text, source text, thread_id text, manager_id text, client_id text, contact_client_id text,
      deal_id text, reply_to_id text, counterpart_hmac text, direction text, kind text, unmatched_reason text, copies int,
      attachments int, bytes bigint, hour int, iso_weekday int, reply_seconds bigint, reply_business_seconds bigint,
      is_correspondence boolean, is_bounced boolean, is_reply boolean, is_unanswered boolean, is_clock_suspect boolean, is_deleted boolean,
      occurred_at timestamptz
    )`);
  await fill(pool, 'fct_messages', MESSAGES);
}
