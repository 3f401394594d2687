import { mix } from '../../stand-in/random.ts';
import { ascending, type Collection, type SortKey } from './collection.ts';
import type { Row } from './row.ts';

/** What a list request asks for, apart from the page. */
export interface Selection<R extends Row> {
  readonly order: { readonly by: SortKey<R>; readonly desc: boolean };
  /** A time window (both ends inclusive); the index does the work. */
  readonly window?: {
    readonly by: SortKey<R>;
    readonly from?: number | undefined;
    readonly to?: number | undefined;
  };
  readonly where?: ((row: R) => boolean) | undefined;
  /** Names the selection: the next page of the same one does not search again. Absent: nothing is remembered. */
  readonly name?: string | undefined;
  /** Not zero: rows of equal sort value come in an order that differs from salt to salt. */
  readonly shuffleTies?: number;
}

interface Remembered {
  readonly version: number;
  readonly rows: readonly Row[];
}

const remembered = new WeakMap<object, Map<string, Remembered>>();
const remembersAtMost = 24;

/** Rows `[offset, offset + limit)` of a selection. */
export function select<R extends Row>(
  rows: Collection<R>,
  selection: Selection<R>,
  offset: number,
  limit: number,
): R[] {
  const { order, window } = selection;
  if (
    selection.where === undefined &&
    !selection.shuffleTies &&
    (window === undefined || window.by === order.by)
  ) {
    const [begin, end] = rows.window(order.by, window?.from, window?.to);
    const sorted = rows.sorted(order.by);
    if (!order.desc)
      return sorted.slice(Math.min(begin + offset, end), Math.min(begin + offset + limit, end));
    return sorted.slice(Math.max(end - offset - limit, begin), Math.max(end - offset, begin)).reverse();
  }
  return (chosen(rows, selection) as R[]).slice(offset, offset + limit);
}

function chosen<R extends Row>(rows: Collection<R>, selection: Selection<R>): readonly Row[] {
  const memory = remembered.get(rows) ?? new Map<string, Remembered>();
  remembered.set(rows, memory);
  const name =
    selection.name === undefined || selection.shuffleTies
      ? undefined
      : `${selection.name}|${JSON.stringify([selection.order, selection.window])}`;
  const known = name === undefined ? undefined : memory.get(name);
  if (known?.version === rows.version) return known.rows;
  const found = search(rows, selection);
  if (name !== undefined) {
    memory.delete(name);
    memory.set(name, { version: rows.version, rows: found });
    const [oldest] = memory.keys();
    if (memory.size > remembersAtMost && oldest !== undefined) memory.delete(oldest);
  }
  return found;
}

function search<R extends Row>(rows: Collection<R>, selection: Selection<R>): R[] {
  const { order, window, where, shuffleTies } = selection;
  const by = window?.by ?? order.by;
  const [begin, end] = rows.window(by, window?.from, window?.to);
  let found = rows.sorted(by).slice(begin, end);
  if (where !== undefined) found = found.filter(where);
  if (shuffleTies) {
    found.sort(
      (left, right) =>
        (left[order.by] as number) - (right[order.by] as number) ||
        mix(left.tie, shuffleTies) - mix(right.tie, shuffleTies),
    );
  } else if (by !== order.by) found.sort(ascending<R>(order.by));
  return order.desc ? found.reverse() : found;
}
