import type { ColumnRef, FuncCall, Node, SelectStmt } from 'libpg-query';

import { grouped, type AggregateUse } from './aggregate-use.ts';
import { flowOf, flowsInside } from './flows.ts';
import { refuseJoinField } from './from-reader.ts';
import { isAggregate } from './measure-sql.ts';
import { NameReader } from './name-reader.ts';
import type { Reading } from './reading.ts';
import { refuse } from './refusal.ts';
import type { Relation, RowFlow, Scope } from './scope.ts';
import type { SelectReader } from './select-reader.ts';
import { childrenOf, functionName, isPart, type Part } from './tree.ts';

/** Which clause an expression stands in. */
export type Place = 'target' | 'where' | 'on' | 'group' | 'having' | 'order';

interface LevelOfExpressions {
  readonly scope: Scope;
  readonly isGrouped: boolean;
}

/** Reads the expressions of one SELECT: its names, its aggregates, the queries inside. */
export class ExpressionReader {
  readonly #reading: Reading;
  readonly #selects: SelectReader;
  readonly #level: LevelOfExpressions;
  readonly #names: NameReader;
  /** Columns of each relation of FROM that a condition names. */
  readonly #mentioned = new Map<Relation, Set<string>>();
  readonly #rows: { readonly flow: RowFlow; readonly place: Place }[] = [];

  constructor(reading: Reading, selects: SelectReader, level: LevelOfExpressions) {
    this.#reading = reading;
    this.#selects = selects;
    this.#level = level;
    this.#names = new NameReader(reading, level.scope);
  }

  read(node: Node | undefined, place: Place): void {
    if (node !== undefined) this.#visit(node, place, false);
  }

  /** An aggregate in the select list without an alias gives its column its name; written out, it would be another. */
  keepName(node: Node | undefined, alias: string | undefined): void {
    if (alias !== undefined || node === undefined || !('FuncCall' in node)) return;
    const use = this.#reading.uses.find(({ call }) => call === node.FuncCall);
    if (use !== undefined) use.keepsName = true;
  }

  /** Measures that decide which rows are read. */
  get conditions(): readonly RowFlow[] {
    return this.#rows.filter(({ place }) => place === 'where' || place === 'on').map(({ flow }) => flow);
  }

  /** To be called when the whole level was read. */
  judge(): void {
    if (!this.#level.isGrouped) return;
    const inner = this.#level.scope.relations.flatMap(({ level }) => (level?.isRows ? level.conditions : []));
    for (const flow of [...this.conditions, ...inner]) this.#reading.checks.push(() => refuseCondition(flow));
    for (const { flow, place } of this.#rows) {
      if (place === 'where' || place === 'on') continue;
      this.#reading.checks.push(() => {
        const { name } = flow.measure;
        if (flow.source.measure(name).kind === 'leaf') return;
        refuse(
          '42803',
          `"${name}" is a measure, computed from the rows of a group; it is neither a key of the group nor one value per row`,
          `Write MEASURE(${name}), and group by dimensions.`,
        );
      });
    }
  }

  #visit(part: Part, place: Place, isAggregated: boolean): void {
    if (isPart(part['SubLink'])) {
      const { testexpr, subselect } = part['SubLink'] as {
        testexpr?: Part;
        subselect?: { SelectStmt?: SelectStmt };
      };
      if (testexpr !== undefined) this.#visit(testexpr, place, isAggregated);
      const { scope } = this.#level;
      if (subselect?.SelectStmt !== undefined) this.#selects.read(subselect.SelectStmt, scope, scope.ctes);
      return;
    }
    if (isPart(part['ColumnRef'])) {
      this.#column(part['ColumnRef'], place, isAggregated);
      return;
    }
    if (isPart(part['FuncCall'])) {
      const call = part['FuncCall'] as FuncCall;
      const isMeasure = functionName(call) === 'measure';
      if (isMeasure || isAggregate(call) || call.over !== undefined) {
        for (const child of childrenOf(call as Part))
          this.#visit(child, place, isAggregated || call.over === undefined);
        this.#aggregate(call, isMeasure);
        return;
      }
    }
    for (const child of childrenOf(part)) this.#visit(child, place, isAggregated);
  }

  #column(column: ColumnRef, place: Place, isAggregated: boolean): void {
    const found = this.#names.read(column);
    if (found === undefined) return;
    this.#reading.columns.set(column, found);
    if (place === 'on' || place === 'where') this.mention(found.relation, found.name);
    if (found.isJoinField && (place === 'on' || place === 'where')) refuseJoinField();
    if (isAggregated || found.flow === undefined || found.flow.kind === 'grouped') return;
    const rows = found.flow.kind === 'row' ? [found.flow] : found.flow.rows;
    this.#rows.push(...rows.map((flow) => ({ flow, place })));
  }

  mention(relation: Relation, column: string): void {
    const columns = this.#mentioned.get(relation) ?? new Set();
    this.#mentioned.set(relation, columns.add(column));
  }

  #aggregate(call: FuncCall, isMeasure: boolean): void {
    const flows = (call.args ?? []).flatMap((argument) => flowsInside(argument as Part, this.#reading));
    if (!isMeasure && flows.length === 0) return;
    const use: AggregateUse = {
      call,
      isMeasure,
      argument: call.args?.length === 1 ? flowOf(call.args[0], this.#reading) : undefined,
      flows,
      relations: [...this.#level.scope.relations],
      mentioned: this.#mentioned,
      keepsName: false,
    };
    this.#reading.uses.push(use);
    if (call.over === undefined) this.#reading.aggregates.set(call, grouped(use));
  }
}

/** A row's own count or ratio is not what a condition in WHERE is meant to compare. */
function refuseCondition({ source, measure: { name } }: RowFlow): void {
  const measure = source.measure(name);
  if (measure.kind === 'leaf' && !measure.aggregate.startsWith('count')) return;
  refuse(
    '42803',
    `WHERE compares single rows, and "${name}" is a measure of many`,
    `Compare it after grouping: HAVING MEASURE(${name}) > ….`,
  );
}
