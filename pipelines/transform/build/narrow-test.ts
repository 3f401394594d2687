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
  const scope = scopeOf(context, built, test);
  const changedRows = scope === 'everything' ? 'unknown' : await changes.of(built.model.name);
  if (scope === 'everything' || changedRows === 'unknown') return undefined;
  if (changedRows === 'none') return null;
  const over = (relation: Relation): string =>
    context.compiler.test(test, (name) => (name === model ? relation : context.relationOf(name)));
  if (scope === 'rows') return over(changedRows);
  const { key, hasNulls } = scope;
  const isNull = hasNulls ? `${key} is null or ` : '';
  return over(
    new Query(
      `(select * from ${String(built.relation)} where ${isNull}${key} in (select ${key} from ${String(changedRows)}))`,
    ),
  );
}

/** What of a model a test has to see to be sure that nothing new fails it: the changed rows, all that share `key` with one, or everything. */
function scopeOf(
  context: BuildContext,
  { model }: Built,
  { generic, refs }: DataTest,
): 'rows' | { readonly key: string; readonly hasNulls: boolean } | 'everything' {
  if (generic === undefined) return 'everything';
  const said = JSON.stringify([generic.column, generic.args]);
  const moving = promiseOf(model)?.moving ?? [];
  // What may move without its row, or an expression with a query of its own, may be anywhere.
  if (moving.some((column) => new RegExp(`\\b${column}\\b`, 'i').test(said)) || /\bselect\b/i.test(said))
    return 'everything';
  const others = refs.filter((ref) => ref !== model.name);
  if (generic.macro === 'relationships')
    return others.every((ref) => neverLoses(context, ref, generic.args['field'])) ? 'rows' : 'everything';
  if (others.length > 0) return 'everything';
  if (OF_A_ROW.has(generic.macro)) return 'rows';
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

/** Whether no value of `field` can have gone from the model: nothing changed, or rows were only replaced by others with the same key. */
function neverLoses(context: BuildContext, name: string, field: unknown): boolean {
  const built = context.built.get(name);
  const { materialized, unique_key } = context.model(name).config;
  if (materialized === 'view' || materialized === 'ephemeral') return false;
  if (built === undefined || (built.mode === 'incremental' && built.rows === 0)) return true;
  return built.mode === 'incremental' && unique_key?.length === 1 && unique_key[0] === field;
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
