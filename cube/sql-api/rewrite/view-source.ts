import type { ViewColumn, ViewTable } from '../columns.ts';
import type { RewriteSession } from '../rewriter.ts';
import type { CubeSelect } from './cube-select.ts';
import type { Members, ModelCompiler } from './compiler.ts';
import { readMeasure, type FormulaMeasure, type MeasureSql } from './measure-sql.ts';
import { identifier } from './quoting.ts';
import { refuse } from './refusal.ts';

/** Names that no client may use: columns a formula needs of the rows, which are no members of the view. */
export const HIDDEN = '__voronka_';
/** Cube's own columns of every view, without a value: nobody is switched to, and nothing is joined by them. */
export const VIRTUAL = new Set(['__user', '__cubejoinfield']);

/**
 * One mention of a view in a statement. It becomes a derived table of the rows Cube would aggregate: dimensions, and for a
 * measure the value it aggregates. So whatever the client's SQL does with them, Postgres does, at the client's grain.
 */
export class ViewSource {
  readonly view: ViewTable;
  readonly #number: number;
  /** Columns as the client spells them, each with its member. */
  readonly #columns = new Map<string, ViewColumn>();
  readonly #formulas = new Set<string>();
  readonly #hidden = new Map<string, string>();
  #select: CubeSelect | undefined;

  constructor(view: ViewTable, number: number) {
    this.view = view;
    this.#number = number;
  }

  /** The member of that name; case counts only where it decides. */
  column(name: string): ViewColumn | undefined {
    if (VIRTUAL.has(name.toLowerCase())) return { name, kind: 'dimension', type: 'text', comment: '' };
    return (
      this.view.columns.find((column) => column.name === name) ??
      only(this.view.columns.filter((column) => column.name.toLowerCase() === name.toLowerCase()))
    );
  }

  /** Puts a column among those of the derived table, under the client's spelling. */
  use(spelling: string, column: ViewColumn): void {
    this.#columns.set(spelling, column);
  }

  /** Says that the measure's formula is evaluated somewhere, and needs its columns. */
  useFormula(measure: string): void {
    this.#formulas.add(measure);
  }

  get members(): Members {
    const columns = [...this.#columns.values()].filter(({ name }) => !VIRTUAL.has(name.toLowerCase()));
    const measures = columns.filter(({ kind }) => kind === 'measure').map(({ name }) => name);
    const dimensions = columns.filter(({ kind }) => kind !== 'measure').map(({ name }) => name);
    const members = {
      measures: [...new Set([...measures, ...this.#formulas])].sort(),
      dimensions: [...new Set(dimensions)].sort(),
    };
    if (members.measures.length + members.dimensions.length > 0) return members;
    // Rows alone are read (COUNT(*)): some member must tell Cube of what.
    const first = this.view.columns.find(({ kind }) => kind === 'dimension') ?? this.view.columns[0];
    if (first === undefined) refuse('42501', `There is nothing in "${this.view.name}" that you may read`);
    return first.kind === 'measure'
      ? { measures: [first.name], dimensions: [] }
      : { measures: [], dimensions: [first.name] };
  }

  async compile(compiler: ModelCompiler, session: RewriteSession): Promise<CubeSelect> {
    this.#select = await compiler.select(this.view.name, this.members, session);
    return this.#select;
  }

  #expression(member: string): string {
    const sql = this.#select?.expressions.get(member);
    if (sql === undefined) refuse('0A000', `Cube gives no SQL for "${member}" of "${this.view.name}"`);
    return sql;
  }

  /** Known once compiled. */
  measure(name: string): MeasureSql {
    const known = this.#select?.measures.get(name);
    if (known !== undefined) return known;
    const measure = readMeasure(this.#expression(name), name);
    this.#select?.measures.set(name, measure);
    return measure;
  }

  /** The names under which the derived table has the columns of a formula, by what they are in Cube's SQL. */
  hiddenColumns({ pieces }: FormulaMeasure): ReadonlyMap<string, string> {
    const columns = pieces.flatMap((piece) =>
      typeof piece === 'object' && 'column' in piece ? [piece.column] : [],
    );
    for (const column of columns) {
      if (!this.#hidden.has(column)) {
        this.#hidden.set(column, `${HIDDEN}${this.#number}_${this.#hidden.size}`);
      }
    }
    return new Map(columns.map((column) => [column, this.#hidden.get(column) ?? '']));
  }

  /** The derived table, in parentheses. After all of its columns are known. */
  render(): string {
    const select = this.#select;
    if (select === undefined) throw new Error('not compiled');
    const columns = [
      ...[...this.#columns].map(
        ([spelling, column]) => `${this.#rowValue(column)} AS ${identifier(spelling)}`,
      ),
      ...[...this.#hidden].map(([column, name]) => `${column} AS ${identifier(name)}`),
    ];
    // Without OFFSET 0 Postgres may run a client's condition on a row before the policy's, and tell its value in an error.
    const fence = select.isFiltered ? ' OFFSET 0' : '';
    return `(SELECT ${columns.join(', ')} ${select.from}${fence})`;
  }

  #rowValue(column: ViewColumn): string {
    if (VIRTUAL.has(column.name.toLowerCase())) return 'NULL::text';
    if (column.kind !== 'measure') return this.#expression(column.name);
    const measure = this.measure(column.name);
    return measure.kind === 'leaf' ? measure.row : valueOfOneRow(measure);
  }
}

/** The formula over one row. Its aggregates must be over columns of a query of their own, or they would be the outer query's. */
function valueOfOneRow({ pieces }: FormulaMeasure): string {
  const names = new Map<string, string>();
  const text = pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    if (!('column' in piece)) return '';
    if (!names.has(piece.column)) names.set(piece.column, `row_value.c${names.size}`);
    return names.get(piece.column) ?? '';
  });
  const columns = [...names].map(([column, name]) => `${column} AS ${name.slice('row_value.'.length)}`);
  return `(SELECT ${text.join('')} FROM (SELECT ${columns.join(', ')}) AS row_value)`;
}

function only<T>(found: readonly T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined;
}
