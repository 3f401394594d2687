import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { post, request } from './http.ts';

export interface SavedView {
  readonly id: string;
  readonly title: string;
  readonly address: string;
}

const KEY = ['saved views'];

export function useSavedViews() {
  const client = useQueryClient();
  const keep = (views: SavedView[]): void => void client.setQueryData(KEY, views);
  const { data = [] } = useQuery({ queryKey: KEY, queryFn: () => request<SavedView[]>('/web/views') });
  const save = useMutation({
    mutationFn: (view: { title: string; address: string }) => post<SavedView[]>('/web/views', view),
    onSuccess: keep,
  });
  const remove = useMutation({
    mutationFn: (id: string) => request<SavedView[]>(`/web/views/${id}`, { method: 'DELETE' }),
    onSuccess: keep,
  });
  return { views: data, save, remove };
}
