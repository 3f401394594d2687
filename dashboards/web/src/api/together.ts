import type { LoadQuery, Row } from './cube.ts';

interface Waiting {
  readonly query: LoadQuery;
  readonly resolve: (rows: Promise<Row[]>) => void;
}

/** Queries of one key differ in their measures only, of one view, and give the same rows. */
function keyOf({ measures, order, limit, ...rest }: LoadQuery): string | undefined {
  // Where rows are cut off, the order says which stay.
  if (measures === undefined || order !== undefined || limit !== undefined) return undefined;
  return JSON.stringify([measures[0]?.split('.')[0], rest]);
}

/** Puts off queries until all of one turn are known, and asks those that differ in their measures only as one. */
export function together(ask: (query: LoadQuery) => Promise<Row[]>): (query: LoadQuery) => Promise<Row[]> {
  let waiting = new Map<string, Waiting[]>();
  const askAll = (): void => {
    const groups = waiting.values();
    waiting = new Map();
    for (const group of groups) {
      const measures = [...new Set(group.flatMap(({ query }) => query.measures ?? []))];
      const rows = ask({ ...group[0]!.query, measures });
      for (const { resolve } of group) resolve(rows);
    }
  };
  return (query) => {
    const key = keyOf(query);
    if (key === undefined) return ask(query);
    return new Promise((resolve) => {
      if (waiting.size === 0) setTimeout(askAll);
      waiting.set(key, [...(waiting.get(key) ?? []), { query, resolve }]);
    });
  };
}
