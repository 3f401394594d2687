import { createHash } from 'node:crypto';
import { z } from 'zod';
import { rawTable, retryRejects, type LandingRow, type RejectedRow } from '../../warehouse/index.ts';
import { listRejects } from '../../warehouse/rejects.ts';
import type { StreamCursor } from './cursor.ts';
import { applyNews } from './liveness.ts';
import { readRows, type ReadRows } from './page-rows.ts';
import type { ListSession } from './session.ts';
import type { StreamSpec } from './stream.ts';

/**
 * Tries a stream's rejects again when its schema is another than the one they failed: once per change, before anything new is read. The
 * fingerprint travels with the cursor and is written by the landing that comes next; until then a killed process does this again.
 */
export async function retryUnderNewSchema(
  session: ListSession,
  spec: StreamSpec,
  cursor: StreamCursor,
): Promise<void> {
  const fingerprint = fingerprintOf(spec.schema);
  if (cursor.schema === fingerprint) return;
  const { warehouse } = session;
  const key = { source: session.type, account: session.account.id, stream: spec.name };
  const current = new Map<string, { readonly at: Date | null; readonly seenAt: Date }>();
  for (let after = 0; ;) {
    const page = await listRejects(warehouse, { ...key, after, limit: 250 });
    if (page.length === 0) break;
    after = page.at(-1)?.rejectId ?? after;
    const read = page.map((reject) => rowsOf(spec, reject));
    // Before the rows land, as with every page: once they have, nobody looks at these rejects again.
    await applyNews(
      session,
      read.flatMap(({ news }) => news),
    );
    const { rows } = await warehouse.pool.query<{ id: string; at: Date | null; seen_at: Date }>(
      `select id, source_updated_at as at, seen_at from raw.${rawTable(key)} where account_id = $1 and id = any($2)`,
      [key.account, read.flatMap(({ landing }) => landing.map(({ id }) => id))],
    );
    for (const { id, at, seen_at } of rows) current.set(id, { at, seenAt: seen_at });
  }
  await retryRejects(warehouse, key, (reject): LandingRow | { readonly reason: string } => {
    const { landing, rejects } = rowsOf(spec, reject);
    const [row] = landing;
    if (!row) return { reason: rejects[0]?.reason ?? 'not a row' };
    const rival = current.get(row.id);
    const isOvertaken =
      row.updatedAt !== null &&
      rival?.at?.getTime() === row.updatedAt.getTime() &&
      rival.seenAt > reject.seenAt;
    // Of two versions of one second the one landed later wins, and that would be this one, which was read first.
    return isOvertaken && row.updatedAt ? { ...row, updatedAt: new Date(row.updatedAt.getTime() - 1) } : row;
  });
  cursor.schema = fingerprint;
}

function rowsOf(spec: StreamSpec, { payload }: RejectedRow): ReadRows {
  const value = parsed(payload);
  const named = spec.partOf?.((typeof value === 'object' && value !== null ? value : {}) as never);
  const part = named === undefined ? (spec.parts[0] ?? { name: 'all' }) : { name: named };
  return readRows(spec, part, [{ text: payload, value }]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const fingerprints = new WeakMap<z.ZodType, string>();

/** The same for the same rules in every process and on every machine. */
export function fingerprintOf(schema: z.ZodType): string {
  let known = fingerprints.get(schema);
  if (known === undefined) {
    const rules = JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' }));
    known = createHash('sha256').update(rules).digest('hex').slice(0, 16);
    fingerprints.set(schema, known);
  }
  return known;
}
