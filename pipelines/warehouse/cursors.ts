import pg from 'pg';
import type { StreamKey } from './streams.ts';
import type { Warehouse } from './warehouse.ts';

/** Where the stream goes on, as it was given to `land`; undefined before the first landing. */
export async function readCursor(warehouse: Pick<Warehouse, 'pool'>, key: StreamKey): Promise<unknown> {
  const { rows } = await warehouse.pool.query<{ cursor: unknown }>(
    'select cursor from ops.cursors where source = $1 and account_id = $2 and stream = $3',
    [key.source, key.account, key.stream],
  );
  return rows[0]?.cursor;
}

/** Sets a cursor on its own, e.g. to read a stream anew. A landing commits its cursor with its rows: prefer that. */
export async function writeCursor(
  warehouse: Pick<Warehouse, 'pool'>,
  key: StreamKey,
  cursor: unknown,
): Promise<void> {
  await warehouse.pool.query(writeCursorSql(key, cursor));
}

/** As a text without parameters, to travel with other statements in one round trip. */
export function writeCursorSql(key: StreamKey, cursor: unknown): string {
  const [source, account, stream, value] = [key.source, key.account, key.stream, JSON.stringify(cursor)].map(
    (text) => pg.escapeLiteral(text),
  );
  return `insert into ops.cursors as c (source, account_id, stream, cursor)
    values (${source}, ${account}, ${stream}, ${value})
    on conflict (source, account_id, stream) do update set cursor = excluded.cursor, updated_at = now()
    where c.cursor <> excluded.cursor`;
}
