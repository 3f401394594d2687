import { createHash } from 'node:crypto';
import { dissolveCtes } from '../compile/dissolve-ctes.ts';
import { SourceMissingError } from '../errors.ts';
import { Relation, quote } from '../jinja/relation.ts';
import { bookkeepingOf } from '../project/bookkeeping.ts';
import type { ModelNode } from '../project/manifest.ts';
import type { BuildContext, Built } from './build-context.ts';
import { columnList, columnsOf, sameColumns, viewDefinition, type Column } from './catalog.ts';
import { canBeKept, isSameTable } from './keep.ts';
import { isMostlyNew, isMostlyReplaced } from './mostly-new.ts';
import { runProjectSql } from './run-sql.ts';

type Started = (mode: Built['mode']) => void;

/** Builds one model inside the build's transaction; `onStart` hears the mode before the work begins. */
export async function buildModel(context: BuildContext, model: ModelNode, onStart: Started): Promise<Built> {
  requireSources(context, model);
  context.requireParents(model);
  if (canBeKept(context, model)) {
    const isView = model.config.materialized === 'view';
    const kept = { mode: isView ? 'view' : 'incremental', rows: isView ? null : 0, isKept: true } as const;
    const built: Built = { model, ...kept, relation: model.relation };
    context.built.set(model.name, built);
    if (!isView) context.changes.model(model.name, false);
    return built;
  }
  await runHooks(context, model, model.config.pre_hook, model.relation);
  const built = await materialize(context, model, onStart);
  context.built.set(model.name, built);
  const isSame = built.mode === 'incremental' && built.rows === 0;
  if (built.mode !== 'view') context.changes.model(model.name, !isSame);
  await runHooks(context, model, model.config.post_hook, built.relation);
  return built;
}

async function materialize(context: BuildContext, model: ModelNode, onStart: Started): Promise<Built> {
  if (model.config.materialized === 'view') {
    onStart('view');
    return { model, mode: 'view', rows: null, relation: await buildView(context, model) };
  }
  if (model.config.materialized === 'incremental' && canContinue(context, model)) {
    if (await isWorthContinuing(context, model)) {
      onStart('incremental');
      const done = await replaceChangedKeys(context, model);
      if (done !== undefined) {
        if (await isMostlyReplaced(context, model, done.rows ?? 0)) context.mostlyNew.add(model.name);
        return { model, mode: 'incremental', relation: model.relation, ...done };
      }
      context.columnsChanged.add(model.name);
    } else context.mostlyNew.add(model.name);
  }
  onStart('full');
  const rows = await buildTable(context, model);
  if (rows === undefined) return { model, mode: 'incremental', rows: 0, relation: model.relation };
  return { model, mode: 'full', rows, relation: context.aside(model) };
}

/** Rows of the last build may be kept when they came from the same SQL and settings, in this cluster, over unchanged columns. */
function canContinue(context: BuildContext, model: ModelNode): boolean {
  const state = context.states.get(model.name);
  if (state === undefined || model.config.full_refresh === true) return false;
  if (context.isFull && model.config.full_refresh !== false) return false;
  if (state.fingerprint !== context.fingerprints.get(model.name)) return false;
  if (state.systemIdentifier !== context.watermark.systemIdentifier) return false;
  if (context.hasChangedAncestor(model)) return false;
  return context.published.find(model.relation)?.kind === 'r';
}

/** A model that must not be built anew goes on however much has changed. */
async function isWorthContinuing(context: BuildContext, model: ModelNode): Promise<boolean> {
  if (model.config.full_refresh === false) return true;
  return !(await isMostlyNew(context, model, context.states.get(model.name)?.through ?? '0'));
}

/** @returns rows, or undefined when it came out as the published table, which then stays. */
async function buildTable(context: BuildContext, model: ModelNode): Promise<number | undefined> {
  const { client, compiler } = context;
  const table = context.aside(model);
  const sql = compiler.model(model, { relationOf: context.relationOf });
  // Whole tables are joined here, and the planner takes a CTE for a handful of rows: it then loops over 10^5 rows for each of 10^5
  // (seen: 109 s where a hash join took 2). Small increments keep their loops, which is what makes them cheap. Rows that parallel workers
  // hand over are reckoned dearer than they are, and sums of millions of rows are left to one of them.
  await client.query('set local enable_nestloop = off; set local parallel_tuple_cost = 0.02');
  const { rowCount } = await runProjectSql(client, subject(model), sql, `create table ${String(table)} as\n`);
  const rows = rowCount ?? 0;
  await client.query('set local enable_nestloop = on; set local parallel_tuple_cost to default');
  await noteColumns(context, model, table);
  if (!context.columnsChanged.has(model.name) && (await isSameTable(context, model, table, rows))) {
    await client.query(`drop table ${String(table)}`);
    return undefined;
  }
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
  return rows;
}

