import type { StreamKey } from './streams.ts';
import { rawTable } from './streams.ts';
import type { Warehouse } from './warehouse.ts';

export interface StreamStatus extends StreamKey {
  /** Records, deleted ones included. Exact: every landing keeps the totals in its own transaction. */
  readonly rows: number;
  readonly deleted: number;
  /** Superseded versions. */
  readonly history: number;
  readonly openRejects: number;
  readonly cursor: unknown;
  readonly lastLoadAt: Date | null;
}

/** How far each stream is, by source, account and stream. Reads totals, never the tables themselves: some milliseconds at any size. */
export async function streamStatus(warehouse: Pick<Warehouse, 'pool'>): Promise<StreamStatus[]> {
  const { rows } = await warehouse.pool.query<Record<string, unknown>>(`
    with rejects as (
      select source, account_id, stream, count(*) as open
      from ops.rejects where resolved_at is null group by 1, 2, 3
    )
    select source, account_id, stream, coalesce(s.rows, 0) as rows, coalesce(s.deleted, 0) as deleted,
      coalesce(s.history, 0) as history, coalesce(r.open, 0) as open, c.cursor,
      greatest(s.last_load_at, c.updated_at) as last_load_at
    from ops.streams s
    full join ops.cursors c using (source, account_id, stream)
    full join rejects r using (source, account_id, stream)
    order by source, account_id, stream`);
  return rows.map((row) => ({
    source: row['source'] as string,
    account: row['account_id'] as string,
    stream: row['stream'] as string,
    rows: Number(row['rows']),
    deleted: Number(row['deleted']),
    history: Number(row['history']),
    openRejects: Number(row['open']),
    cursor: row['cursor'] ?? undefined,
    lastLoadAt: row['last_load_at'] as Date | null,
  }));
}

/** Counts the tables and corrects the totals: after anything but a landing has written to `raw` (an erasure, a restore). Slow. */
export async function recountStreams(warehouse: Pick<Warehouse, 'pool'>): Promise<void> {
  const { rows } = await warehouse.pool.query<{ source: string; stream: string }>(
    'select distinct source, stream from ops.streams',
  );
  for (const name of rows) {
    const table = rawTable(name);
    await warehouse.pool.query(
      `update ops.streams s set rows = n.rows, deleted = n.deleted, history = n.history
       from (
         select account_id, count(*) filter (where superseded_at is null) as rows,
           count(*) filter (where superseded_at is null and is_deleted) as deleted,
           count(superseded_at) as history
         from raw.${table}__versions group by account_id
       ) n
       where s.source = $1 and s.stream = $2 and s.account_id = n.account_id`,
      [name.source, name.stream],
    );
  }
}
