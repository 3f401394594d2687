import type { ColumnRef } from 'libpg-query';

import { identifier } from './quoting.ts';
import type { Reading } from './reading.ts';
import { refuse } from './refusal.ts';
import { columnOf, type Found, type Relation, type Scope } from './scope.ts';
import { isStar, strings } from './tree.ts';

/** Finds out what a column reference means, and puts the columns of views among those their derived tables have. */
export class NameReader {
  readonly #reading: Reading;
  readonly #scope: Scope;

  constructor(reading: Reading, scope: Scope) {
    this.#reading = reading;
    this.#scope = scope;
  }

  /** Undefined where it is none of a view's or derived table's, as far as is known. */
  read(column: ColumnRef): Found | undefined {
    const names = strings(column.fields);
    const name = names.at(-1) ?? '';
    if (isStar(column)) {
      for (const relation of this.#relations(names.at(-1))) this.#refuseWholeRow(relation);
      return undefined;
    }
    return names.length === 1 ? this.#unqualified(column, name) : this.#qualified(column, names);
  }

  *#relations(alias: string | undefined): Generator<Relation> {
    for (let scope: Scope | undefined = this.#scope; scope !== undefined; scope = scope.outer) {
      for (const relation of scope.relations) {
        if (alias === undefined || relation.alias === alias) yield relation;
      }
    }
  }

  #unqualified(column: ColumnRef, name: string): Found | undefined {
    let allViews = true;
    for (let scope: Scope | undefined = this.#scope; scope !== undefined; scope = scope.outer) {
      const found = scope.relations.flatMap((relation) => columnOf(relation, name) ?? []);
      // Where there are several, each gets it, and Postgres says that it is ambiguous (or not, after USING).
      for (const { relation, member } of found) if (member !== undefined) relation.source?.use(name, member);
      const [first] = found;
      if (first !== undefined) {
        const from = column.location ?? 0;
        const { text } = this.#reading;
        if (first.name !== name) text.replace(from, text.nameEnd(from), identifier(first.name));
        return first;
      }
      const row = scope.relations.find(({ alias }) => alias === name);
      if (row !== undefined) this.#refuseWholeRow(row);
      if (scope.relations.some(({ source }) => source === undefined)) allViews = false;
    }
    if (allViews && this.#scope.relations.length > 0) {
      const views = this.#scope.relations.map(({ source }) => `"${source?.view.name}"`).join(', ');
      refuse('42703', `column "${name}" does not exist in ${views}`);
    }
    return undefined;
  }

  #qualified(column: ColumnRef, names: readonly string[]): Found | undefined {
    const { text } = this.#reading;
    const [name = '', qualifier = '', schema] = [...names].reverse();
    if (schema !== undefined && schema !== 'public') return undefined;
    const relation = this.#relation(qualifier);
    if (relation === undefined) return undefined;
    const found = columnOf(relation, name);
    if (found === undefined) {
      if (relation.source !== undefined) {
        refuse(
          '42703',
          `column ${qualifier}.${name} does not exist; "${relation.source.view.name}" has no such column`,
        );
      }
      return undefined;
    }
    if (found.member !== undefined) relation.source?.use(name, found.member);
    // A derived table is not in a schema any more; and where case was forgiven, the true name is needed.
    if (schema !== undefined || relation.alias !== qualifier || found.name !== name) {
      const from = column.location ?? 0;
      text.replace(from, text.nameEnd(from), `${identifier(relation.alias ?? '')}.${identifier(found.name)}`);
    }
    return found;
  }

  #relation(alias: string): Relation | undefined {
    for (const relation of this.#relations(alias)) return relation;
    const alike = [...this.#relations(undefined)].filter(
      (relation) => relation.source !== undefined && relation.alias?.toLowerCase() === alias.toLowerCase(),
    );
    return alike.length === 1 ? alike[0] : undefined;
  }

  #refuseWholeRow({ source, level, alias }: Relation): void {
    const now = (): never =>
      refuse(
        '0A000',
        `A whole row of "${alias ?? '?'}" as one value is not supported for views`,
        'Name the columns.',
      );
    if (source !== undefined) now();
    if (level !== undefined) {
      this.#reading.checks.push(() => {
        if (level.isLonger) now();
      });
    }
  }
}
