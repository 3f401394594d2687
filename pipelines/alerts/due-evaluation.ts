import type { ClientBase, Pool } from 'pg';
import type { Evaluation } from './evaluate.ts';
import type { Kept } from './keep-alerts.ts';

/** Tried again after 15 seconds, doubled each time: the last of them comes hours later, and by then there is another build. */
const FIRST_PAUSE_S = 15;
const MOST_ATTEMPTS = 10;

const PUT_OFF = `next_attempt_at = clock_timestamp() + make_interval(secs => ${FIRST_PAUSE_S} * power(2, least(alert_runs.attempts, 10)))`;
const GIVEN_UP = `case when alert_runs.attempts >= ${MOST_ATTEMPTS - 1} then 'failed' else 'due' end`;

export interface DueEvaluation {
  readonly buildId: number;
  /** How often it was tried and failed. */
  readonly attempts: number;
}

/** The newest build, whoever built it, when its evaluation was not made yet, or failed and is to be made again now. */
export async function dueEvaluation(pool: Pool): Promise<DueEvaluation | undefined> {
  const { rows } = await pool.query<DueEvaluation>(
    `select build_id::int as "buildId", coalesce(attempts, 0) as attempts
     from (select max(build_id) as build_id from ops.builds where status = 'succeeded') as newest
     left join ops.alert_runs as run using (build_id)
     where build_id is not null
       and (run.state is null or run.state = 'due' and run.next_attempt_at <= clock_timestamp())`,
  );
  return rows[0];
}

/** Notes what an evaluation brought. Rules that could not be judged make it due once more; what it raises then is added. */
export async function evaluationMade(
  client: ClientBase,
  buildId: number,
  { failed }: Evaluation,
  { raised, cleared }: Kept,
  now: Date,
): Promise<void> {
  await client.query(
    `insert into ops.alert_runs (build_id, evaluated_at, raised, cleared, failed_rules) values ($1, $2, $3, $4, $5)
     on conflict (build_id) do update set evaluated_at = excluded.evaluated_at, failed_rules = excluded.failed_rules,
       raised = alert_runs.raised + excluded.raised, cleared = alert_runs.cleared + excluded.cleared,
       state = 'done', error = null`,
    [buildId, now, raised, cleared, JSON.stringify(failed)],
  );
  if (failed.length === 0) return;
  const reasons = failed.map(({ rule, reason }) => `${rule}: ${reason}`).join('\n');
  await client.query(
    `update ops.alert_runs set attempts = attempts + 1, error = $2, state = ${GIVEN_UP}, ${PUT_OFF} where build_id = $1`,
    [buildId, reasons],
  );
}

/** Nothing could be judged at all: Cube or the database was away for longer than the step's own retries. */
export async function evaluationFailed(pool: Pool, buildId: number, error: string): Promise<void> {
  await pool.query(
    `insert into ops.alert_runs (build_id, evaluated_at, raised, cleared, state, attempts, error, next_attempt_at)
     values ($1, clock_timestamp(), 0, 0, 'due', 1, $2, clock_timestamp() + make_interval(secs => ${FIRST_PAUSE_S}))
     on conflict (build_id) do update set attempts = alert_runs.attempts + 1, error = excluded.error,
       state = ${GIVEN_UP}, ${PUT_OFF}`,
    [buildId, error],
  );
}

export interface UnjudgedRule {
  readonly rule: string;
  readonly reason: string;
}

/** Rules that the newest evaluation could not judge, for people; the alerts they raised before stay as they were. */
export async function unjudgedRules(pool: Pool): Promise<UnjudgedRule[]> {
  const { rows } = await pool.query<{ error: string | null; failed: UnjudgedRule[] }>(
    `select error, failed_rules as failed from ops.alert_runs order by build_id desc limit 1`,
  );
  const [newest] = rows;
  if (!newest || newest.error === null) return [];
  return newest.failed.length > 0 ? newest.failed : [{ rule: 'all rules', reason: newest.error }];
}
