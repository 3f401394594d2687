import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { ModelNode } from '../project/manifest.ts';
import { lower } from './watermark.ts';
import type { BuildContext } from './build-context.ts';
import type { Published } from './published.ts';

/** What the last build that published a model left behind (ops.model_states). */
export interface ModelState {
  readonly model: string;
  readonly schema: string;
  readonly relation: string;
  readonly materialized: string;
  readonly fingerprint: string;
  readonly through: string;
  readonly systemIdentifier: string;
  /** Extra settings of the published relation, see `settingsHash`. */
  readonly settings: string;
  readonly buildId: string;
  /** Whether its rows were made within this quarter of an hour: in every zone the day begins on one. */
  readonly isOfThisQuarter: boolean;
}

/** What a kept relation must have the same besides its fingerprint; stored behind it, for it must not refresh anything in full. */
export function settingsHash(
  model: ModelNode,
  context: Pick<BuildContext, 'manifest' | 'published'>,
): string {
  const { grants, persist_docs } = model.config;
  // A `*` is fixed when a view or a table is made.
  const columns = model.sources.map((key) => {
    const source = context.manifest.sources.get(key);
    return source && context.published.find(source.relation)?.columns;
  });
  const docs = persist_docs === undefined ? null : [persist_docs, model.description, model.columns];
  return createHash('md5')
    .update(JSON.stringify([columns, grants, docs]))
    .digest('hex');
}

export async function readModelStates(client: ClientBase, project: string): Promise<Map<string, ModelState>> {
  const { rows } = await client.query<ModelState>(
    `select model, schema_name as schema, relation_name as relation, materialized,
       split_part(fingerprint, '/', 1) as fingerprint, split_part(fingerprint, '/', 2) as settings,
       built_through::text as through, system_identifier::text as "systemIdentifier", build_id::text as "buildId",
       date_bin('15 min', built_at, 'epoch') = date_bin('15 min', now(), 'epoch') as "isOfThisQuarter"
     from ops.model_states where project = $1`,
    [project],
  );
  return new Map(rows.map((row) => [row.model, row]));
}

/** In the build's own transaction: the states become true at the same instant as the tables. */
export async function writeModelStates(context: BuildContext): Promise<void> {
  const states = [...context.built.values()].map(({ model, isKept }) => ({
    model: model.name,
    schema_name: model.relation.schema,
    relation_name: model.relation.identifier,
    materialized: model.config.materialized,
    fingerprint: `${context.fingerprints.get(model.name)}/${settingsHash(model, context)}`,
    is_kept: isKept === true,
    built_through: seenThrough(context, model.name),
  }));
  await context.client.query(
    `insert into ops.model_states (project, model, schema_name, relation_name, materialized, fingerprint, built_through,
       system_identifier, build_id, built_at)
     select $1, model, schema_name, relation_name, materialized, fingerprint, built_through::xid8, $3, $4, now()
     from jsonb_to_recordset($2::jsonb) as r(model text, schema_name text, relation_name text, materialized text,
       fingerprint text, built_through text, is_kept boolean)
     where not is_kept
     on conflict (project, model) do update set
       (schema_name, relation_name, materialized, fingerprint, built_through, system_identifier, build_id, built_at)
       = (excluded.schema_name, excluded.relation_name, excluded.materialized, excluded.fingerprint, excluded.built_through,
          excluded.system_identifier, excluded.build_id, excluded.built_at)`,
    [
      context.manifest.projectName,
      JSON.stringify(states),
      context.watermark.systemIdentifier,
      context.journal.buildId,
    ],
  );
  // What was kept knows everything up to now, too; its rows are as old as they were.
  await context.client.query(
    `update ops.model_states as kept set built_through = r.built_through::xid8, build_id = $3
     from jsonb_to_recordset($2::jsonb) as r(model text, built_through text, is_kept boolean)
     where kept.project = $1 and kept.model = r.model and r.is_kept`,
    [context.manifest.projectName, JSON.stringify(states), context.journal.buildId],
  );
}

/**
 * Up to where a model has seen everything: this build's watermark, but never further than the stored tables it read. With
 * `--select` a parent may be older than this build; its child must then look at the same rows again once the parent is
 * rebuilt.
 */
function seenThrough(context: BuildContext, name: string): string {
  const memo = new Map<string, string>();
  const visit = (model: string): string => {
    const known = memo.get(model);
    if (known !== undefined) return known;
    const node = context.model(model);
    const isStored = node.config.materialized === 'table' || node.config.materialized === 'incremental';
    const stored = context.states.get(model);
    const through =
      isStored && !context.built.has(model)
        ? stored?.systemIdentifier === context.watermark.systemIdentifier
          ? stored.through
          : '0'
        : node.refs.map(visit).reduce(lower, context.watermark.through);
    memo.set(model, through);
    return through;
  };
  return visit(name);
}

/** Hash of each `conf` table's rows: a changed configuration refreshes the models that read it in full. */
export async function configurationHashes(
  client: ClientBase,
  sources: BuildContext['manifest']['sources'],
  published: Published,
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  const tables = [...sources.values()].filter(
    ({ relation }) => relation.schema === 'conf' && published.find(relation) !== undefined,
  );
  if (tables.length === 0) return hashes;
  const { rows } = await client.query<{ hashes: string[] }>(
    `select array[${tables
      .map(
        ({ relation }) =>
          `(select md5(coalesce(string_agg(row_text, E'\\n' order by row_text collate "C"), ''))
            from (select t::text as row_text from ${String(relation)} as t) as content)`,
      )
      .join(',\n')}] as hashes`,
  );
  for (const [index, { key }] of tables.entries()) hashes.set(key, rows[0]?.hashes[index] ?? '');
  return hashes;
}
