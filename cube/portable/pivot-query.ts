import type { NormalizedQuery, QueryType } from './transform-request.ts';

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** The one query a client pivots several answers by, as Cube's clients expect it beside the results. */
export function pivotQuery(queryType: QueryType, queries: readonly NormalizedQuery[]): NormalizedQuery {
  const [first = {}] = queries;
  if (queryType === 'compareDateRangeQuery') {
    return { ...first, dimensions: ['compareDateRange', ...(first.dimensions ?? [])], queryType };
  }
  if (queryType === 'blendingQuery') {
    const granularity = queries[0]?.timeDimensions?.[0]?.granularity;
    return {
      ...first,
      measures: distinct(queries.flatMap((query) => query.measures ?? [])),
      dimensions: distinct(queries.flatMap((query) => query.dimensions ?? [])),
      timeDimensions: granularity == null ? [] : [{ dimension: 'time', granularity }],
      queryType,
    };
  }
  return { ...first, queryType };
}
