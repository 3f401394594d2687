import type { Alias, Node, RangeVar } from 'libpg-query';

import type { ExpressionReader } from './expression-reader.ts';
import { identifier } from './quoting.ts';
import type { Reading } from './reading.ts';
import { refuse } from './refusal.ts';
import type { Scope } from './scope.ts';
import { renamed, type SelectReader } from './select-reader.ts';
import { strings } from './tree.ts';
import type { ViewSource } from './view-source.ts';

/** Reads a FROM clause: puts its relations into the scope, and derived tables in the place of views. */
export class FromReader {
  readonly #reading: Reading;
  readonly #selects: SelectReader;
  readonly #expressions: ExpressionReader;
  /** Whether a join has USING or NATURAL, which changes what `*` means. */
  mergesColumns = false;

  constructor(reading: Reading, selects: SelectReader, expressions: ExpressionReader) {
    this.#reading = reading;
    this.#selects = selects;
    this.#expressions = expressions;
  }

  read(node: Node, scope: Scope): void {
    if ('RangeVar' in node) this.#table(node.RangeVar, scope);
    else if ('RangeSubselect' in node) {
      const { subquery, alias, lateral } = node.RangeSubselect;
      if (subquery === undefined || !('SelectStmt' in subquery)) return;
      // Without LATERAL it sees what is around the whole FROM, not its neighbours.
      const around = lateral ? { ...scope, relations: [...scope.relations] } : scope.outer;
      const { columns, level } = this.#selects.read(subquery.SelectStmt, around, scope.ctes);
      scope.relations.push({
        alias: alias?.aliasname,
        source: undefined,
        level,
        columns: renamed(columns, strings(alias?.colnames)),
      });
    } else if ('JoinExpr' in node) {
      const { larg, rarg, quals, usingClause, isNatural, alias } = node.JoinExpr;
      const before = scope.relations.length;
      if (larg !== undefined) this.read(larg, scope);
      if (rarg !== undefined) this.read(rarg, scope);
      const joined = scope.relations.slice(before);
      const views = joined.flatMap(({ source }) => (source === undefined ? [] : [source]));
      if (views.length > 0) this.#merge(views, strings(usingClause), isNatural === true, alias);
      if (usingClause !== undefined || isNatural) this.mergesColumns = true;
      for (const relation of joined) {
        for (const name of strings(usingClause)) this.#expressions.mention(relation, name);
      }
      this.#expressions.read(quals, 'on');
    } else if ('RangeTableSample' in node) {
      refuse('0A000', 'TABLESAMPLE reads some rows at random; the views give exact answers only');
    } else {
      // A function, in the last place: its arguments may name what stands before it.
      this.#expressions.read(node, 'on');
      const [value] = Object.values(node) as { alias?: Alias }[];
      scope.relations.push({
        alias: value?.alias?.aliasname,
        source: undefined,
        level: undefined,
        columns: undefined,
      });
    }
  }

  #merge(
    views: readonly ViewSource[],
    using: readonly string[],
    isNatural: boolean,
    alias: Alias | undefined,
  ): void {
    if (isNatural)
      refuse('0A000', 'NATURAL JOIN is not supported for views', 'Say by which columns: JOIN … ON ….');
    if (alias !== undefined)
      refuse('0A000', 'A name for a whole join is not supported for views', 'Name its tables.');
    for (const source of views) {
      for (const name of using) {
        const column = source.column(name);
        if (name.toLowerCase() === '__cubejoinfield') refuseJoinField();
        if (column !== undefined) source.use(name, column);
      }
    }
  }

  #table(table: RangeVar, scope: Scope): void {
    this.#reading.seen.add(table);
    const name = table.relname ?? '';
    const alias = table.alias?.aliasname;
    const columnNames = strings(table.alias?.colnames);
    const cte = table.schemaname === undefined ? scope.ctes.get(name) : undefined;
    if (cte !== undefined) {
      scope.relations.push({ ...cte, alias: alias ?? name, columns: renamed(cte.columns, columnNames) });
      return;
    }
    const inPublic = table.schemaname === undefined || table.schemaname === 'public';
    const view = inPublic ? this.#reading.view(name) : undefined;
    if (view === undefined) {
      scope.relations.push({ alias: alias ?? name, source: undefined, level: undefined, columns: undefined });
      return;
    }
    if (table.inh !== true)
      refuse('0A000', `ONLY says nothing about the view "${view.name}"`, 'Leave out ONLY.');
    if (columnNames.length > 0) {
      refuse(
        '0A000',
        `Columns of the view "${view.name}" cannot be renamed in FROM`,
        'Name them in the select list.',
      );
    }
    const source = this.#reading.source(view);
    const { text } = this.#reading;
    const from = table.location ?? 0;
    const written = alias === undefined ? ` AS ${identifier(name)}` : '';
    text.replace(from, text.nameEnd(from), () => source.render() + written);
    scope.relations.push({ alias: alias ?? name, source, level: undefined, columns: undefined });
  }
}

export function refuseJoinField(): never {
  refuse(
    '0A000',
    'Views are not joined by "__cubeJoinField": their rows are of different things',
    'Group each view in a subquery of its own and join the results on a dimension.',
  );
}
