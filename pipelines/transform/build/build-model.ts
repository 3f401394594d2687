import { createHash } from 'node:crypto';
import { SourceMissingError } from '../errors.ts';
import { quote, type Relation } from '../jinja/relation.ts';
import type { ModelNode } from '../project/manifest.ts';
import type { BuildContext, Built } from './build-context.ts';
import { columnList, columnsOf, findRelation, sameColumns, viewDefinition } from './catalog.ts';
import { runProjectSql } from './run-sql.ts';

type Started = (mode: Built['mode']) => Promise<void>;

/** Builds one model inside the build's transaction; `onStart` hears the mode before the work begins. */
export async function buildModel(context: BuildContext, model: ModelNode, onStart: Started): Promise<Built> {
  await requireSources(context, model);
  await context.requireParents(model);
  await runHooks(context, model, model.config.pre_hook, model.relation);
  const built = await materialize(context, model, onStart);
  context.built.set(model.name, built);
  await runHooks(context, model, model.config.post_hook, built.relation);
  return built;
}

async function materialize(context: BuildContext, model: ModelNode, onStart: Started): Promise<Built> {
  if (model.config.materialized === 'view') {
    await onStart('view');
    return { model, mode: 'view', rows: null, relation: await buildView(context, model) };
  }
  if (model.config.materialized === 'incremental' && (await canContinue(context, model))) {
    await onStart('incremental');
    const rows = await replaceChangedKeys(context, model);
    if (rows !== undefined) return { model, mode: 'incremental', rows, relation: model.relation };
    context.columnsChanged.add(model.name);
  }
  await onStart('full');
  const rows = await buildTable(context, model);
  return { model, mode: 'full', rows, relation: context.aside(model) };
}

/** Rows of the last build may be kept when they came from the same SQL and settings, in this cluster, over unchanged columns. */
async function canContinue(context: BuildContext, model: ModelNode): Promise<boolean> {
  const state = context.states.get(model.name);
  if (state === undefined || model.config.full_refresh === true) return false;
  if (context.isFull && model.config.full_refresh !== false) return false;
  if (state.fingerprint !== context.fingerprints.get(model.name)) return false;
  if (state.systemIdentifier !== context.watermark.systemIdentifier) return false;
  if (hasChangedAncestor(context, model)) return false;
  return (await findRelation(context.client, model.relation))?.kind === 'r';
}

function hasChangedAncestor(context: BuildContext, model: ModelNode): boolean {
  return model.refs.some(
    (ref) => context.columnsChanged.has(ref) || hasChangedAncestor(context, context.model(ref)),
  );
}

async function buildTable(context: BuildContext, model: ModelNode): Promise<number> {
  const { client, compiler } = context;
  const table = context.aside(model);
  const sql = compiler.model(model, { relationOf: context.relationOf });
  // Whole tables are joined here, and the planner takes a CTE for a handful of rows: it then loops over 10^5 rows for each of 10^5
  // (seen: 109 s where a hash join took 2). Small increments keep their loops, which is what makes them cheap.
  await client.query('set local enable_nestloop = off');
  const { rowCount } = await runProjectSql(client, subject(model), sql, `create table ${String(table)} as\n`);
  await client.query('set local enable_nestloop = on');
  for (const index of model.config.indexes) {
    const columns = index.columns.map(quote).join(', ');
    const name = indexName(model.relation.identifier, index);
    await runProjectSql(
      client,
      { what: `Index (${index.columns.join(', ')}) of model "${model.name}"`, file: model.file },
      `create ${index.unique ? 'unique ' : ''}index ${quote(name)} on ${String(table)} using ${index.type} (${columns})`,
    );
  }
  await client.query(`analyze ${String(table)}`);
  await noteColumns(context, model, table);
  return rowCount ?? 0;
}

/**
 * Delete and insert by unique_key, in the published table: readers keep the old rows until the commit.
 *
 * @returns rows written, or undefined when the query's columns are not the table's any more.
 */
