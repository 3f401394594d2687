import type { ColumnRef, CommonTableExpr, Node, SelectStmt } from 'libpg-query';

import { ExpressionReader, type Place } from './expression-reader.ts';
import { flowOf } from './flows.ts';
import { FromReader } from './from-reader.ts';
import { isAggregate } from './measure-sql.ts';
import { keysOf } from './keys.ts';
import { outputName } from './output-name.ts';
import type { Reading } from './reading.ts';
import { refuse } from './refusal.ts';
import { Level, type Column, type Flow, type Relation, type RowFlow, type Scope } from './scope.ts';
import { StarReader } from './star-reader.ts';
import { childrenOf, isPart, isSetOperation, isStar, strings, type Part } from './tree.ts';

/** A SELECT as seen from the one around it. Columns are undefined where they are not known. */
export interface Selected {
  readonly columns: readonly Column[] | undefined;
  readonly level: Level;
}

/** Reads a SELECT level by level: what its names mean, and where measures go. */
export class SelectReader {
  readonly #reading: Reading;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  read(select: SelectStmt, outer: Scope | undefined, ctes: ReadonlyMap<string, Relation>): Selected {
    if (select.intoClause !== undefined) {
      refuse('42501', 'SELECT INTO writes a table; only reading is possible here');
    }
    const known = this.#commonTables(select, outer, ctes);
    return isSetOperation(select) ? this.#union(select, outer, known) : this.#plain(select, outer, known);
  }

  #commonTables(
    { withClause }: SelectStmt,
    outer: Scope | undefined,
    around: ReadonlyMap<string, Relation>,
  ): ReadonlyMap<string, Relation> {
    if (withClause === undefined) return around;
    const known = new Map(around);
    for (const node of withClause.ctes ?? []) {
      if (!('CommonTableExpr' in node)) continue;
      const cte: CommonTableExpr = node.CommonTableExpr;
      const name = cte.ctename ?? '';
      const query = cte.ctequery;
      const unknown: Relation = { alias: name, source: undefined, level: undefined, columns: undefined };
      // A recursive one may name itself.
      if (withClause.recursive) known.set(name, unknown);
      if (query === undefined || !('SelectStmt' in query)) {
        known.set(name, unknown);
        continue;
      }
      const { columns, level } = this.read(query.SelectStmt, outer, new Map(known));
      const names = strings(cte.aliascolnames);
      const isRecursive = withClause.recursive === true && isSetOperation(query.SelectStmt);
      known.set(name, {
        alias: name,
        source: undefined,
        level,
        columns: isRecursive ? undefined : renamed(columns, names),
      });
    }
    return known;
  }

  #union(select: SelectStmt, outer: Scope | undefined, ctes: ReadonlyMap<string, Relation>): Selected {
    const arms = [select.larg, select.rarg].map((arm) => this.read(arm ?? {}, outer, ctes));
    const [left, right] = arms;
    const columns = left?.columns?.map((column, index): Column => {
      const flows = [column.flow, right?.columns?.[index]?.flow].filter((flow) => flow !== undefined);
      return { ...column, flow: merged(flows) };
    });
    const conditions = arms.flatMap(({ level }) => level.conditions);
    const union = new Level(this.#reading.text, {
      endOfList: undefined,
      isRows: false,
      conditions,
      keys: undefined,
    });
    return { columns, level: union };
  }

  #plain(select: SelectStmt, outer: Scope | undefined, ctes: ReadonlyMap<string, Relation>): Selected {
    const reading = this.#reading;
    const scope: Scope = { relations: [], outer, ctes };
    const targets = select.targetList ?? [];
    const isGrouped = groups(select);
    const expressions = new ExpressionReader(reading, this, { scope, isGrouped });
    const from = new FromReader(reading, this, expressions);
    for (const item of select.fromClause ?? []) from.read(item, scope);
    this.#refuseLocks(select, scope);

    for (const row of select.valuesLists ?? []) expressions.read(row, 'target');
    expressions.read(select.whereClause, 'where');
    const stars = new StarReader(reading, from.mergesColumns);
    const columns: Column[] = [];
    let isKnown = true;
    for (const target of targets) {
      if (!('ResTarget' in target)) continue;
      const { name, val } = target.ResTarget;
      if (val !== undefined && 'ColumnRef' in val && isStar(val.ColumnRef)) {
        const all = stars.read(val.ColumnRef, scope);
        if (all === undefined) isKnown = false;
        else columns.push(...all);
        continue;
      }
      expressions.read(val, 'target');
      expressions.keepName(val, name);
      const found = val !== undefined && 'ColumnRef' in val ? reading.columns.get(val.ColumnRef) : undefined;
      columns.push({
        name: name ?? outputName(val),
        flow: flowOf(val, reading),
        isJoinField: found?.isJoinField ?? false,
      });
    }
    const names = new Set(
      targets.flatMap((node) => ('ResTarget' in node && node.ResTarget.name ? [node.ResTarget.name] : [])),
    );
    for (const item of select.groupClause ?? []) {
      if (!this.#isOutput(item, names, scope)) expressions.read(item, 'group');
    }
    expressions.read(select.havingClause, 'having');
    for (const window of select.windowClause ?? []) expressions.read(window, 'target');
    for (const item of [...(select.sortClause ?? []), ...(select.distinctClause ?? [])]) {
      const key = 'SortBy' in item ? item.SortBy.node : item;
      const outputs = new Set([...names, ...columns.map((column) => column.name)]);
      if (isSingleName(key) && outputs.has(strings(key.ColumnRef.fields)[0] ?? '')) continue;
      expressions.read(key, 'order');
    }
    for (const limit of [select.limitCount, select.limitOffset]) expressions.read(limit, 'order');
    expressions.judge();

    const isDistinct = (select.distinctClause ?? []).length > 0;
    const isRows = !isGrouped && !isDistinct && scope.relations.some(isRowsRelation);
    const below = scope.relations.flatMap(({ level }) => (level?.isRows ? level.conditions : []));
    const level = new Level(reading.text, {
      endOfList: targets.length > 0 ? this.#endOfList(targets) : undefined,
      isRows,
      conditions: [...below, ...expressions.conditions],
      keys: keysOf(select, isGrouped, columns),
    });
    // What a grouped level gives out is no row's value any more.
    const flows = isGrouped || isDistinct ? columns.map(withoutRows) : columns;
    return { columns: isKnown ? flows : undefined, level };
  }

  #endOfList(targets: readonly Node[]): number | undefined {
    const first = targets[0];
    const location =
      first !== undefined && 'ResTarget' in first ? (first.ResTarget.location ?? 0) : undefined;
    return location === undefined ? undefined : this.#reading.text.list(location).items.at(-1)?.to;
  }

  /** GROUP BY takes a name for a column of FROM first, and for one of the select list if there is none. */
  #isOutput(item: Node, names: ReadonlySet<string>, { relations }: Scope): boolean {
    if (!isSingleName(item)) return false;
    const name = strings(item.ColumnRef.fields)[0] ?? '';
    return names.has(name) && !relations.some((relation) => hasColumn(relation, name));
  }

  #refuseLocks({ lockingClause }: SelectStmt, { relations }: Scope): void {
    if ((lockingClause ?? []).length > 0 && relations.some(({ source }) => source !== undefined)) {
      refuse('42501', 'Rows of a view cannot be locked', 'Leave out FOR UPDATE, FOR SHARE.');
    }
  }
}

