import type { ClientBase } from 'pg';
import { lower } from './watermark.ts';
import type { BuildContext } from './build-context.ts';

/** What the last build that published a model left behind (ops.model_states). */
export interface ModelState {
  readonly model: string;
  readonly schema: string;
  readonly relation: string;
  readonly materialized: string;
  readonly fingerprint: string;
  readonly through: string;
  readonly systemIdentifier: string;
}

export async function readModelStates(client: ClientBase, project: string): Promise<Map<string, ModelState>> {
  const { rows } = await client.query<ModelState>(
    `select model, schema_name as schema, relation_name as relation, materialized, fingerprint,
       built_through::text as through, system_identifier::text as "systemIdentifier"
     from ops.model_states where project = $1`,
    [project],
  );
  return new Map(rows.map((row) => [row.model, row]));
}

/** In the build's own transaction: the states become true at the same instant as the tables. */
export async function writeModelStates(context: BuildContext): Promise<void> {
  const states = [...context.built.values()].map(({ model }) => ({
    model: model.name,
    schema_name: model.relation.schema,
    relation_name: model.relation.identifier,
    materialized: model.config.materialized,
    fingerprint: context.fingerprints.get(model.name),
    built_through: seenThrough(context, model.name),
  }));
  await context.client.query(
    `insert into ops.model_states (project, model, schema_name, relation_name, materialized, fingerprint, built_through,
       system_identifier, build_id, built_at)
     select $1, model, schema_name, relation_name, materialized, fingerprint, built_through::xid8, $3, $4, clock_timestamp()
     from jsonb_to_recordset($2::jsonb) as r(model text, schema_name text, relation_name text, materialized text,
       fingerprint text, built_through text)
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
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const { key, relation } of sources.values()) {
    if (relation.schema !== 'conf') continue;
    const found = await client.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
      String(relation),
    ]);
    if (found.rows[0]?.found !== true) continue;
    const { rows } = await client.query<{ hash: string }>(
      `select md5(coalesce(string_agg(row_text, E'\\n' order by row_text collate "C"), '')) as hash
       from (select t::text as row_text from ${String(relation)} as t) as content`,
    );
    hashes.set(key, rows[0]?.hash ?? '');
  }
  return hashes;
}
