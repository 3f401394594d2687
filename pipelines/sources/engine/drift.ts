import type pg from 'pg';
import type { Row } from './stream.ts';

/**
 * What can be new about a row: a field nobody declared, a null where there never was one, a value outside the documented ones, a custom
 * field that is new or has changed its type, a character that jsonb cannot hold, an unusual size, a row that its schema refused.
 */
export type DriftKind =
  | 'new_field'
  | 'null'
  | 'unknown_value'
  | 'new_custom_field'
  | 'changed_type'
  | 'replaced_character'
  | 'large_row'
  | 'rejected';

export interface Sighting {
  readonly kind: DriftKind;
  readonly name: string;
}

/** What the documentation says a row looks like. Rows that differ land all the same, and are counted. */
export interface ExpectedShape {
  readonly fields: ReadonlySet<string>;
  /** Documented without a null. */
  readonly neverNull: readonly string[];
  /** A value outside the documented ones, e.g. `type never_heard_of`. */
  readonly unknownValue?: (row: Row) => string | undefined;
}

export interface DriftRow extends Sighting {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  /** Rows as they were read: one that is read again by an overlapping window counts again. */
  readonly rows: number;
}

/** A usual row has 1–4 kB of text. */
const LARGE = 1024 * 1024;
const LONGEST_NAME = 200;

/** `text` is the row as it came; a row that its schema has refused is not looked at here. */
export function sightingsIn(
  expected: ExpectedShape | undefined,
  row: Row,
  text: string,
): readonly Sighting[] {
  const found: Sighting[] = [];
  if (text.length > LARGE) found.push({ kind: 'large_row', name: 'over 1 MB' });
  if (text.includes('\\u0000')) {
    found.push({ kind: 'replaced_character', name: `NUL in ${pathOfNul(row) ?? 'a name'}` });
  }
  if (!expected) return found;
  for (const name of Object.keys(row)) {
    if (!expected.fields.has(name)) found.push({ kind: 'new_field', name: shortened(name) });
  }
  // A row of the recycle bin is null all over.
  if (row['is_deleted'] !== true) {
    for (const name of expected.neverNull) if (row[name] == null) found.push({ kind: 'null', name });
  }
  const unknown = expected.unknownValue?.(row);
  if (unknown !== undefined) found.push({ kind: 'unknown_value', name: shortened(unknown) });
  return found;
}

/** The path of what was refused, without places in lists: `_embedded.statuses[].id`. */
export function refusalOf(path: readonly PropertyKey[]): Sighting {
  const name = path.map((key) => (typeof key === 'number' ? '[]' : String(key))).join('.');
  return { kind: 'rejected', name: shortened(name.replaceAll('.[]', '[]') || 'row') };
}

/**
 * Counts sightings. Comes before the rows are landed, so that a process that dies in between counts twice rather than not at all; a
 * count is for people, not for sums.
 */
export async function noteDrift(
  pool: pg.Pool,
  key: { readonly source: string; readonly account: string; readonly stream: string },
  sightings: readonly Sighting[],
): Promise<void> {
  if (sightings.length === 0) return;
  const counts = new Map<string, Sighting & { rows: number }>();
  for (const { kind, name } of sightings) {
    const known = counts.get(`${kind} ${name}`);
    if (known) known.rows += 1;
    else counts.set(`${kind} ${name}`, { kind, name, rows: 1 });
  }
  const items = [...counts.values()];
  await pool.query(
    `insert into ops.drift as d (source, account_id, stream, kind, name, rows)
     select $1, $2, $3, kind, name, rows
     from unnest($4::text[], $5::text[], $6::bigint[]) as seen (kind, name, rows)
     order by kind, name
     on conflict (source, account_id, stream, kind, name) do update
     set rows = d.rows + excluded.rows, last_seen_at = now()`,
    [
      key.source,
      key.account,
      key.stream,
      items.map(({ kind }) => kind),
      items.map(({ name }) => name),
      items.map(({ rows }) => rows),
    ],
  );
}

/** Everything unexpected that was ever met, the latest first. */
export async function listDrift(pool: Pick<pg.Pool, 'query'>): Promise<DriftRow[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select source, account_id, stream, kind, name, first_seen_at, last_seen_at, rows
     from ops.drift order by last_seen_at desc, stream, kind, name`,
  );
  return rows.map((row) => ({
    source: row['source'] as string,
    account: row['account_id'] as string,
    stream: row['stream'] as string,
    kind: row['kind'] as DriftKind,
    name: row['name'] as string,
    firstSeenAt: row['first_seen_at'] as Date,
    lastSeenAt: row['last_seen_at'] as Date,
    rows: Number(row['rows']),
  }));
}

function pathOfNul(value: unknown): string | undefined {
  if (typeof value === 'string') return value.includes('\0') ? '' : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const path = pathOfNul(inner);
    if (path === undefined) continue;
    const own = Array.isArray(value) ? '[]' : key.replaceAll('\0', '\ufffd');
    return path === '' ? own : `${own}.${path}`;
  }
  return undefined;
}

function shortened(name: string): string {
  return name.replaceAll('\0', '\ufffd').slice(0, LONGEST_NAME);
}
