import { Relation } from '../jinja/relation.ts';
import type { DataTest } from '../project/manifest.ts';
import type { BuildContext, Built } from './build-context.ts';

/** Tests that say something of each row by itself. */
const OF_A_ROW = new Set(['not_null', 'accepted_values', 'expression_is_true']);

/**
 * The SQL of a test over what this build has changed, when that is as strong as all rows: the same test passed on the rows as they were, and
 * every row that could fail it now is looked at. `undefined`: it has to look at everything; `null`: it cannot fail (a unique index says
 * the same).
 */
export function narrowedSql(
  context: BuildContext,
  test: DataTest,
  hasPassed: boolean,
): string | null | undefined {
  const { generic, model } = test;
  if (test.renderChanged !== undefined && hasPassed) return overChangedRows(context, test);
  const built = model === undefined ? undefined : context.built.get(model);
  if (generic === undefined || built === undefined || generic.hasWhere) return undefined;
  if (generic.macro === 'unique' && isIndexedUnique(context, built, generic.column)) return null;
  const { changedRows } = built;
  if (!hasPassed || changedRows === undefined || test.sources.length > 0) return undefined;
  const others = test.refs.filter((ref) => ref !== model);
  const over = (relation: Relation): string =>
    context.compiler.test(test, (name) => (name === model ? relation : context.relationOf(name)));

  // An expression with a query of its own may look anywhere.
  const isPlain = others.length === 0 && !/\bselect\b/i.test(JSON.stringify(generic.args));
  if (OF_A_ROW.has(generic.macro)) return isPlain ? over(changedRows) : undefined;
  if (generic.macro === 'unique' && isPlain && generic.column !== undefined) {
    const { column } = generic;
    return over(
      new Query(
        `(select * from ${String(built.relation)} where ${column} in (select ${column} from ${String(changedRows)}))`,
      ),
    );
  }
  if (
    generic.macro === 'relationships' &&
    others.every((ref) => neverLoses(context, ref, generic.args['field']))
  )
    return over(changedRows);
  return undefined;
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
