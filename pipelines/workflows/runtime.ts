import { DBOS, type DLogger } from '@dbos-inc/dbos-sdk';
import type { Config } from '../config/index.ts';
import type { KpiServer } from '../reports/asker.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { setWorkflowContext } from './context.ts';
import {
  claimExecutor,
  isExecutorAlive,
  launchAlone,
  withDeadExecutor,
  type ExecutorLostError,
} from './executor.ts';
import { registerDeliveryQueue } from '../channels/outbox/workflow.ts';
import { registerQueues } from './queues.ts';
import { registerRereadQueue } from './reread.ts';
import { RunLog } from './run-log.ts';
import { applySchedules } from './schedules.ts';
import { Sessions } from './sessions.ts';
import { startSpeaking, type Speaking } from './speaking.ts';

/**
 * Changes only when a workflow's steps change shape, never with a release as such: DBOS resumes a workflow only under the version that
 * started it.
 */
const WORKFLOW_VERSION = 'workflows-1';
const ADOPTION_INTERVAL_MS = 5_000;
/** DBOS keeps every workflow for ever; what people ask about older runs is in ops.syncs and ops.builds. */
const HISTORY_DAYS = 14;

export interface RuntimeOptions {
  readonly config: Config;
  readonly warehouse: Warehouse;
  /** Run the configuration's schedules in this process. */
  readonly schedules: boolean;
  readonly logger?: DLogger;
  readonly onExecutorLost: (error: ExecutorLostError) => void;
}

export interface Runtime {
  readonly executorId: string;
  readonly runLog: RunLog;
  /** Workflows that a dead process or an older version left and this one took over or gave up, as lines for people. */
  readonly adopted: readonly string[];
  /** Puts the configuration's schedules in force, where `schedules` was not given. */
  startSchedules(): Promise<void>;
  /** Sends digests and alerts from this process, which serves these KPIs, until the result is stopped. */
  startSpeaking(kpis: KpiServer): Promise<Speaking>;
  stop(): Promise<void>;
}

/** Starts DBOS in this process: resumes what this executor left, takes over from dead ones, then listens to the queues. */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { config, warehouse } = options;
  const executor = await claimExecutor(warehouse.url, options.onExecutorLost);
  const runLog = new RunLog(warehouse.pool);
  const sessions = new Sessions(config, warehouse);
  const rereadSessions = new Sessions(config, warehouse);
  setWorkflowContext({ config, warehouse, runLog, sessions, rereadSessions });
  DBOS.setConfig({
    name: 'voronka',
    systemDatabaseUrl: warehouse.url,
    systemDatabaseSchemaName: 'dbos',
    applicationVersion: WORKFLOW_VERSION,
    executorID: executor.id,
    logger: options.logger ?? silentLogger,
  });
  await launchAlone(warehouse.url, () => DBOS.launch());
  await registerQueues();
  await registerRereadQueue();
  await registerDeliveryQueue();
  const adopted = await adoptOrphans(warehouse, executor.id, runLog);
  if (options.schedules) await applySchedules();
  await forgetOldWorkflows();
  const suspects = new Set<string>();
  const adoption = setInterval(() => {
    adoptOrphans(warehouse, executor.id, runLog, suspects).catch(() => undefined);
  }, ADOPTION_INTERVAL_MS);
  adoption.unref();

  return {
    executorId: executor.id,
    runLog,
    adopted,
    startSchedules: applySchedules,
    startSpeaking,
    stop: async () => {
      clearInterval(adoption);
      await DBOS.shutdown();
      await sessions.closeAll();
      await rereadSessions.closeAll();
      setWorkflowContext(undefined);
      await executor.release();
    },
  };
}

/**
 * Pending workflows of executors that are no more: resumed here when they are of this version; those of an older version are given up,
 * which loses nothing, for the next sync goes on from the committed cursors.
 *
 * With `suspects`, an executor counts as gone when it was missing at the look before this one, too: after a restart of the database all
 * locks are free for a moment, and nobody has died.
 */
async function adoptOrphans(
  warehouse: Pick<Warehouse, 'url' | 'pool'>,
  self: string,
  runLog: RunLog,
  suspects?: Set<string>,
): Promise<string[]> {
  const pending = (
    await DBOS.listWorkflows({ status: 'PENDING', loadInput: false, loadOutput: false })
  ).filter(
    ({ executorId, applicationVersion }) => executorId !== self || applicationVersion !== WORKFLOW_VERSION,
  );
  const lines: string[] = [];
  for (const executorId of new Set(pending.map((workflow) => workflow.executorId ?? ''))) {
    const theirs = pending.filter((workflow) => (workflow.executorId ?? '') === executorId);
    const handOver = async (): Promise<void> => {
      for (const workflow of theirs) {
        const what = `${workflow.workflowName} ${workflow.workflowID}`;
        if (workflow.applicationVersion === WORKFLOW_VERSION) {
          await DBOS.resumeWorkflow(workflow.workflowID);
          lines.push(`took over ${what} from ${executorId}, which is gone`);
        } else {
          await DBOS.cancelWorkflow(workflow.workflowID);
          await runLog.finished(workflow.workflowID, 'abandoned');
          lines.push(
            `gave up ${what}, begun by version ${workflow.applicationVersion}; the next sync does its work`,
          );
        }
      }
    };
    if (executorId === self) await handOver();
    else if (await isExecutorAlive(warehouse.pool, executorId)) suspects?.delete(executorId);
    else if (suspects && !suspects.has(executorId)) suspects.add(executorId);
    else {
      await withDeadExecutor(warehouse.url, executorId, handOver);
      suspects?.delete(executorId);
    }
  }
  return lines;
}

async function forgetOldWorkflows(): Promise<void> {
  const endTime = new Date(Date.now() - HISTORY_DAYS * 86_400_000).toISOString();
  const old = await DBOS.listWorkflows({
    status: ['SUCCESS', 'ERROR', 'CANCELLED'],
    endTime,
    limit: 10_000,
    loadInput: false,
    loadOutput: false,
  });
  if (old.length > 0) await DBOS.deleteWorkflows(old.map(({ workflowID }) => workflowID));
}

const silentLogger: DLogger = {
  info: () => undefined,
  debug: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
