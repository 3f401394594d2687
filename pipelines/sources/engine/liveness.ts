import { ensureStream, land, rawTable, type LandingRow } from '../../warehouse/index.ts';
import { readRows } from './page-rows.ts';
import { tombstone, type StreamKey } from './raw-rows.ts';
import type { ListSession } from './session.ts';
import type { LivenessNews, StreamSpec } from './stream.ts';

/**
 * Carries news of deletions and restorations, met in one stream, over to the rows of another. Events come newest first and several
 * windows at once, so an old deletion can be met after the restoration that undid it: ops.liveness keeps the latest of both per row
 * and only that counts, in whatever order they come.
 *
 * Runs before the page that tells the news is committed: killed in between, the page is read again and this is done again.
 */
export async function applyNews(session: ListSession, news: readonly LivenessNews[]): Promise<void> {
  for (const spec of session.connection.streams) {
    const own = news.filter(({ stream }) => stream === spec.name);
    if (own.length === 0) continue;
    const ids = await keepLatest(session, spec, own);
    await settle(session, spec, ids);
  }
}

async function keepLatest(
  session: ListSession,
  spec: StreamSpec,
  news: readonly LivenessNews[],
): Promise<string[]> {
  const latest = new Map<string, LivenessNews>();
  for (const item of news) {
    const known = latest.get(item.id);
    if (!known || isLater(item, known)) latest.set(item.id, item);
  }
  const items = [...latest.values()];
  await session.warehouse.pool.query(
    `insert into ops.liveness as kept (source, account_id, stream, id, is_deleted, at, tie_breaker)
     select $1, $2, $3, id, is_deleted, to_timestamp(at), tie_breaker
     from unnest($4::text[], $5::boolean[], $6::bigint[], $7::text[]) as news (id, is_deleted, at, tie_breaker)
     order by id
     on conflict (source, account_id, stream, id) do update
     set is_deleted = excluded.is_deleted, at = excluded.at, tie_breaker = excluded.tie_breaker
     where (kept.at, kept.tie_breaker) < (excluded.at, excluded.tie_breaker)`,
    [
      session.type,
      session.account.id,
      spec.name,
      items.map(({ id }) => id),
      items.map(({ isDeleted }) => isDeleted),
      items.map(({ at }) => at),
      items.map(({ tieBreaker }) => tieBreaker),
    ],
  );
  return items.map(({ id }) => id);
}

/**
 * Brings rows into line with the latest news of them: a row that was alive when it was last changed and deleted after is marked deleted,
 * one restored after its deletion is read again. Also runs at the end of every round of a stream, for news that came before the row.
 */
export async function settle(session: ListSession, spec: StreamSpec, ids?: readonly string[]): Promise<void> {
  const { warehouse, connection } = session;
  const key: StreamKey = { source: session.type, account: session.account.id, stream: spec.name };
  await ensureStream(warehouse, key);
  const { rows: unsettled } = await warehouse.pool.query<{ id: string; at: Date; is_deleted: boolean }>(
    `select news.id, news.at, news.is_deleted
     from ops.liveness as news
     join raw.${rawTable(key)} as record on record.account_id = news.account_id and record.id = news.id
     where news.source = $1 and news.account_id = $2 and news.stream = $3
       and news.is_deleted <> record.is_deleted
       and (record.source_updated_at is null or record.source_updated_at <= news.at)
       and ($4::text[] is null or news.id = any($4))`,
    [key.source, key.account, key.stream, ids ?? null],
  );
  const rows: LandingRow[] = [];
  const whole = spec.parts.find(({ tombstones }) => !tombstones);
  for (const { id, at, is_deleted } of unsettled) {
    if (is_deleted) rows.push(tombstone(id, at, at));
    else {
      const found = await connection.fetchOne(spec.name, id, session.signal);
      if (!found || !whole) continue;
      for (const row of readRows(spec, whole, [found]).landing) {
        // Restoring need not touch the row's own date: without this the tombstone would stay the newer version.
        rows.push({ ...row, updatedAt: row.updatedAt !== null && row.updatedAt > at ? row.updatedAt : at });
      }
    }
  }
  if (rows.length > 0) await land(warehouse, { ...key, rows });
}

function isLater(left: LivenessNews, right: LivenessNews): boolean {
  return left.at > right.at || (left.at === right.at && left.tieBreaker > right.tieBreaker);
}
