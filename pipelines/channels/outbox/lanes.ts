import type { Pool } from 'pg';
import type { Content } from '../channel.ts';

/** The oldest message of a lane; what comes after it waits for it. */
export interface LaneHead {
  readonly messageId: number;
  readonly key: string;
  readonly address: string;
  readonly content: Content;
  readonly createdAt: Date;
  readonly attempts: number;
  /** `sending`: an attempt was begun and nobody wrote down how it ended. */
  readonly state: 'waiting' | 'sending';
  readonly isDoubtful: boolean;
  readonly lastReceipt: string | null;
}

/**
 * The head of a lane of this channel that is due. One address's messages go in the order they were posted, and an address that is in
 * trouble holds up no other.
 */
export async function dueHead(pool: Pool, channel: string): Promise<LaneHead | undefined> {
  const { rows } = await pool.query<LaneHead>(
    `with heads as (
       select distinct on (address) * from ops.messages
       where channel = $1 and state in ('waiting', 'sending')
       order by address, message_id
     )
     select message_id::int as "messageId", key, address, content, created_at as "createdAt", attempts, state,
       is_doubtful as "isDoubtful",
       (select receipt from ops.messages as earlier
        where earlier.channel = heads.channel and earlier.address = heads.address and earlier.state = 'sent'
        order by earlier.message_id desc limit 1) as "lastReceipt"
     from heads where state = 'sending' or next_attempt_at <= clock_timestamp()
     order by message_id limit 1`,
    [channel],
  );
  return rows[0];
}

/** Channels with a message that is due now. */
export async function dueChannels(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ channel: string }>(
    `with heads as (
       select distinct on (channel, address) * from ops.messages
       where state in ('waiting', 'sending')
       order by channel, address, message_id
     )
     select distinct channel from heads where state = 'sending' or next_attempt_at <= clock_timestamp()`,
  );
  return rows.map(({ channel }) => channel);
}

/** Writes down that an attempt begins, before it does: who dies in it leaves this behind. */
export async function beginAttempt(pool: Pool, messageId: number, isDoubtful: boolean): Promise<number> {
  const { rows } = await pool.query<{ attempt: number }>(
    `with begun as (
       update ops.messages set state = 'sending', attempts = attempts + 1, is_doubtful = $2
       where message_id = $1 returning message_id, attempts
     )
     insert into ops.deliveries (message_id, attempt) select message_id, attempts from begun returning attempt`,
    [messageId, isDoubtful],
  );
  return rows[0]?.attempt ?? 0;
}

export type Outcome =
  | { readonly outcome: 'sent' | 'found_sent'; readonly receipt: string | null }
  | { readonly outcome: 'refused'; readonly error: string }
  | { readonly outcome: 'later' | 'in_doubt'; readonly error: string; readonly waitSeconds: number };

/** Writes down how an attempt ended; the message's state and the log's line in one statement. */
export async function endAttempt(
  pool: Pool,
  messageId: number,
  attempt: number,
  outcome: Outcome,
): Promise<void> {
  const isOver = !('waitSeconds' in outcome);
  const state = isOver ? (outcome.outcome === 'refused' ? 'refused' : 'sent') : 'waiting';
  await pool.query(
    `with ended as (
       update ops.messages set state = $3, receipt = $4, error = $5, is_doubtful = is_doubtful or $6 = 'in_doubt',
         next_attempt_at = clock_timestamp() + make_interval(secs => $7),
         ended_at = case when $8 then clock_timestamp() end
       where message_id = $1
     )
     update ops.deliveries set ended_at = clock_timestamp(), outcome = $6, error = $5
     where message_id = $1 and attempt = $2`,
    [
      messageId,
      attempt,
      state,
      'receipt' in outcome ? outcome.receipt : null,
      'error' in outcome ? outcome.error : null,
      outcome.outcome,
      'waitSeconds' in outcome ? outcome.waitSeconds : 0,
      isOver,
    ],
  );
}

/** The attempt that was begun and not ended, of a process that is no more. */
export async function closeCutOff(pool: Pool, messageId: number): Promise<void> {
  await pool.query(
    `update ops.deliveries set ended_at = clock_timestamp(), outcome = 'cut_off' where message_id = $1 and outcome is null`,
    [messageId],
  );
}

/** What nobody took for so long that it is news no more gives way to what comes after it. */
export async function expireOld(pool: Pool, channel: string, afterHours: number): Promise<void> {
  await pool.query(
    `update ops.messages set state = 'expired', ended_at = clock_timestamp()
     where channel = $1 and state = 'waiting' and attempts > 0
       and created_at < clock_timestamp() - make_interval(hours => $2)`,
    [channel, afterHours],
  );
}

/** Sent messages hold numbers and names: their text is dropped after some days, the log stays. */
export async function forgetContents(pool: Pool, days: number): Promise<void> {
  await pool.query(
    `update ops.messages set content = null
     where content is not null and ended_at < clock_timestamp() - make_interval(days => $1)`,
    [days],
  );
}
