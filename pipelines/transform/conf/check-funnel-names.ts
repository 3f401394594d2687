import type { Pool } from 'pg';
import { UnknownFunnelNamesError } from '../errors.ts';
import type { StageStep } from './apply-config.ts';

interface KnownPipeline {
  readonly id: string;
  readonly name: string;
  readonly stages: readonly { readonly id: string; readonly name: string }[];
}

/**
 * Checks that every pipeline and stage named in the configuration exists in the CRM, by name or id. Does nothing while no
 * pipelines have been synchronised.
 *
 * @throws UnknownFunnelNamesError listing every unknown name with the known ones.
 */
export async function checkFunnelNames(pool: Pool, stageSteps: readonly StageStep[]): Promise<void> {
  const known = await knownPipelines(pool);
  if (known.length === 0) return;
  const listed = (items: readonly { id: string; name: string }[]): string =>
    items.map(({ id, name }) => `"${name}" (${id})`).join(', ');
  const matches = (wanted: string, { id, name }: { id: string; name: string }): boolean =>
    wanted === id || wanted.trim().toLowerCase() === name.trim().toLowerCase();

  const problems = new Set<string>();
  for (const { pipeline, stage } of stageSteps) {
    const pipelines = pipeline === '*' ? known : known.filter((item) => matches(pipeline, item));
    if (pipelines.length === 0) {
      problems.add(`funnel: the CRM has no pipeline "${pipeline}". Known pipelines: ${listed(known)}.`);
    } else if (!pipelines.some((item) => item.stages.some((one) => matches(stage, one)))) {
      const stages = pipelines.map((item) => `in "${item.name}": ${listed(item.stages)}`).join('; ');
      problems.add(`funnel: pipeline "${pipeline}" has no stage "${stage}". Known stages ${stages}.`);
    }
  }
  if (problems.size > 0) throw new UnknownFunnelNamesError([...problems]);
}

/** Pipelines with their statuses, as amoCRM gives them (GET /api/v4/leads/pipelines: `_embedded.statuses`). */
async function knownPipelines(pool: Pool): Promise<KnownPipeline[]> {
  const exists = await pool.query<{ found: boolean }>(
    `select to_regclass('raw.amocrm__pipelines') is not null as found`,
  );
  if (exists.rows[0]?.found !== true) return [];
  const { rows } = await pool.query<KnownPipeline>(
    `select id, coalesce(payload ->> 'name', '') as name,
       coalesce((select jsonb_agg(jsonb_build_object('id', status ->> 'id', 'name', coalesce(status ->> 'name', ''))
                                  order by (status ->> 'sort')::numeric nulls last)
                 from jsonb_array_elements(payload #> '{_embedded,statuses}') as status), '[]') as stages
     from raw.amocrm__pipelines where not is_deleted order by (payload ->> 'sort')::numeric nulls last, id`,
  );
  return rows;
}
