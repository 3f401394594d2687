import type { Config } from '../../config/index.ts';
import { checkFunnelNames } from '../../transform/index.ts';
import type { Warehouse } from '../../warehouse/index.ts';
import { transformConfig } from '../../workflows/index.ts';
import { problem, type Check } from './check.ts';

/** Names of the configuration that the CRM does not know, and stages of the CRM that the configuration does not name. */
export async function* checkFunnel(config: Config, warehouse: Warehouse): AsyncGenerator<Check> {
  const { stageSteps } = transformConfig(config);
  try {
    await checkFunnelNames(warehouse.pool, stageSteps);
  } catch (error) {
    yield problem('funnel', error);
    return;
  }
  const { rows: known } = await warehouse.pool.query<{ known: boolean }>(
    `select to_regclass('raw.amocrm__pipelines') is not null as known`,
  );
  if (!known[0]?.known) {
    yield { state: 'ok', what: 'funnel', found: 'stages are compared with the CRM’s after the first sync' };
    return;
  }
  const { rows } = await warehouse.pool.query<{ pipeline: string; stages: string[] }>(UNMAPPED_STAGES, [
    JSON.stringify(stageSteps),
  ]);
  if (rows.length === 0) yield { state: 'ok', what: 'funnel', found: 'every stage has its step' };
  for (const { pipeline, stages } of rows) {
    yield {
      state: 'warning',
      what: `funnel, pipeline "${pipeline}"`,
      found: `no step is given for ${stages.map((stage) => `"${stage}"`).join(', ')}`,
      todo: 'Such a stage counts as the step before it. Name its step under funnel.steps if that is wrong.',
    };
  }
}

/** Closed stages (142, 143) and incoming leads (type 1) are known by themselves. */
const UNMAPPED_STAGES = `
  with stages as (
    select p.payload ->> 'name' as pipeline, p.id as pipeline_id, s ->> 'name' as stage, s ->> 'id' as stage_id, (s ->> 'sort')::numeric as sort
    from raw.amocrm__pipelines p, jsonb_array_elements(p.payload #> '{_embedded,statuses}') s
    where not p.is_deleted and s ->> 'id' not in ('142', '143') and coalesce(s ->> 'type', '0') <> '1'
  ),
  mapped as (
    select lower(trim(pipeline)) as pipeline, lower(trim(stage)) as stage from json_to_recordset($1) as m(pipeline text, stage text)
  )
  select pipeline, array_agg(stage order by sort) as stages
  from stages s
  where not exists (
    select from mapped m
    where m.pipeline in ('*', lower(trim(s.pipeline)), s.pipeline_id) and m.stage in (lower(trim(s.stage)), s.stage_id)
  )
  group by pipeline
  order by pipeline`;
