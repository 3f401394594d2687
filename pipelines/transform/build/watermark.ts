import type { ClientBase } from 'pg';

/** Up to where a build saw everything. */
export interface Watermark {
  /** xid8 as text. */
  readonly through: string;
  readonly systemIdentifier: string;
}

/**
 * Reads the watermark of the current transaction, which must be REPEATABLE READ: then it belongs to the one snapshot that
 * every query of the build uses.
 *
 * Why reading `loaded_xid >= through` next time misses nothing, however many loaders run at once: a raw row carries the id
 * of the transaction that wrote it. `pg_snapshot_xmin` is the lowest id still running when this snapshot was taken, so a
 * row with a lower id was committed before (and is seen by this build) or never will be. Any row this build does not see
 * has an id at or above it and is read by the next build. Rows at or above it that were seen already are read once more,
 * which replaces them by themselves. Timestamps and sequences cannot do this: they are taken before the commit, and
 * commits come in another order.
 *
 * Ids only have a meaning inside one cluster. After a dump is restored elsewhere they would be compared with another
 * cluster's, so the cluster's identifier is kept beside them, and another one means a full build.
 */
export async function readWatermark(client: ClientBase): Promise<Watermark> {
  const { rows } = await client.query<Watermark>(
    `select pg_snapshot_xmin(pg_current_snapshot())::text as through,
       (select system_identifier from pg_control_system())::text as "systemIdentifier"`,
  );
  const watermark = rows[0];
  if (watermark === undefined) throw new Error('the watermark query returned no row');
  return watermark;
}

export function lower(a: string, b: string): string {
  return BigInt(a) < BigInt(b) ? a : b;
}
