import type { Pool } from 'pg';
import type { Config } from '../config/index.ts';
import { LATE_AFTER_MS, lastDue } from './editions.ts';
import type { WorkingDays } from './working-days.ts';

/**
 * Notes the newest edition of each digest that is due by `now` and not noted yet; answers how many. Called by the schedules and at each
 * start, so that what was missed while nothing ran is made up for, once: only the newest, and marked late. What was due before the digest
 * stood in the configuration is nobody's.
 */
export async function noteDueEditions(
  pool: Pool,
  config: Config,
  days: WorkingDays,
  now: Date,
): Promise<number> {
  let noted = 0;
  for (const digest of config.reports.digests) {
    const { rows } = await pool.query<{ since: Date }>(
      `insert into ops.digests (digest, since) values ($1, $2)
       on conflict (digest) do update set since = ops.digests.since returning since`,
      [digest.name, now],
    );
    const edition = lastDue(digest, now, days);
    if (!edition || edition.dueAt < rows[0]!.since) continue;
    const isLate = now.getTime() - edition.dueAt.getTime() > LATE_AFTER_MS;
    const { rowCount } = await pool.query(
      `insert into ops.editions (digest, due_at, is_late) values ($1, $2, $3) on conflict do nothing`,
      [digest.name, edition.dueAt, isLate],
    );
    noted += rowCount ?? 0;
  }
  return noted;
}

export interface DueEdition {
  readonly digest: string;
  readonly dueAt: Date;
  readonly isLate: boolean;
  readonly attempts: number;
}

/** Editions to be made now. */
export async function dueEditions(pool: Pool): Promise<DueEdition[]> {
  const { rows } = await pool.query<DueEdition>(
    `select digest, due_at as "dueAt", is_late as "isLate", attempts from ops.editions
     where state = 'due' and next_attempt_at <= clock_timestamp() order by due_at`,
  );
  return rows;
}

export async function editionMade(pool: Pool, digest: string, dueAt: Date, messages: number): Promise<void> {
  await pool.query(
    `update ops.editions set state = 'made', made_at = clock_timestamp(), messages = $3, error = null
     where digest = $1 and due_at = $2`,
    [digest, dueAt, messages],
  );
}

/** Tried again after a while that doubles, twelve times: by then it is old. */
export async function editionFailed(pool: Pool, digest: string, dueAt: Date, error: string): Promise<void> {
  await pool.query(
    `update ops.editions set attempts = attempts + 1, error = $3,
       state = case when attempts >= 11 then 'failed' else 'due' end,
       next_attempt_at = clock_timestamp() + make_interval(secs => 15 * power(2, least(attempts, 10)))
     where digest = $1 and due_at = $2 and state = 'due'`,
    [digest, dueAt, error],
  );
}
