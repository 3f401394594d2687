import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { request } from './http.ts';

/** See cube/web/progress.ts. */
export interface Progress {
  readonly isBuilt: boolean;
  readonly lastBuiltAt: string | null;
  readonly isBuilding: boolean;
  readonly modelsBuilt: number;
  readonly buildError: string | null;
  readonly sources: readonly {
    readonly source: string;
    readonly status: 'running' | 'succeeded' | 'failed' | 'abandoned';
    readonly rows: number;
    readonly expectedRows: number | null;
    readonly streams: number;
    readonly streamsDone: number;
    readonly isFirst: boolean;
    readonly error: string | null;
  }[];
}

/** The sources that are being read for the first time: of them the numbers show a part. */
export const firstReadings = ({ sources }: Progress): Progress['sources'] =>
  sources.filter(({ isFirst, status }) => isFirst && status === 'running');

/** How fresh the numbers are; asks often during a first reading. All numbers are asked anew after each build. */
export function useProgress(): Progress | undefined {
  const { data } = useQuery({
    queryKey: ['progress'],
    queryFn: () => request<Progress>('/web/progress'),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && (!data.isBuilt || firstReadings(data).length > 0) ? 2_000 : 30_000,
    staleTime: 0,
  });
  const client = useQueryClient();
  const seen = useRef<string | null | undefined>(undefined);
  const builtAt = data?.lastBuiltAt;
  useEffect(() => {
    if (builtAt === undefined) return;
    if (seen.current !== undefined && seen.current !== builtAt) {
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'load' });
    }
    seen.current = builtAt;
  }, [builtAt, client]);
  return data;
}
