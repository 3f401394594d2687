import { closeChannels, enqueueDeliveries, tidyOutbox } from '../channels/outbox/workflow.ts';
import { startDueAlertWork } from '../alerts/workflow.ts';
import { setKpiServer, type KpiServer } from '../reports/asker.ts';
import { applyDigestSchedules, startDueDigests } from '../reports/workflow.ts';
import { workflowContext } from './context.ts';

const TICK_MS = 1_000;
const TIDY_EVERY_MS = 3_600_000;

export interface Speaking {
  stop(): Promise<void>;
}

/**
 * What voronka says by itself, in a process that serves KPIs: digests that are due, alerts after each build, and the outbox. Each look is
 * into the tables and remembers nothing, so what a dead process left, or another one built, is met as well.
 */
export async function startSpeaking(kpis: KpiServer): Promise<Speaking> {
  setKpiServer(kpis);
  const { warehouse } = workflowContext();
  await applyDigestSchedules();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let isStopped = false;
  let tidiedAt = 0;
  const look = async (): Promise<void> => {
    await startDueDigests();
    await startDueAlertWork();
    await enqueueDeliveries(warehouse.pool);
    if (Date.now() - tidiedAt < TIDY_EVERY_MS) return;
    tidiedAt = Date.now();
    await tidyOutbox(warehouse.pool);
  };
  const next = (): void => {
    if (isStopped) return;
    timer = setTimeout(() => {
      // The database is away: what is due waits in it, and the next look finds it.
      looking = look()
        .catch(() => undefined)
        .then(next);
    }, TICK_MS);
  };
  next();
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await looking;
      closeChannels();
      setKpiServer(undefined);
    },
  };
}
