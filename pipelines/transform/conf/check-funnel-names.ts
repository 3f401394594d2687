import type { Pool } from 'pg';
import { UnknownFunnelNamesError } from '../errors.ts';
import type { StageStep } from './apply-config.ts';
import { isNamed, knownPipelines, listed } from './known-crm.ts';

/**
 * Checks that every pipeline and stage named in the configuration exists in the CRM, by name or id. Does nothing while no
 * pipelines have been synchronised.
 *
 * @throws UnknownFunnelNamesError listing every unknown name with the known ones.
 */
export async function checkFunnelNames(pool: Pool, stageSteps: readonly StageStep[]): Promise<void> {
  const known = await knownPipelines(pool);
  if (known.length === 0) return;

  const problems = new Set<string>();
  for (const { pipeline, stage } of stageSteps) {
    const pipelines = pipeline === '*' ? known : known.filter(({ id, name }) => isNamed(pipeline, id, name));
    if (pipelines.length === 0) {
      problems.add(`funnel: the CRM has no pipeline "${pipeline}". Known pipelines: ${listed(known)}.`);
    } else if (!pipelines.some(({ stages }) => stages.some(({ id, name }) => isNamed(stage, id, name)))) {
      const stages = pipelines.map((item) => `in "${item.name}": ${listed(item.stages)}`).join('; ');
      problems.add(`funnel: pipeline "${pipeline}" has no stage "${stage}". Known stages ${stages}.`);
    }
  }
  if (problems.size > 0) throw new UnknownFunnelNamesError([...problems]);
}
