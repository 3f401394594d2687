import { DBOS } from '@dbos-inc/dbos-sdk';
import { CronExpressionParser } from 'cron-parser';
import { parseDuration, type Config, type ScheduleConfig, type SourceConfig } from '../config/index.ts';
import { workflowContext } from './context.ts';
import { isQuiet } from './quiet-hours.ts';
import { enqueueSync } from './queues.ts';

const PREFIX = 'sync-';

/** What a tick does: nothing in the quiet hours, otherwise one sync of the source; a sync still running is left to finish. */
const scheduledSync = DBOS.registerWorkflow(
  async (scheduledAt: Date, context: { source: string }): Promise<void> => {
    const { config } = workflowContext();
    const source = config.sources.find(({ name }) => name === context.source);
    if (!source) return;
    const { quiet_hours: quiet } = scheduleOf(config, source);
    if (!isQuiet(quiet, scheduledAt, config.account.time_zone))
      await enqueueSync({ source: source.name, thenBuild: true });
  },
  { name: 'scheduledSync' },
);

/** Puts the configuration's schedules in force, drops those of sources that are gone, and catches up, once, on what was missed. */
export async function applySchedules(): Promise<void> {
  const { config, runLog } = workflowContext();
  await DBOS.applySchedules(
    config.sources.map((source) => ({
      scheduleName: `${PREFIX}${source.name}`,
      workflowFn: scheduledSync,
      schedule: cronOf(scheduleOf(config, source)),
      cronTimezone: config.account.time_zone,
      context: { source: source.name },
    })),
  );
  for (const { scheduleName } of await DBOS.listSchedules({ scheduleNamePrefix: PREFIX })) {
    if (!config.sources.some(({ name }) => scheduleName === `${PREFIX}${name}`))
      await DBOS.deleteSchedule(scheduleName);
  }
  const latest = new Map((await runLog.latest()).map((run) => [run.source, run.startedAt]));
  const now = new Date();
  for (const source of config.sources) {
    if (isOverdue(scheduleOf(config, source), latest.get(source.name), now, config.account.time_zone)) {
      await enqueueSync({ source: source.name, thenBuild: true });
    }
  }
}

/** Whether a tick outside the quiet hours has passed since `last`, the start of the newest run (none: overdue). */
export function isOverdue(
  schedule: ScheduleConfig,
  last: Date | undefined,
  now: Date,
  timeZone: string,
): boolean {
  if (!last) return true;
  const ticks = CronExpressionParser.parse(cronOf(schedule), { currentDate: now, tz: timeZone });
  for (let tick = ticks.prev().toDate(); tick > last; tick = ticks.prev().toDate()) {
    if (!isQuiet(schedule.quiet_hours, tick, timeZone)) return true;
  }
  return false;
}

/** Six-field cron of a schedule. `every` is checked by the configuration to divide a minute, an hour or a day. */
export function cronOf(schedule: ScheduleConfig): string {
  if (schedule.cron !== undefined) return `0 ${schedule.cron}`;
  const seconds = (parseDuration(schedule.every ?? '') ?? 300_000) / 1_000;
  if (seconds < 60) return `*/${seconds} * * * * *`;
  if (seconds < 3_600) return `0 */${seconds / 60} * * * *`;
  return seconds < 86_400 ? `0 0 */${seconds / 3_600} * * *` : '0 0 0 * * *';
}

function scheduleOf(config: Config, source: SourceConfig): ScheduleConfig {
  return source.schedule ?? config.schedule;
}
