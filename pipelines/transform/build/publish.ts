import { setTimeout as sleep } from 'node:timers/promises';
import { DependentsError, PublishBlockedError } from '../errors.ts';
import { quote } from '../jinja/relation.ts';
import { hasOlderSnapshots, lockHolders } from './blockers.ts';
import { ASIDE_SCHEMA, type BuildContext, type Built } from './build-context.ts';
import { buildView } from './build-model.ts';
import { columnList, columnsOf, sameColumns } from './catalog.ts';
import { writeComments } from './comments.ts';
import { foreignDependents } from './dependents.ts';
import { ensureSchemas, grantStatements, readerExists } from './grants.ts';
import { dropStatements, findOrphans, type Orphan } from './orphans.ts';
import type { PublishedRelation } from './published.ts';

export interface PublishOptions {
  /** How long to try the swap before tables that readers hold are replaced row by row. */
  readonly swapPatienceMs: number;
  /** How long to go on when that is not possible either. */
  readonly publishTimeoutMs: number;
  readonly onNotice: (message: string) => void;
}

// One wait for a lock, and all of a swap up to its commit, stay below Postgres' deadlock_timeout (1 s): a reader that
// waits for us while we wait for it must see us give up before Postgres ends one of the two.
const LOCK_WAIT_MS = 250;
const SWAP_BUDGET_MS = 600;

/**
 * Moves what was built aside to where readers look, as the last thing before the commit.
 *
 * The usual way is a swap: drop the old, move the new, all in an instant. It needs a moment without readers on the old
 * table and changes the table's identity. Where that cannot be had (a reader holds its lock for long, a transaction has an
 * older snapshot and would find the new table empty, a view outside the project is bound to the table) and the columns
 * are the same, the rows are replaced in place instead: slower, but it neither waits for readers nor hinders them.
 */
export async function publish(context: BuildContext, options: PublishOptions): Promise<void> {
  const { client } = context;
  const schemas = new Set([...context.built.values()].map(({ model }) => model.relation.schema));
  await ensureSchemas(client, schemas);

  const orphans = await findOrphans(context);
  const bound = await boundFromOutside(context, orphans);
  if (await hasOlderSnapshots(client)) {
    for (const built of asideTables(context)) if (await canReplaceRows(context, built)) bound.add(built);
  }
  await replaceRows(context, bound);
  await grantAside(context);
  for (const built of asideBuilt(context)) await writeComments(client, built.model, built.relation);

  const started = performance.now();
  for (let attempt = 0; !(await trySwap(context, orphans)); attempt++) {
    const waited = performance.now() - started;
    if (attempt === 0) options.onNotice('waiting for readers to let go of the tables to replace');
    if (waited >= options.swapPatienceMs) await yieldToReaders(context, options, waited);
    // Uneven, so as not to run in step with a reader that polls.
    await sleep(100 + Math.random() * 400);
  }
}

async function grantAside(context: BuildContext): Promise<void> {
  const items = asideBuilt(context);
  if (items.length === 0) return;
  const hasReader = await readerExists(context.client);
  const statements = items.flatMap(({ model, relation }) =>
    grantStatements(context, model, relation, hasReader),
  );
  if (statements.length > 0) await context.client.query(statements.join(';\n'));
}

const asideBuilt = (context: BuildContext): Built[] =>
  [...context.built.values()].filter((built) => context.isAside(built));
const asideTables = (context: BuildContext): Built[] =>
  asideBuilt(context).filter(({ model }) => model.config.materialized !== 'view');

/** @returns false when readers hold a lock; everything is then as before the attempt. */
async function trySwap(context: BuildContext, orphans: readonly Orphan[]): Promise<boolean> {
  const { client } = context;
  const items = asideBuilt(context);
  const started = performance.now();
  const run = async (sql: string): Promise<void> => {
    if (performance.now() - started > SWAP_BUDGET_MS)
      throw Object.assign(new Error('swap budget'), { code: '55P03' });
    await client.query(sql);
  };
  await client.query(`savepoint swap; set local lock_timeout = ${LOCK_WAIT_MS}`);
  try {
    for (const sql of dropStatements(orphans)) await run(sql);
    for (const { model } of [...items].reverse()) {
      const published = context.published.find(model.relation);
      if (published) await run(`drop ${kindOf(published)} ${String(model.relation)}`);
    }
    // Nobody else knows these: none of them has to wait.
    const moves = items.flatMap(({ model, relation }) => {
      const { schema, identifier } = model.relation;
      const kind = model.config.materialized === 'view' ? 'view' : 'table';
      const move = `alter ${kind} ${String(relation)} set schema ${quote(schema)}`;
      if (identifier === relation.identifier) return [move];
      return [
        move,
        `alter table ${quote(schema)}.${quote(relation.identifier)} rename to ${quote(identifier)}`,
      ];
    });
    if (moves.length > 0) await run(moves.join(';\n'));
    await client.query(`set local lock_timeout = 0; release savepoint swap; drop schema ${ASIDE_SCHEMA}`);
  } catch (error) {
    const { code, detail } = error as { code?: string; detail?: string };
    if (code === '2BP01') throw new DependentsError('a model', [detail ?? 'unknown']);
    if (code !== '55P03' && code !== '40P01') throw error;
    await client.query('rollback to savepoint swap; release savepoint swap');
    return false;
  }
  for (const built of items) built.relation = built.model.relation;
  return true;
}

