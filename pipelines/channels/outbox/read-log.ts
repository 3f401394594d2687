import type { Pool } from 'pg';

export interface DeliveryLogLine {
  readonly messageId: number;
  readonly channel: string;
  readonly address: string;
  readonly subject: string;
  readonly state: string;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
  readonly error: string | null;
}

/** The newest messages first. */
export async function readDeliveryLog(pool: Pool, limit: number): Promise<DeliveryLogLine[]> {
  const { rows } = await pool.query<DeliveryLogLine>(
    `select message_id::int as "messageId", channel, address, subject, state, attempts, created_at as "createdAt",
       ended_at as "endedAt", error
     from ops.messages order by message_id desc limit $1`,
    [limit],
  );
  return rows;
}
