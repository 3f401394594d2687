import cube, { type Query, type TQueryOrderArray } from '@cubejs-client/core';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { together } from './together.ts';

/** The server turns the session's cookie into a token for Cube when it finds this in its place. */
const client = cube('session', { apiUrl: '/cubejs-api/v1', credentials: 'same-origin' });

export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

export interface Filter {
  readonly member: string;
  readonly operator: 'equals' | 'notEquals' | 'set' | 'notSet' | 'gt' | 'contains';
  readonly values?: readonly string[];
}

export interface LoadQuery {
  readonly measures?: readonly string[];
  readonly dimensions?: readonly string[];
  readonly timeDimension?: {
    readonly dimension: string;
    readonly granularity?: string;
    readonly dateRange?: readonly [string, string];
  };
  readonly filters?: readonly Filter[];
  readonly segments?: readonly string[];
  readonly order?: readonly (readonly [string, 'asc' | 'desc'])[];
  readonly limit?: number;
}

/**
 * Rows of a query. Amounts come as text, so that nothing is rounded on the way; see `numberOf`. What the blocks of a page ask at once
 * of the same rows is asked together, so a row may hold more than was asked for.
 */
export const load: (query: LoadQuery) => Promise<Row[]> = together(ask);

async function ask(query: LoadQuery): Promise<Row[]> {
  const { measures, dimensions, timeDimension, filters, segments, order, limit } = query;
  const asked = {
    ...(measures && { measures: [...measures] }),
    ...(dimensions && { dimensions: [...dimensions] }),
    ...(timeDimension && { timeDimensions: [timeDimension] }),
    ...(filters && { filters: [...filters] }),
    ...(segments && { segments: [...segments] }),
    ...(order && { order: order as unknown as TQueryOrderArray }),
    limit: limit ?? 5000,
  } as unknown as Query;
  const result = await client.load(asked);
  return result.rawData() as Row[];
}

export function useLoad(query: LoadQuery | undefined): UseQueryResult<Row[]> {
  return useQuery({
    queryKey: ['load', query],
    queryFn: () => load(query!),
    enabled: query !== undefined,
  });
}

export const fetchMeta = () => client.meta();

export function numberOf(cell: Cell | undefined): number | null {
  if (cell === null || cell === undefined || cell === '') return null;
  const number = Number(cell);
  return Number.isFinite(number) ? number : null;
}