/** Readers did not let go in time: tables they hold are replaced row by row, so that only changed columns still need the swap. */
async function yieldToReaders(context: BuildContext, options: PublishOptions, waited: number): Promise<void> {
  const { client } = context;
  const oids = new Map<number, Built>();
  for (const built of asideBuilt(context)) {
    const published = context.published.find(built.model.relation);
    if (published) oids.set(published.oid, built);
  }
  const holders = await lockHolders(client, [...oids.keys()]);
  const held = new Set<Built>();
  for (const { oid } of holders) {
    const built = oids.get(oid);
    if (built && built.model.config.materialized !== 'view' && (await canReplaceRows(context, built)))
      held.add(built);
  }
  if (held.size > 0) {
    options.onNotice(
      `replacing rows in place, readers hold: ${[...held].map(({ model }) => model.name).join(', ')}`,
    );
    await replaceRows(context, held);
    await grantAside(context);
  } else if (waited >= options.publishTimeoutMs) {
    const names = [...new Set(holders.map(({ relation }) => relation))];
    throw new PublishBlockedError(names, holders, waited);
  }
}

async function canReplaceRows(context: BuildContext, { model, relation }: Built): Promise<boolean> {
  const published = context.published.find(model.relation);
  if (published?.kind !== 'r') return false;
  return sameColumns(published.columns, await columnsOf(context.client, relation));
}

/** Tables that something outside the project is bound to: dropping them would break it. */
async function boundFromOutside(context: BuildContext, orphans: readonly Orphan[]): Promise<Set<Built>> {
  const { client } = context;
  const known = new Set<number>(orphans.map(({ oid }) => oid));
  for (const model of context.manifest.models.values()) {
    const published = context.published.find(model.relation);
    if (published) known.add(published.oid);
  }
  const bound = new Set<Built>();
  const replaced = new Map<Built, number>();
  for (const built of asideBuilt(context)) {
    const published = context.published.find(built.model.relation);
    if (published) replaced.set(built, published.oid);
  }
  const dependents = await foreignDependents(client, [...replaced.values()], known);
  for (const [built, oid] of replaced) {
    const outside = dependents.get(oid);
    if (outside === undefined) continue;
    const isTable = built.model.config.materialized !== 'view';
    if (!isTable || !(await canReplaceRows(context, built))) {
      // A view that only has to be bound to a new table keeps its definition once that table stays what it is.
      if (!isTable && !context.columnsChanged.has(built.model.name)) {
        for (const table of tablesUnder(context, built))
          if (await canReplaceRows(context, table)) bound.add(table);
        continue;
      }
      throw new DependentsError(String(built.model.relation), outside);
    }
    bound.add(built);
  }
  return bound;
}

function tablesUnder(context: BuildContext, view: Built): Built[] {
  return view.model.refs.flatMap((ref) => {
    const parent = context.built.get(ref);
    if (parent === undefined || !context.isAside(parent)) return [];
    return parent.model.config.materialized === 'view' ? tablesUnder(context, parent) : [parent];
  });
}

/** Replaces all rows of the published tables by those built aside, then binds the views made aside to the published tables. */
async function replaceRows(context: BuildContext, tables: ReadonlySet<Built>): Promise<void> {
  if (tables.size === 0) return;
  const { client } = context;
  const views = asideBuilt(context).filter(({ model }) => model.config.materialized === 'view');
  for (const { relation } of [...views].reverse()) await client.query(`drop view ${String(relation)}`);
  for (const built of tables) {
    const columns = columnList(await columnsOf(client, built.relation));
    const target = String(built.model.relation);
    await client.query(`delete from ${target}`);
    await client.query(`insert into ${target} (${columns}) select ${columns} from ${String(built.relation)}`);
    await client.query(`drop table ${String(built.relation)}`);
    await client.query(`analyze ${target}`);
    built.relation = built.model.relation;
  }
  for (const view of views) view.relation = await buildView(context, view.model);
}

function kindOf({ kind }: Pick<PublishedRelation, 'kind'>): string {
  return kind === 'v'
    ? 'view'
    : kind === 'm'
      ? 'materialized view'
      : kind === 'f'
        ? 'foreign table'
        : 'table';
}
