import { DBOS } from '@dbos-inc/dbos-sdk';
import { parseDuration } from '../config/index.ts';
import { askerOf } from '../reports/asker.ts';
import { workingDays } from '../reports/workflow.ts';
import { workflowContext } from '../workflows/context.ts';
import { STEP_RETRY } from '../workflows/retry.ts';
import { dueEvaluation, evaluationFailed, evaluationMade } from './due-evaluation.ts';
import { evaluateRules } from './evaluate.ts';
import { keepAlerts, type Kept } from './keep-alerts.ts';
import { notifyAlerts } from './notify.ts';

/** Alerts are looked after this often for quiet hours that end, groups that are full and levels that are due. */
const NOTIFY_EVERY_MS = 60_000;
const NOTIFY_LOCK = 0x766f616c;
const EXECUTIVE = { role: 'executive', teams: [], managers: [] } as const;

/**
 * After a build: the rules are judged on what it published, the alerts' lives go on, and who is to know is told. What could not be judged
 * is put off, in the database, and another workflow makes it up.
 */
const evaluateAlerts = DBOS.registerWorkflow(
  async (buildId: number): Promise<Kept> => {
    let kept: Kept;
    try {
      kept = await DBOS.runStep(() => judge(buildId), { ...STEP_RETRY, name: 'judge' });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      await DBOS.runStep(() => putOff(buildId, text), { ...STEP_RETRY, name: 'putOff' });
      throw error;
    }
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
    await evaluationMade(client, buildId, evaluation, kept, now);
    await client.query('commit');
    return kept;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

const putOff = (buildId: number, error: string): Promise<void> =>
  evaluationFailed(workflowContext().warehouse.pool, buildId, error);

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
 * Starts the evaluation that is due, and tells what has become due to be told. The workflow's id is the build's and the attempt's, so that
 * two processes start one.
 */
export async function startDueAlertWork(): Promise<void> {
  const { config, warehouse } = workflowContext();
  if (!config.alerts.enabled) return;
  const due = await dueEvaluation(warehouse.pool);
  if (due !== undefined)
    await DBOS.startWorkflow(evaluateAlerts, { workflowID: `alerts-${due.buildId}-${due.attempts}` })(
      due.buildId,
    );
  if (config.alerts.levels.length === 0 || Date.now() - notifiedAt < NOTIFY_EVERY_MS) return;
  notifiedAt = Date.now();
  await notify();
}
