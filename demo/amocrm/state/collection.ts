import type { Row } from './row.ts';

/** A numeric property of a row that rows can be sorted by. */
export type SortKey<R extends Row> = { [K in keyof R]: R[K] extends number ? K : never }[keyof R] & string;

/** First position in `rows` (ascending by `key`) whose value is not below `value`. */
function lowerBound<R extends Row>(rows: readonly R[], key: SortKey<R>, value: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.[key] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Rows of one kind by id, with an ascending index per sort key, built when first asked for. A page of a time window is then two
 * binary searches and a slice, at any depth. One change costs a splice (a memory move); many changes at once (`putAll`) re-sort.
 */
export class Collection<R extends Row> {
  readonly #byId = new Map<number | string, R>();
  readonly #sorted = new Map<SortKey<R>, R[]>();
  /** Grows with every change: what was computed from the rows at one version is right as long as it stays. */
  version = 0;

  get size(): number {
    return this.#byId.size;
  }

  get(id: number | string): R | undefined {
    return this.#byId.get(id);
  }

  all(): IterableIterator<R> {
    return this.#byId.values();
  }

  put(row: R): void {
    this.version += 1;
    const former = this.#byId.get(row.id);
    for (const [key, rows] of this.#sorted) {
      if (former !== undefined) rows.splice(this.#position(rows, key, former), 1);
      rows.splice(this.#position(rows, key, row), 0, row);
    }
    this.#byId.set(row.id, row);
  }

  putAll(rows: Iterable<R>): void {
    this.version += 1;
    this.#sorted.clear();
    for (const row of rows) this.#byId.set(row.id, row);
  }

  remove(id: number | string): R | undefined {
    const former = this.#byId.get(id);
    if (former === undefined) return undefined;
    this.version += 1;
    for (const [key, rows] of this.#sorted) rows.splice(this.#position(rows, key, former), 1);
    this.#byId.delete(id);
    return former;
  }

  /** All rows ascending by a key, ties by `tie`. Not to be changed by the caller. */
  sorted(key: SortKey<R>): readonly R[] {
    const known = this.#sorted.get(key);
    if (known !== undefined) return known;
    const rows = [...this.#byId.values()].sort(ascending<R>(key));
    this.#sorted.set(key, rows);
    return rows;
  }

  /** Positions [begin, end) of `from ≤ value ≤ to` in `sorted(key)`. */
  window(key: SortKey<R>, from: number | undefined, to: number | undefined): [number, number] {
    const rows = this.sorted(key);
    return [
      from === undefined ? 0 : lowerBound(rows, key, from),
      to === undefined ? rows.length : lowerBound(rows, key, to + 1),
    ];
  }

  #position(rows: readonly R[], key: SortKey<R>, row: R): number {
    let low = lowerBound(rows, key, row[key] as number);
    let high = lowerBound(rows, key, (row[key] as number) + 1);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((rows[middle] as R).tie < row.tie) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function ascending<R extends Row>(key: SortKey<R>): (left: R, right: R) => number {
  return (left, right) => (left[key] as number) - (right[key] as number) || left.tie - right.tie;
}
