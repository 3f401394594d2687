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
  return changed >= FEWEST && (await isShorterThan(context, String(model.relation), changed / SHARE));
}

async function isSourceMostlyNew(context: BuildContext, key: string, through: string): Promise<boolean> {
  if (!context.changes.isStamped(key) || !context.changes.source(key, through)) return false;
  const relation = String(context.manifest.sources.get(key)?.relation);
  const known = `${key} ${through}`;
  const found = context.sourcesMostlyNew.get(known);
  if (found !== undefined) return found;
  const { rows } = await context.client.query<{ changed: number }>(
    `select count(*)::float8 as changed from ${relation} where loaded_xid >= $1::xid8`,
    [through],
  );
  const changed = rows[0]?.changed ?? 0;
  const answer = changed >= FEWEST && (await isShorterThan(context, relation, changed / SHARE));
  context.sourcesMostlyNew.set(known, answer);
  return answer;
}

/** Counted, and no further than the answer needs: Postgres's own estimate may be that of a table just begun. */
async function isShorterThan({ client }: BuildContext, relation: string, rows: number): Promise<boolean> {
  const { rows: counted } = await client.query<{ rows: number }>(
    `select count(*)::float8 as rows from (select from ${relation} limit ceil($1::float8)::int8) as first`,
    [rows],
  );
  return counted[0]!.rows < rows;
}
