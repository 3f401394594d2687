import { createHash } from 'node:crypto';
import type { Warehouse } from '../../warehouse/index.ts';

/**
 * Marks the open rejects of a stream that are not among `current` as settled: the row was corrected or is gone. They stay on record. Done
 * twice, or after a crash, it does nothing new.
 */
export async function settleRejects(
  warehouse: Pick<Warehouse, 'pool'>,
  key: { readonly source: string; readonly account: string; readonly stream: string },
  current: readonly { readonly id: string | null; readonly payload: string }[],
): Promise<void> {
  await warehouse.pool.query(
    `update ops.rejects set resolved_at = now()
     where source = $1 and account_id = $2 and stream = $3 and resolved_at is null
       and (coalesce(id, ''), md5(payload)) not in (select * from unnest($4::text[], $5::text[]))`,
    [
      key.source,
      key.account,
      key.stream,
      current.map(({ id }) => id ?? ''),
      current.map(({ payload }) => createHash('md5').update(payload).digest('hex')),
    ],
  );
}
