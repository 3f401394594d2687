import { DBOS } from '@dbos-inc/dbos-sdk';
import { parseDuration } from '../config/index.ts';
import { askerOf } from '../reports/asker.ts';
import { workingDays } from '../reports/workflow.ts';
import { workflowContext } from '../workflows/context.ts';
import { STEP_RETRY } from '../workflows/retry.ts';
import { evaluateRules } from './evaluate.ts';
import { keepAlerts, type Kept } from './keep-alerts.ts';
import { notifyAlerts } from './notify.ts';

/** Alerts are looked after this often for quiet hours that end, groups that are full and levels that are due. */
const NOTIFY_EVERY_MS = 60_000;
const NOTIFY_LOCK = 0x766f616c;
const EXECUTIVE = { role: 'executive', teams: [], managers: [] } as const;

/** After a build: the rules are judged on what it published, the alerts' lives go on, and who is to know is told. */
const evaluateAlerts = DBOS.registerWorkflow(
  async (buildId: number): Promise<Kept> => {
    const kept = await DBOS.runStep(() => judge(buildId), { ...STEP_RETRY, name: 'judge' });
    await DBOS.runStep(() => notify(), { ...STEP_RETRY, name: 'notify' });
    return kept;
  },
  { name: 'evaluateAlerts' },
);

async function judge(buildId: number): Promise<Kept> {
  const { config, warehouse } = workflowContext();
  const now = new Date();
  const evaluation = await evaluateRules({
    asker: await askerOf(EXECUTIVE),
    days: await workingDays(),
    rules: config.alerts.rules,
    firstContactNorm: (parseDuration(config.regulation.first_contact_norm) ?? 0) / 1_000,
    now,
  });
  const client = await warehouse.pool.connect();
  try {
    await client.query('begin');
    const kept = await keepAlerts(client, evaluation, now);
    await client.query(
      `insert into ops.alert_runs (build_id, evaluated_at, raised, cleared, failed_rules) values ($1, $2, $3, $4, $5)
       on conflict (build_id) do update set evaluated_at = excluded.evaluated_at, failed_rules = excluded.failed_rules`,
      [buildId, now, kept.raised, kept.cleared, JSON.stringify(evaluation.failed)],
    );
    await client.query('commit');
    return kept;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/** One at a time, over all processes: two that look at once would both tell what neither has noted yet. */
async function notify(): Promise<number> {
  const { config, warehouse } = workflowContext();
  const client = await warehouse.pool.connect();
  try {
    await client.query('select pg_advisory_lock($1, 0)', [NOTIFY_LOCK]);
    try {
      return await notifyAlerts({ pool: warehouse.pool, config, now: new Date(), askerOf });
    } finally {
      await client.query('select pg_advisory_unlock($1, 0)', [NOTIFY_LOCK]);
    }
  } finally {
    client.release();
  }
}

let notifiedAt = 0;

/**
 * Starts an evaluation for the newest build that none was made for, whoever built it, and tells what has become due to be told. The
 * workflow's id is the build's, so that two processes start one; one that failed is not tried again before the next build.
 */
export async function startDueAlertWork(): Promise<void> {
  const { config, warehouse } = workflowContext();
  if (!config.alerts.enabled) return;
  const { rows } = await warehouse.pool.query<{ build: number }>(
    `select max(build_id)::int as build from ops.builds where status = 'succeeded'
     having max(build_id) > coalesce((select max(build_id) from ops.alert_runs), 0)`,
  );
  const build = rows[0]?.build;
  if (build !== undefined) await DBOS.startWorkflow(evaluateAlerts, { workflowID: `alerts-${build}` })(build);
  if (config.alerts.levels.length === 0 || Date.now() - notifiedAt < NOTIFY_EVERY_MS) return;
  notifiedAt = Date.now();
  await notify();
}