export type { Place };

export const isRowsRelation = ({ source, level }: Relation): boolean =>
  source !== undefined || level?.isRows === true;

export function renamed(
  columns: readonly Column[] | undefined,
  names: readonly string[],
): readonly Column[] | undefined {
  return columns?.map((column, index) => ({ ...column, name: names[index] ?? column.name }));
}

function isSingleName(node: Node | undefined): node is { ColumnRef: ColumnRef } {
  return (
    node !== undefined &&
    'ColumnRef' in node &&
    node.ColumnRef.fields?.length === 1 &&
    !isStar(node.ColumnRef)
  );
}

function hasColumn({ source, columns }: Relation, name: string): boolean {
  if (source !== undefined) return source.column(name) !== undefined;
  return columns?.some((column) => column.name === name) ?? false;
}

/** Whether a SELECT makes groups of its rows. */
function groups(select: SelectStmt): boolean {
  if ((select.groupClause ?? []).length > 0 || select.havingClause !== undefined) return true;
  return [...(select.targetList ?? []), ...(select.sortClause ?? [])].some((node) => holdsAggregate(node));
}

function holdsAggregate(part: Part): boolean {
  if (isPart(part['SubLink'])) return false;
  const call = part['FuncCall'];
  if (isPart(call)) {
    const names = strings(call['funcname'] as Node[] | undefined);
    if (isAggregate(call) || (names.at(-1)?.toLowerCase() === 'measure' && call['over'] === undefined))
      return true;
  }
  for (const child of childrenOf(part)) if (holdsAggregate(child)) return true;
  return false;
}

function merged(flows: readonly Flow[]): Flow | undefined {
  const rows = flows.flatMap((flow) =>
    flow.kind === 'row' ? [flow] : flow.kind === 'mixed' ? flow.rows : [],
  );
  if (rows.length > 0) return { kind: 'mixed', rows };
  const grouped = flows.filter((flow) => flow.kind === 'grouped');
  const [first] = grouped;
  if (first === undefined) return undefined;
  return { ...first, isAdditive: () => grouped.every((flow) => flow.isAdditive()) };
}

/** A measure that is a key of its group, not aggregated: as good as any other value from here on. */
function withoutRows(column: Column): Column {
  return column.flow?.kind === 'grouped' ? column : { ...column, flow: undefined };
}

export type { RowFlow };
