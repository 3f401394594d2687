import type { ViewColumn } from '../columns.ts';
import { identifier } from './quoting.ts';
import type { SourceText } from './source-text.ts';
import type { ViewSource } from './view-source.ts';

/** The value a measure has per row, on its way up from the view to where it is aggregated. */
export interface RowFlow {
  readonly kind: 'row';
  readonly source: ViewSource;
  readonly measure: ViewColumn;
  /** Where it comes from in the level it is used in. */
  readonly relation: Relation;
  /** The same one level below, unless the relation is the view itself. */
  readonly below: RowFlow | undefined;
  /** Whether some rows were given null instead: `CASE WHEN … THEN m END`. */
  readonly isConditional: boolean;
}

/** Values of rows inside a larger expression. */
export interface MixedFlow {
  readonly kind: 'mixed';
  readonly rows: readonly RowFlow[];
}

/** A measure that is aggregated already. */
export interface GroupedFlow {
  readonly kind: 'grouped';
  readonly label: string;
  /** Whether values of parts add up to that of the whole. Known once the sources are compiled. */
  readonly isAdditive: () => boolean;
}

export type Flow = RowFlow | MixedFlow | GroupedFlow;

/** A column of a derived table, as far as it matters here. */
export interface Column {
  readonly name: string;
  readonly flow: Flow | undefined;
  /** `__cubeJoinField` or a copy of it. */
  readonly isJoinField: boolean;
}

export interface LevelFacts {
  /** Where its select list ends, if it has one of its own. */
  readonly endOfList: number | undefined;
  readonly isRows: boolean;
  readonly conditions: readonly RowFlow[];
  readonly keys: readonly (string | undefined)[] | undefined;
}

/** A SELECT in FROM (or a CTE), whose list can be made longer by columns that nobody but a formula sees. */
export class Level {
  readonly #text: SourceText;
  readonly #endOfList: number | undefined;
  readonly #added = new Set<string>();
  /** Whether its rows are rows of a view: neither grouped nor distinct nor a union. */
  readonly isRows: boolean;
  /** Measures its WHERE compares. */
  readonly conditions: readonly RowFlow[];
  /** Its columns that no two rows share all of; undefined among them for one it does not give out, as a whole where not known. */
  readonly keys: readonly (string | undefined)[] | undefined;

  constructor(text: SourceText, facts: LevelFacts) {
    this.#text = text;
    this.#endOfList = facts.endOfList;
    this.isRows = facts.isRows;
    this.conditions = facts.conditions;
    this.keys = facts.keys;
  }

  get isLonger(): boolean {
    return this.#added.size > 0;
  }

  add(name: string, value: string): void {
    if (this.#added.has(name)) return;
    if (this.#endOfList === undefined) throw new Error('a level without a list of columns');
    this.#added.add(name);
    this.#text.insert(this.#endOfList, `, ${value} AS ${identifier(name)}`);
  }
}

/** Something in FROM. */
export interface Relation {
  /** The name its columns may be qualified with. */
  readonly alias: string | undefined;
  /** Set for a view. */
  readonly source: ViewSource | undefined;
  /** Set for a derived table or CTE. */
  readonly level: Level | undefined;
  /** Undefined where they are not known: other tables, functions. A view's are its members. */
  readonly columns: readonly Column[] | undefined;
}

export interface Scope {
  readonly relations: Relation[];
  readonly outer: Scope | undefined;
  readonly ctes: ReadonlyMap<string, Relation>;
}

/** What a column reference means. */
export interface Found {
  readonly relation: Relation;
  /** Set for a column of a view. */
  readonly member: ViewColumn | undefined;
  /** Its name where it comes from a derived table, which may differ in case from what the client wrote. */
  readonly name: string;
  readonly flow: Flow | undefined;
  readonly isJoinField: boolean;
}

/** Looks for a column by name in one relation. */
export function columnOf(relation: Relation, name: string): Found | undefined {
  const { source, columns } = relation;
  if (source !== undefined) {
    const member = source.column(name);
    if (member === undefined) return undefined;
    const flow: RowFlow | undefined =
      member.kind === 'measure'
        ? { kind: 'row', source, measure: member, relation, below: undefined, isConditional: false }
        : undefined;
    return { relation, member, name, flow, isJoinField: name.toLowerCase() === '__cubejoinfield' };
  }
  const same = columns?.filter((column) => column.name.toLowerCase() === name.toLowerCase()) ?? [];
  const column =
    same.find((candidate) => candidate.name === name) ?? (same.length === 1 ? same[0] : undefined);
  if (column === undefined) return undefined;
  return {
    relation,
    member: undefined,
    name: column.name,
    flow: lifted(column.flow, relation),
    isJoinField: column.isJoinField,
  };
}

function lifted(flow: Flow | undefined, relation: Relation): Flow | undefined {
  if (flow?.kind === 'row') return { ...flow, relation, below: flow };
  if (flow?.kind === 'mixed')
    return { kind: 'mixed', rows: flow.rows.map((row) => ({ ...row, relation, below: row })) };
  return flow;
}

/**
 * Makes a hidden column of the view reachable where a flow has come to, through every level between, and says how to write it
 * there.
 */
export function reach(flow: RowFlow, hidden: string): string {
  const { relation, below } = flow;
  const written = identifier(hidden);
  if (below !== undefined) relation.level?.add(hidden, reach(below, hidden));
  return relation.alias === undefined ? written : `${identifier(relation.alias)}.${written}`;
}
