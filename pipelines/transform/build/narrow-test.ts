import { Relation } from '../jinja/relation.ts';
import type { DataTest } from '../project/manifest.ts';
import type { BuildContext, Built } from './build-context.ts';
import { promiseOf } from '../project/view-promise.ts';
import type { ViewChanges } from './view-changes.ts';

/** Tests that say something of each row by itself. */
const OF_A_ROW = new Set(['not_null', 'accepted_values', 'expression_is_true']);

/**
 * The SQL of a test over what this build has changed, when that is as strong as all rows: the same test passed on the rows as they were
 * (else there are no `changes`), and every row that could fail it now is looked at. `undefined`: it has to look at everything; `null`: it
 * cannot fail (a unique index says the same).
 */
export async function narrowedSql(
  context: BuildContext,
  test: DataTest,
  changes: ViewChanges | undefined,
): Promise<string | null | undefined> {
  const { generic, model } = test;
  if (test.renderChanged !== undefined && changes !== undefined) return overChangedRows(context, test);
  const built = model === undefined ? undefined : context.built.get(model);
  if (generic === undefined || built === undefined || generic.hasWhere) return undefined;
  if (generic.macro === 'unique' && isIndexedUnique(context, built, generic.column)) return null;
  if (changes === undefined || test.sources.length > 0) return undefined;
  const scope = await scopeOf(context, built, test, changes);
  const changedRows = scope === 'everything' ? 'unknown' : await changes.of(built.model.name);
  if (scope === 'everything' || changedRows === 'unknown') return undefined;
  const all = `select * from ${String(built.relation)}`;
  const over = (relation: Relation): string =>
    context.compiler.test(test, (name) => (name === model ? relation : context.relationOf(name)));
  if ('mayBeGone' in scope) {
    const named = scope.mayBeGone.map(
      ({ rows, field }) => `${all} where ${generic.column} in (select ${field} from ${String(rows)})`,
    );
    const changed = changedRows === 'none' ? [] : [`select * from ${String(changedRows)}`];
    const parts = [...changed, ...named];
    return parts.length === 0 ? null : over(new Query(`(${parts.join('\nunion all\n')})`));
  }
  if (changedRows === 'none') return null;
  if (!('key' in scope)) return over(changedRows);
  const { key, hasNulls } = scope;
  // Two branches, for `or` would read the whole table.
  const nulls = hasNulls ? ` union all ${all} where ${key} is null` : '';
  return over(new Query(`(${all} where ${key} in (select ${key} from ${String(changedRows)})${nulls})`));
}

type Scope =
  | 'everything'
  /** The changed rows. */
  | Readonly<Record<string, never>>
  /** All that share the key with one. */
  | { readonly key: string; readonly hasNulls: boolean }
  /** The changed rows, and those that name what stands in a field of other rows. */
  | { readonly mayBeGone: readonly Gone[] };

interface Gone {
  readonly rows: Relation;
  readonly field: string;
}

/** What of a model a test has to see to be sure that nothing new fails it. */
async function scopeOf(
  context: BuildContext,
  { model }: Built,
  { generic, refs }: DataTest,
  changes: ViewChanges,
): Promise<Scope> {
  if (generic === undefined) return 'everything';
  const said = JSON.stringify([generic.column, generic.args]);
  const moving = promiseOf(model)?.moving ?? [];
  // What may move without its row, or an expression with a query of its own, may be anywhere.
  if (moving.some((column) => new RegExp(`\\b${column}\\b`, 'i').test(said)) || /\bselect\b/i.test(said))
    return 'everything';
  const others = refs.filter((ref) => ref !== model.name);
  if (generic.macro === 'relationships') {
    const [field, [other]] = [generic.args['field'], others];
    if (others.length !== 1 || other === undefined || typeof field !== 'string') return 'everything';
    const mayBeGone = await goneFrom(context, other, field, changes);
    return mayBeGone === 'unknown' ? 'everything' : { mayBeGone };
  }
  if (others.length > 0) return 'everything';
  if (OF_A_ROW.has(generic.macro)) return {};
  if (generic.macro === 'unique' && generic.column !== undefined)
    return { key: generic.column, hasNulls: false };
  const combination = generic.args['combination_of_columns'];
  // One of the columns is enough to find too many rows rather than too few; two nulls are the same there.
  return generic.macro === 'unique_combination_of_columns' && Array.isArray(combination)
    ? { key: String(combination[0]), hasNulls: true }
    : 'everything';
}

/** A test of its own file that says how: every stored model it reads is as it was, or has its changed rows at hand. */
function overChangedRows(context: BuildContext, test: DataTest): string | undefined {
  const changedRows: Record<string, string> = {};
  for (const ref of test.refs) {
    const built = context.built.get(ref);
    if (built === undefined || (built.mode === 'incremental' && built.rows === 0)) continue;
    if (built.changedRows === undefined) return undefined;
    changedRows[ref] = String(built.changedRows);
  }
  return Object.keys(changedRows).length === 0 || test.sources.length > 0
    ? undefined
    : context.compiler.test(test, context.relationOf, changedRows);
}

function isIndexedUnique(context: BuildContext, built: Built, column: string | undefined): boolean {
  if (column === undefined || built.model.config.materialized === 'view') return false;
  // A table built now has the indexes of its settings; one that was kept or continued, those it has.
  if (context.isAside(built)) {
    return built.model.config.indexes.some(
      ({ unique, columns }) => unique && columns.length === 1 && columns[0] === column,
    );
  }
  const found = context.published.find(built.model.relation);
  return found?.uniqueColumns.some((columns) => columns.length === 1 && columns[0] === column) ?? false;
}

/**
 * Where values of `field` stand that may have gone from a model: nowhere when nothing changed, or rows were only replaced by others with the
 * same key; of a view over such models, in their changed rows, which it may leave out now.
 */
async function goneFrom(
  context: BuildContext,
  name: string,
  field: string,
  changes: ViewChanges,
): Promise<readonly Gone[] | 'unknown'> {
  const built = context.built.get(name);
  const model = context.model(name);
  const { materialized, unique_key } = model.config;
  if (materialized === 'ephemeral') return 'unknown';
  if (materialized !== 'view') {
    const isAsItWas = built === undefined || (built.mode === 'incremental' && built.rows === 0);
    const keepsKeys = built?.mode === 'incremental' && unique_key?.length === 1 && unique_key[0] === field;
    return isAsItWas || keepsKeys ? [] : 'unknown';
  }
  const rows = await changes.of(name);
  if (rows === 'none') return [];
  const gone: Gone[] = [];
  for (const part of rows === 'unknown' ? [] : (promiseOf(model)?.rows_of ?? [])) {
    const isKeyed = model.refs.includes(part) && context.model(part).config.unique_key?.join() === field;
    const below = isKeyed ? await changes.of(part) : 'unknown';
    if (below === 'unknown') return 'unknown';
    if (below !== 'none') gone.push({ rows: below, field });
  }
  return rows === 'unknown' ? 'unknown' : gone;
}

/** A query in the place of a relation, as dbt's `where` puts one. */
class Query extends Relation {
  readonly #sql: string;

  constructor(sql: string) {
    super('', 'dbt_subquery');
    this.#sql = sql;
  }

  override toString(): string {
    return `${this.#sql} dbt_subquery`;
  }
}
