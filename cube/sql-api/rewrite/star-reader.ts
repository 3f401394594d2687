import type { ColumnRef } from 'libpg-query';

import { identifier } from './quoting.ts';
import type { Reading } from './reading.ts';
import { refuse } from './refusal.ts';
import { columnOf, type Column, type Relation, type Scope } from './scope.ts';
import { strings } from './tree.ts';

/** `*` and `t.*`: of a view all its columns; of a derived table what the client knows of it, without hidden columns. */
export class StarReader {
  readonly #reading: Reading;
  readonly #mergesColumns: boolean;

  constructor(reading: Reading, mergesColumns: boolean) {
    this.#reading = reading;
    this.#mergesColumns = mergesColumns;
  }

  /** Its columns, undefined where they are not all known. */
  read(star: ColumnRef, scope: Scope): readonly Column[] | undefined {
    const { text } = this.#reading;
    const from = star.location ?? 0;
    const qualifier = strings(star.fields).at(-1);
    const relations =
      qualifier === undefined
        ? scope.relations
        : scope.relations.filter(({ alias }) => alias === qualifier).slice(0, 1);
    const isPlain = relations.every(({ source }) => source === undefined);
    if (!isPlain && this.#mergesColumns && qualifier === undefined) {
      refuse(
        '0A000',
        '"*" over a join with USING is not supported for views',
        'Name the columns, or join with ON.',
      );
    }
    // Relations without a name cannot be qualified, and stay as they are.
    const canSpell = relations.length > 0 && relations.every(({ alias }) => alias !== undefined);
    if (canSpell) {
      const to = text.nameEnd(from);
      const original = text.slice(from, to);
      if (!original.endsWith('*'))
        refuse('0A000', 'TABLE is not supported for views', 'Write SELECT * FROM.');
      text.replace(from, to, () =>
        isPlain && !relations.some(({ level }) => level?.isLonger)
          ? original
          : relations.map((relation) => this.#spelled(relation)).join(', '),
      );
      for (const relation of relations) this.#useAll(relation);
    }
    const columns = relations.map((relation) => this.#columns(relation));
    if (relations.length === 0) return undefined;
    return columns.every((list) => list !== undefined) ? columns.flat() : undefined;
  }

  #useAll({ source }: Relation): void {
    for (const column of source?.view.columns ?? []) source?.use(column.name, column);
  }

  #columns(relation: Relation): readonly Column[] | undefined {
    const names = relation.source?.view.columns ?? relation.columns;
    return names?.map(({ name }) => {
      const found = columnOf(relation, name);
      return { name, flow: found?.flow, isJoinField: found?.isJoinField ?? false };
    });
  }

  #spelled(relation: Relation): string {
    const alias = identifier(relation.alias ?? '');
    const names = relation.source?.view.columns ?? relation.columns;
    const isLonger = relation.level?.isLonger === true;
    if (names === undefined || (relation.source === undefined && !isLonger)) return `${alias}.*`;
    const unique = new Set(names.map(({ name }) => name));
    if (unique.size < names.length) {
      refuse('0A000', `"*" over ${alias}, which has two columns of one name`, 'Name the columns.');
    }
    return names.map(({ name }) => `${alias}.${identifier(name)}`).join(', ');
  }
}