async function replaceChangedKeys(context: BuildContext, model: ModelNode): Promise<number | undefined> {
  const { client, compiler } = context;
  const sql = compiler.model(model, {
    relationOf: context.relationOf,
    isIncremental: true,
    builtThrough: context.states.get(model.name)?.through ?? '0',
  });
  const changed = quote(`${model.name.slice(0, 50)}__changed`);
  const target = String(model.relation);
  await runProjectSql(client, subject(model), sql, `create temporary table ${changed} on commit drop as\n`);
  await client.query(`analyze ${changed}`);
  const columns = await columnsOf(client, model.relation);
  const changedColumns = (
    await client.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
       where attrelid = $1::regclass and attnum > 0 order by attnum`,
      [`pg_temp.${changed}`],
    )
  ).rows;
  if (!sameColumns(columns, changedColumns)) {
    await client.query(`drop table ${changed}`);
    return undefined;
  }
  const key = (model.config.unique_key ?? []).map(quote).join(', ');
  await runProjectSql(
    client,
    { what: `unique_key of model "${model.name}"`, file: model.file },
    `delete from ${target} where (${key}) in (select ${key} from ${changed})`,
  );
  const list = columnList(changedColumns);
  const { rowCount } = await runProjectSql(
    client,
    subject(model),
    `insert into ${target} (${list}) select ${list} from ${changed}`,
  );
  await client.query(`drop table ${changed}`);
  if (await isWorthAnalyzing(client, target, rowCount ?? 0)) await client.query(`analyze ${target}`);
  return rowCount ?? 0;
}

/** A fiftieth of a table changes no plan, and looking at ten million rows again is a second; autovacuum sums up the small ones. */
async function isWorthAnalyzing(
  client: BuildContext['client'],
  table: string,
  changed: number,
): Promise<boolean> {
  if (changed === 0) return false;
  const { rows } = await client.query<{ rows: number }>(
    'select reltuples::float8 as rows from pg_class where oid = $1::regclass',
    [table],
  );
  return changed * 50 >= (rows[0]?.rows ?? 0);
}

/** A view that comes out the same as the published one is left alone: replacing it would make its readers wait. */
export async function buildView(context: BuildContext, model: ModelNode): Promise<Relation> {
  const { client, compiler } = context;
  const view = context.aside(model);
  const sql = compiler.model(model, { relationOf: context.relationOf });
  await runProjectSql(client, subject(model), sql, `create view ${String(view)} as\n`);
  const published = await findRelation(client, model.relation);
  if (published?.kind === 'v') {
    const same =
      (await viewDefinition(client, view)) === (await viewDefinition(client, model.relation)) &&
      JSON.stringify(await columnsOf(client, view)) ===
        JSON.stringify(await columnsOf(client, model.relation));
    if (same) {
      await client.query(`drop view ${String(view)}`);
      return model.relation;
    }
  }
  await noteColumns(context, model, view);
  return view;
}

async function noteColumns(context: BuildContext, model: ModelNode, built: Relation): Promise<void> {
  const published = await findRelation(context.client, model.relation);
  if (published === undefined) return;
  const [before, now] = [
    await columnsOf(context.client, model.relation),
    await columnsOf(context.client, built),
  ];
  if (!sameColumns(before, now)) context.columnsChanged.add(model.name);
}

async function requireSources(context: BuildContext, model: ModelNode): Promise<void> {
  for (const key of model.sources) {
    const source = context.manifest.sources.get(key);
    if (source === undefined) continue;
    if ((await findRelation(context.client, source.relation)) === undefined) {
      throw new SourceMissingError(model.name, model.file, String(source.relation));
    }
  }
}

async function runHooks(
  context: BuildContext,
  model: ModelNode,
  hooks: readonly string[],
  self: Relation,
): Promise<void> {
  for (const hook of hooks) {
    const sql = context.compiler.hook(model, hook, { relationOf: context.relationOf, self });
    if (sql === '') continue;
    await runProjectSql(context.client, { what: `Hook of model "${model.name}"`, file: model.file }, sql);
  }
}

/** Names must not collide inside the schema the tables are built in, so the table's name is part of it. */
function indexName(table: string, index: ModelNode['config']['indexes'][number]): string {
  const kind = index.type === 'btree' ? '' : `_${index.type}`;
  const name = `${table}_${index.columns.join('_')}${kind}${index.unique ? '_key' : '_idx'}`;
  if (name.length <= 63) return name;
  const hash = createHash('md5').update(`${name} ${index.type}`).digest('hex').slice(0, 8);
  return `${name.slice(0, 54)}_${hash}`;
}

const subject = (model: ModelNode): { what: string; file: string } => ({
  what: `Model "${model.name}"`,
  file: model.file,
});
