import type pg from 'pg';
import { land } from './land.ts';
import type { LandingRow, LandingReject } from './landing-row.ts';
import type { StreamKey } from './streams.ts';
import type { Warehouse } from './warehouse.ts';

export interface RejectedRow extends StreamKey, Required<Omit<LandingReject, 'id' | 'reason'>> {
  readonly rejectId: number;
  readonly id: string | null;
  readonly reason: string;
  readonly seenAt: Date;
  readonly tries: number;
}

export interface RejectFilter {
  readonly source?: string;
  readonly account?: string;
  readonly stream?: string;
  /** Default 1000. */
  readonly limit?: number;
  /** Only rejects after this `rejectId`: for reading on. */
  readonly after?: number;
}

export interface RetryResult {
  readonly landed: number;
  readonly stillRejected: number;
}

/** Writes rejects of a load. One that is open already, with the same payload, is not written again. */
export async function addRejects(
  client: pg.ClientBase,
  key: StreamKey,
  loadId: number,
  rejects: readonly LandingReject[],
): Promise<void> {
  for (const reject of rejects) {
    await client.query({
      name: 'add_reject',
      text: `insert into ops.rejects (source, account_id, stream, id, reason, payload, source_updated_at, is_deleted, deleted_at, load_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (source, account_id, stream, coalesce(id, ''), md5(payload)) where resolved_at is null
        do update set tries = ops.rejects.tries + 1, reason = excluded.reason where ops.rejects.reason <> excluded.reason`,
      values: [
        key.source,
        key.account,
        key.stream,
        reject.id?.replaceAll('\0', '\ufffd') ?? null,
        reject.reason.replaceAll('\0', '\ufffd'),
        Buffer.from(reject.payload, 'utf8'),
        storableTime(reject.updatedAt),
        reject.isDeleted ?? false,
        storableTime(reject.deletedAt),
        loadId,
      ],
    });
  }
}

/** Open rejects, oldest first. */
export async function listRejects(
  warehouse: Pick<Warehouse, 'pool'>,
  filter: RejectFilter = {},
): Promise<RejectedRow[]> {
  const { rows } = await warehouse.pool.query<Record<string, unknown>>(
    `select reject_id, source, account_id, stream, id, reason, payload, source_updated_at, is_deleted, deleted_at, seen_at, tries
     from ops.rejects
     where resolved_at is null and reject_id > $1
       and ($2::text is null or source = $2) and ($3::text is null or account_id = $3) and ($4::text is null or stream = $4)
     order by reject_id limit $5`,
    [
      filter.after ?? 0,
      filter.source ?? null,
      filter.account ?? null,
      filter.stream ?? null,
      filter.limit ?? 1000,
    ],
  );
  return rows.map((row) => ({
    rejectId: Number(row['reject_id']),
    source: row['source'] as string,
    account: row['account_id'] as string,
    stream: row['stream'] as string,
    id: row['id'] as string | null,
    reason: row['reason'] as string,
    payload: (row['payload'] as Buffer).toString('utf8'),
    updatedAt: row['source_updated_at'] as Date | null,
    isDeleted: row['is_deleted'] as boolean,
    deletedAt: row['deleted_at'] as Date | null,
    seenAt: row['seen_at'] as Date,
    tries: Number(row['tries']),
  }));
}

/**
 * Tries the open rejects of one stream again. `parse` is the stream's schema of today: it gives the row to land, or the reason why still
 * not. A row lands by the same rules as ever, so one that has meanwhile been overtaken only joins the history. A crash between
 * the landing and the marking repeats both and doubles nothing.
 */
export async function retryRejects(
  warehouse: Pick<Warehouse, 'pool'>,
  key: StreamKey,
  parse: (reject: RejectedRow) => LandingRow | { readonly reason: string },
): Promise<RetryResult> {
  let landed = 0;
  let stillRejected = 0;
  let after = 0;
  for (;;) {
    const page = await listRejects(warehouse, {
      source: key.source,
      account: key.account,
      stream: key.stream,
      after,
      limit: 250,
    });
    if (page.length === 0) return { landed, stillRejected };
    after = page.at(-1)?.rejectId ?? after;
    const rows: LandingRow[] = [];
    const done: number[] = [];
    for (const reject of page) {
      const result = parse(reject);
      if (!('reason' in result)) {
        rows.push(result);
        done.push(reject.rejectId);
        continue;
      }
      stillRejected++;
      await warehouse.pool.query(
        'update ops.rejects set tries = tries + 1, reason = $2 where reject_id = $1',
        [reject.rejectId, result.reason],
      );
    }
    if (rows.length === 0) continue;
    const { loadId, rejected } = await land(warehouse, { ...key, rows });
    if (rejected > 0) {
      // Some would not go into the database after all: their rejects are open still, under the same payload.
      stillRejected += rows.length;
      continue;
    }
    await warehouse.pool.query(
      'update ops.rejects set resolved_at = now(), resolved_load_id = $2 where reject_id = any($1)',
      [done, loadId],
    );
    landed += rows.length;
  }
}

function storableTime(date: Date | null | undefined): Date | null {
  return date == null || Number.isNaN(date.getTime()) ? null : date;
}
