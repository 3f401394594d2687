import type pg from 'pg';
import { StreamNameError } from './errors.ts';

export interface StreamName {
  /** The source's type, e.g. `amocrm`: all accounts of a type share the stream's tables. */
  readonly source: string;
  readonly stream: string;
}

/** The account's part of a stream. */
export interface StreamKey extends StreamName {
  readonly account: string;
}

/** Two underscores divide source and stream; the longest derived name, `…__versions`, fits Postgres's 63 bytes. */
const NAME = /^[a-z](?:_?[a-z0-9]){0,23}$/;

/** `amocrm__leads` for use in `raw`. Throws {@link StreamNameError}. */
export function rawTable({ source, stream }: StreamName): string {
  for (const name of [source, stream]) {
    if (!NAME.test(name) || name.length > 24) throw new StreamNameError(name);
  }
  return `${source}__${stream}`;
}

const ensured = new WeakMap<pg.Pool, Set<string>>();

/** Creates `raw.<source>__<stream>`, `…__history` and the view `…__versions` unless they are there. Safe from several processes. */
export async function ensureStream({ pool }: { readonly pool: pg.Pool }, stream: StreamName): Promise<void> {
  const table = rawTable(stream);
  const known = ensured.get(pool) ?? new Set<string>();
  ensured.set(pool, known);
  if (known.has(table)) return;
  await pool.query('select ops.ensure_stream($1, $2)', [stream.source, stream.stream]);
  known.add(table);
}