/**
 * Delete and insert by unique_key, in the published table: readers keep the old rows until the commit. The changed rows stay in a temporary
 * table until then, for the tests.
 *
 * @returns rows written, or undefined when the query's columns are not the table's any more.
 */
async function replaceChangedKeys(
  context: BuildContext,
  model: ModelNode,
): Promise<Pick<Built, 'rows' | 'changedRows'> | undefined> {
  const { client, compiler } = context;
  const sql = compiler.model(model, {
    relationOf: context.relationOf,
    isIncremental: true,
    builtThrough: context.states.get(model.name)?.through ?? '0',
  });
  const changedRows = new Relation('pg_temp', `${model.name.slice(0, 50)}__changed`);
  const changed = quote(changedRows.identifier);
  const target = String(model.relation);
  const { rowCount: found } = await runProjectSql(
    client,
    subject(model),
    sql,
    `create temporary table ${changed} on commit drop as\n`,
  );
  const changedColumns = await columnsOf(client, changedRows);
  if (!sameColumns(publishedColumns(context, model), changedColumns)) {
    await client.query(`drop table ${changed}`);
    return undefined;
  }
  if (found === 0) return { rows: 0 };
  await client.query(`analyze ${changed}`);
  const unchanged = await leaveUnchanged(context, model, changedRows, changedColumns);
  if (unchanged === found) return { rows: 0 };
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
  if (await isWorthAnalyzing(client, target, rowCount ?? 0)) await client.query(`analyze ${target}`);
  return { rows: rowCount ?? 0, changedRows };
}

/**
 * Takes the rows that came out as they are published out of the changed ones, where the model says what does not count (bookkeepingOf):
 * what rests on the model then need not look at them.
 *
 * @returns how many
 */
async function leaveUnchanged(
  { client }: BuildContext,
  model: ModelNode,
  changedRows: Relation,
  columns: readonly Column[],
): Promise<number> {
  const bookkeeping = bookkeepingOf(model);
  if (bookkeeping === undefined) return 0;
  const rowOf = (alias: string): string =>
    columns
      .filter(({ name }) => !bookkeeping.includes(name))
      .map(({ name }) => `${alias}.${quote(name)}`)
      .join(', ');
  const isSameKey = (model.config.unique_key ?? [])
    .map((column) => `published.${quote(column)} = changed.${quote(column)}`)
    .join(' and ');
  const { rowCount } = await client.query(
    `delete from ${quote(changedRows.identifier)} as changed using ${String(model.relation)} as published
     where ${isSameKey} and (${rowOf('changed')}) is not distinct from (${rowOf('published')})`,
  );
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
  const sql = dissolveCtes(compiler.model(model, { relationOf: context.relationOf }));
  await runProjectSql(client, subject(model), sql, `create view ${String(view)} as\n`);
  if (context.published.find(model.relation)?.kind === 'v') {
    const same =
      (await viewDefinition(client, view)) === (await viewDefinition(client, model.relation)) &&
      JSON.stringify(await columnsOf(client, view)) === JSON.stringify(publishedColumns(context, model));
    if (same) {
      await client.query(`drop view ${String(view)}`);
      return model.relation;
    }
  }
  await noteColumns(context, model, view);
  return view;
}

async function noteColumns(context: BuildContext, model: ModelNode, built: Relation): Promise<void> {
  if (context.published.find(model.relation) === undefined) return;
  const now = await columnsOf(context.client, built);
  if (!sameColumns(publishedColumns(context, model), now)) context.columnsChanged.add(model.name);
}

const publishedColumns = (context: BuildContext, model: ModelNode): readonly Column[] =>
  (context.published.find(model.relation)?.columns ?? []).map(({ name, type }) => ({ name, type }));

function requireSources(context: BuildContext, model: ModelNode): void {
  for (const key of model.sources) {
    const source = context.manifest.sources.get(key);
    if (source === undefined) continue;
    if (context.published.find(source.relation) === undefined) {
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
