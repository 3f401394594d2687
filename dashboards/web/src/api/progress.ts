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
    readonly error: string | null;
  }[];
}

/** How fresh the numbers are; asks often while nothing was built yet. All numbers are asked anew after each build. */
export function useProgress(): Progress | undefined {
  const { data } = useQuery({
    queryKey: ['progress'],
    queryFn: () => request<Progress>('/web/progress'),
    refetchInterval: ({ state }) => (state.data?.isBuilt === false ? 2_000 : 30_000),
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
