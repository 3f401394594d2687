import { fileURLToPath } from 'node:url';
import { peopleOf, regulationOf, type Config } from '../config/index.ts';
import {
  applyConfig,
  checkFunnelNames,
  runBuild,
  unknownNames,
  type BuildOptions,
  type BuildReport,
  type TransformConfig,
} from '../transform/index.ts';
import { businessCalendar } from './business-calendar.ts';
import { ensureAllStreams } from '../sources/index.ts';
import type { Warehouse } from '../warehouse/index.ts';

export const SQL_PROJECT = fileURLToPath(new URL('../../sql', import.meta.url));

/**
 * Builds the marts under this configuration: its settings become the tables of schema `conf`, then the dbt project of `sql/` runs.
 * Names of people and stages that the CRM does not have are noticed. Throws UnknownFunnelNamesError before anything is built, and what
 * `runBuild` throws.
 */
export async function buildMarts(
  config: Config,
  warehouse: Warehouse,
  options: Pick<BuildOptions, 'full' | 'select' | 'onProgress' | 'onNotice'>,
): Promise<BuildReport> {
  const settings = transformConfig(config);
  await checkFunnelNames(warehouse.pool, settings.stageSteps);
  for (const notice of await unknownNames(warehouse.pool, settings)) options.onNotice?.(`warning: ${notice}`);
  await ensureAllStreams(warehouse);
  await applyConfig(warehouse.pool, { ...settings, ...(await businessCalendar(config, warehouse.pool)) });
  return runBuild({ ...options, pool: warehouse.pool, projectDir: SQL_PROJECT });
}

export function transformConfig(config: Config): TransformConfig {
  return {
    settings: {
      accountName: config.account.name,
      timeZone: config.account.time_zone,
      currency: config.account.currency,
      leadSourceField: config.funnel.lead_source_field,
      dealCurrencyField: config.funnel.currency_field ?? null,
      country: config.account.country,
    },
    ...peopleOf(config),
    regulation: regulationOf(config),
    meetingTaskTypes: [
      ...config.meetings.task_types.map((taskType) => ({ taskType, kind: 'meeting' as const })),
      ...config.meetings.presentation_task_types.map((taskType) => ({
        taskType,
        kind: 'presentation' as const,
      })),
    ],
    stageSteps: config.funnel.steps.flatMap(({ pipeline, stages }) =>
      Object.entries(stages).map(([stage, step]) => ({ pipeline, stage, step })),
    ),
  };
}
