import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { LandingRow } from './landing-row.ts';

/** The session's own table that batches are copied into: not logged, emptied by every commit. */
const STAGING = `create temporary table if not exists voronka_landing (
  id text not null,
  updated_at timestamptz,
  is_deleted boolean not null,
  deleted_at timestamptz,
  is_older boolean not null,
  payload jsonb not null
) on commit delete rows`;

/** What Node keeps for each connection that lands. */
const staged = new WeakMap<PoolClient, { buffer: Buffer }>();
const KEPT_BYTES = 4 * 1024 * 1024;

/** Gives the connection its staging table, once. */
export async function prepareStaging(client: PoolClient): Promise<void> {
  if (staged.has(client)) return;
  // A batch of 10,000 leads fits; refused when the session has used temporary tables before, which only makes it slower.
  await client.query("set temp_buffers = '32MB'").catch(() => undefined);
  await client.query(STAGING);
  staged.set(client, { buffer: Buffer.alloc(0) });
}

const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const TRAILER_BYTES = 2;
/** Field count, six lengths, two times, two booleans, the version byte of jsonb. */
const FIXED_BYTES = 2 + 6 * 4 + 2 * 8 + 2 + 1;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/** Copies rows into the staging table, `older` as findOlder gives it. Any payload that jsonb refuses fails all of them. */
export function copyRows(
  client: PoolClient,
  rows: readonly LandingRow[],
  older: Uint8Array | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = client.query(copyFrom('copy pg_temp.voronka_landing from stdin (format binary)'));
    stream.on('error', reject);
    stream.on('finish', () => resolve());
    stream.end(encode(client, rows, older));
  });
}

/**
 * COPY's binary format (Postgres docs, COPY, Binary Format): no escaping, so a payload goes from string to wire in one pass. The text
 * format took 1.4 times as long in Node.
 */
function encode(client: PoolClient, rows: readonly LandingRow[], older: Uint8Array | undefined): Buffer {
  let size = HEADER.length + TRAILER_BYTES;
  // Three bytes of UTF-8 per code unit at most: cheaper than measuring each string, and the pages are returned at once.
  for (const row of rows) size += FIXED_BYTES + 3 * (row.id.length + row.payload.length);
  const buffer = bufferOf(client, size);
  let at = HEADER.copy(buffer);
  for (const [place, row] of rows.entries()) {
    at = buffer.writeInt16BE(6, at);
    at = text(row.id, 0);
    at = time(row.updatedAt);
    at = bool(row.isDeleted ?? false);
    at = time(row.deletedAt ?? null);
    at = bool(older?.[place] === 1);
    at = text(row.payload, 1);
  }
  at = buffer.writeInt16BE(-1, at);
  return buffer.subarray(0, at);

  function text(value: string, versionBytes: number): number {
    // jsonb's wire format is one version byte, 1, and the text.
    if (versionBytes === 1) buffer[at + 4] = 1;
    const written = buffer.write(value, at + 4 + versionBytes, 'utf8');
    buffer.writeInt32BE(written + versionBytes, at);
    return at + 4 + versionBytes + written;
  }

  function bool(value: boolean): number {
    const next = buffer.writeInt32BE(1, at);
    return buffer.writeUInt8(value ? 1 : 0, next);
  }

  function time(value: Date | null): number {
    if (value === null) return buffer.writeInt32BE(-1, at);
    const next = buffer.writeInt32BE(8, at);
    return buffer.writeBigInt64BE(BigInt(value.getTime() - POSTGRES_EPOCH_MS) * 1000n, next);
  }
}

/** Pages share their connection's buffer: the copy before is finished, and fresh megabytes for every page kept the collector busy. */
function bufferOf(client: PoolClient, size: number): Buffer {
  const kept = staged.get(client);
  if (kept === undefined || size > KEPT_BYTES) return Buffer.allocUnsafe(size);
  if (kept.buffer.length < size) kept.buffer = Buffer.allocUnsafe(Math.min(KEPT_BYTES, size * 2));
  return kept.buffer;
}
