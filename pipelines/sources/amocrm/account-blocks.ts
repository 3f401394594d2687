import type pg from 'pg';

export async function blockAccount(pool: pg.Pool, bucket: string, reason: string): Promise<void> {
  await pool.query(
    'insert into ops.account_blocks (bucket, reason) values ($1, $2) on conflict (bucket) do nothing',
    [bucket, reason],
  );
}

export async function blockedSince(pool: pg.Pool, bucket: string): Promise<Date | undefined> {
  const { rows } = await pool.query<{ blocked_at: Date }>(
    'select blocked_at from ops.account_blocks where bucket = $1',
    [bucket],
  );
  return rows[0]?.blocked_at;
}

export async function unblockAccount(pool: pg.Pool, bucket: string): Promise<void> {
  await pool.query('delete from ops.account_blocks where bucket = $1', [bucket]);
}

/** True when a quarter of an hour has passed since the last question, and notes that it is asked now: one process gets it. */
export async function mayAskAgain(pool: pg.Pool, bucket: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update ops.account_blocks set asked_again_at = now()
     where bucket = $1 and asked_again_at < now() - interval '15 minutes'`,
    [bucket],
  );
  return rowCount === 1;
}
