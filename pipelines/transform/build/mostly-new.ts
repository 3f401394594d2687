import type { ModelNode } from '../project/manifest.ts';
import type { BuildContext } from './build-context.ts';

/** From so many changed rows on, and from this share of a table's rows on, a model is built anew. */
const FEWEST = 500;
const SHARE = 0.25;

/**
 * Whether so much of what lies under a model has changed since it was built that its incremental query, which is planned for few keys,
 * would cost more than building it anew. A first build of the little that was there, then the whole account: without this the second one
 * looped over tables by the thousand.
 *
 * @param through lowest transaction the model may not have seen (xid8 as text)
 */
export async function isMostlyNew(
  context: BuildContext,
  model: Pick<ModelNode, 'refs' | 'sources'>,
  through: string,
): Promise<boolean> {
  for (const key of model.sources) if (await isSourceMostlyNew(context, key, through)) return true;
  for (const ref of model.refs) {
    const parent = context.model(ref);
    const { materialized } = parent.config;
    const isTable = materialized === 'table' || materialized === 'incremental';
    if (isTable ? context.mostlyNew.has(ref) : await isMostlyNew(context, parent, through)) return true;
  }
  return false;
}

/** Whether a model of which so many rows were just replaced is mostly new itself. */
export async function isMostlyReplaced(
  context: BuildContext,
  model: ModelNode,
  changed: number,
): Promise<boolean> {
  if (changed < FEWEST) return false;
  const { rows } = await context.client.query<{ rows: number }>(
    'select reltuples::float8 as rows from pg_class where oid = $1::regclass',
    [String(model.relation)],
  );
  return changed > SHARE * (rows[0]?.rows ?? 0);
}

async function isSourceMostlyNew(context: BuildContext, key: string, through: string): Promise<boolean> {
  if (!context.changes.isStamped(key) || !context.changes.source(key, through)) return false;
  const relation = String(context.manifest.sources.get(key)?.relation);
  const known = `${key} ${through}`;
  const found = context.sourcesMostlyNew.get(known);
  if (found !== undefined) return found;
  // Counted only as far as the answer needs; its sources were analyzed when the build began.
  const { rows } = await context.client.query<{ is_mostly_new: boolean }>(
    `with wanted as (
       select greatest($2, floor($3 * greatest(reltuples, 0)))::int8 + 1 as rows from pg_class where oid = $1::regclass
     )
     select (
       select count(*) from (
         select from ${relation} where loaded_xid >= $4::xid8 limit (select rows from wanted)
       ) as changed
     ) >= (select rows from wanted) as is_mostly_new`,
    [relation, FEWEST, SHARE, through],
  );
  const answer = rows[0]?.is_mostly_new === true;
  context.sourcesMostlyNew.set(known, answer);
  return answer;
}
