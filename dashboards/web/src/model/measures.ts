import { useQueries } from '@tanstack/react-query';
import { load, numberOf, type LoadQuery, type Row } from '../api/cube.ts';
import type { Range } from '../controls/periods.ts';
import { useCatalog } from '../shell/account.ts';
import type { Catalog } from './catalog.ts';
import { dateOf, useScope, viewOf, type Scope } from './scope.ts';

export interface Measured {
  readonly value: number | null;
  readonly before: number | null;
  readonly numerator: number | null;
  readonly denominator: number | null;
  /** Values over the period, by the granularity; empty for a stock as of now. */
  readonly trend: readonly (number | null)[];
}

export interface MeasuredAll {
  readonly values: ReadonlyMap<string, Measured>;
  readonly isLoading: boolean;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** The measure with the parts it is made of. */
export function withParts(catalog: Catalog, measures: readonly string[]): string[] {
  const parts = measures.flatMap((name) => {
    const member = catalog.find(name);
    return [name, member?.numerator, member?.denominator].filter(
      (one): one is string => one !== undefined && catalog.find(one)?.kind === 'measure',
    );
  });
  return [...new Set(parts)];
}

const NOTHING: Measured = { value: null, before: null, numerator: null, denominator: null, trend: [] };

/** What is shown beside a value: what it is held against and how it went, or nothing. */
type Beside = 'comparison and trend' | 'nothing';

/** Measures of any views at once: for each view one query for the period, and what is shown beside it one for the comparison and one for the lines. */
export function useMeasures(names: readonly string[], beside: Beside = 'comparison and trend'): MeasuredAll {
  const catalog = useCatalog();
  const scope = useScope();
  const known = names.filter((name) => catalog.has(name));
  // A view may hold both what happened in the period and what is now.
  const groups = [...new Set(known.map((name) => `${viewOf(name)} ${String(scope.isDated(name))}`))];
  const asked = groups.map((group) => {
    const measures = known.filter((name) => `${viewOf(name)} ${String(scope.isDated(name))}` === group);
    const view = viewOf(measures[0]!);
    return { view, measures, queries: queriesOf(view, measures, { catalog, scope, beside }) };
  });
  const queries = asked.flatMap(({ queries: { now, before, trend } }) => [now, before, trend]);
  return useQueries({
    queries: queries.map((query, index) => ({
      // One that is not asked needs a key of its own.
      queryKey: ['load', query ?? index],
      queryFn: () => load(query!),
      enabled: query !== undefined,
    })),
    combine: (results): MeasuredAll => ({
      isLoading: results.some(({ isLoading }, index) => index % 3 === 0 && isLoading),
      error: results.find(({ error }) => error)?.error ?? null,
      retry: () => results.forEach(({ error, refetch }) => void (error && refetch())),
      values: new Map(
        asked.flatMap(({ view, measures }, index) => {
          const [now, before, trend] = results.slice(index * 3, index * 3 + 3).map(({ data }) => data);
          return measures.map((name) => [name, read(name, view, { catalog, now, before, trend })] as const);
        }),
      ),
    }),
  });
}

interface Parts {
  readonly catalog: Catalog;
  readonly scope: Scope;
  readonly beside: Beside;
}

function queriesOf(
  view: string,
  measures: readonly string[],
  { catalog, scope, beside }: Parts,
): Record<'now' | 'before' | 'trend', LoadQuery | undefined> {
  const filters = scope.filters(view);
  const query = (range: Range, granularity?: string): LoadQuery => ({
    measures: granularity === undefined ? withParts(catalog, measures) : measures,
    filters,
    ...scope.dated(measures[0]!, range, granularity),
  });
  if (beside === 'nothing' || !scope.isDated(measures[0]!))
    return { now: query(scope.range), before: undefined, trend: undefined };
  return {
    now: query(scope.range),
    before: scope.compare && query(scope.compare),
    trend: scope.range.from === scope.range.to ? undefined : query(scope.range, scope.granularity),
  };
}

function read(
  name: string,
  view: string,
  {
    catalog,
    now,
    before,
    trend,
  }: { catalog: Catalog } & Record<'now' | 'before' | 'trend', Row[] | undefined>,
): Measured {
  const member = catalog.find(name);
  if (member === undefined) return NOTHING;
  const of = (rows: Row[] | undefined, measure: string | undefined): number | null =>
    measure === undefined ? null : numberOf(rows?.[0]?.[measure]);
  const date = dateOf(view);
  return {
    value: of(now, name),
    before: of(before, name),
    numerator: of(now, member.numerator),
    denominator: of(now, member.denominator),
    trend: [...(trend ?? [])]
      .sort((one, other) => String(one[date]).localeCompare(String(other[date])))
      .map((row) => numberOf(row[name])),
  };
}
