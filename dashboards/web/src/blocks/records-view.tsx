import { useLoad } from '../api/cube.ts';
import { useScope, viewOf } from '../model/scope.ts';
import type { RecordsBlock } from '../pages/index.ts';
import { useCatalog } from '../shell/account.ts';
import { Frame } from './frame.tsx';
import { Records, useRecordSheet } from './records.tsx';

/** Rows themselves: overdue deals, streams, warnings. */
export function RecordsView({ block }: { block: RecordsBlock }) {
  const catalog = useCatalog();
  const scope = useScope();
  const view = viewOf(block.sortBy);
  const isMeasure = (name: string): boolean => catalog.find(name)?.kind === 'measure';
  const measures = block.columns.filter(isMeasure);
  const { data, isLoading, error, refetch } = useLoad({
    dimensions: block.columns.filter((name) => !isMeasure(name)),
    ...(measures.length > 0 && { measures }),
    filters: [...scope.filters(view), ...(block.filters ?? [])],
    ...(block.isNow ? scope.now(view) : scope.dated(`${view}.`, scope.range)),
    order: [[block.sortBy, block.direction ?? 'desc']],
    limit: block.limit ?? 50,
  });
  const sheet = useRecordSheet(block.columns, data ?? []);
  return (
    <Frame
      title={block.title}
      hint={block.hint}
      width={block.width}
      isLoading={isLoading}
      error={error}
      retry={() => void refetch()}
      isEmpty={data?.length === 0}
      isEmptyGood={block.isNow ?? false}
      deaf={scope.deaf(view)}
      sheet={sheet}
      height={320}
    >
      <Records columns={block.columns} rows={data ?? []} />
    </Frame>
  );
}
