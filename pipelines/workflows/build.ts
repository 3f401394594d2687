import { DBOS } from '@dbos-inc/dbos-sdk';
import { crashPoint } from '../crash-points.ts';
import type { BuildReport } from '../transform/index.ts';
import { workflowContext } from './context.ts';
import { buildMarts } from './marts.ts';
import { STEP_RETRY } from './retry.ts';

export interface BuildInput {
  readonly full: boolean;
  readonly select?: string;
}

export type BuildResult = Pick<BuildReport, 'buildId' | 'ms'> & {
  readonly models: number;
  readonly tests: number;
};

/**
 * Builds, audits and publishes the marts. The whole build is one database transaction, so it is one step: a process that dies inside it
 * leaves the old marts as they were, and recovery runs it again.
 */
export const publishMarts = DBOS.registerWorkflow(
  async (input: BuildInput): Promise<BuildResult> => {
    const result = await DBOS.runStep(() => buildOnce(input), { ...STEP_RETRY, name: 'buildOnce' });
    crashPoint('build.recorded');
    return result;
  },
  { name: 'publishMarts' },
);

async function buildOnce(input: BuildInput): Promise<BuildResult> {
  crashPoint('build.beginning');
  const { config, warehouse } = workflowContext();
  const report = await buildMarts(config, warehouse, {
    full: input.full,
    ...(input.select !== undefined && { select: input.select }),
  });
  crashPoint('build.committed');
  return { buildId: report.buildId, ms: report.ms, models: report.models.length, tests: report.tests.length };
}
