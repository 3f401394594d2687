import type { LandingReject, LandingRow } from '../../warehouse/index.ts';
import type { RawRow } from './connection.ts';
import { refusalOf, sightingsIn, type Sighting } from './drift.ts';
import type { LivenessNews, StreamPart, StreamSpec } from './stream.ts';

/** A page sorted into what lands, what is rejected with the reason, and what it says about other rows. */
export interface ReadRows {
  readonly landing: readonly LandingRow[];
  readonly rejects: readonly LandingReject[];
  readonly news: readonly LivenessNews[];
  /** Cursor values in the order of the page, of all rows that have one, rejected ones too. */
  readonly values: readonly number[];
  /** What was not expected of these rows. */
  readonly drift: readonly Sighting[];
}

/** Checks each row on its own: one that fails its schema goes to the rejects with its whole text, the others land. */
export function readRows(spec: StreamSpec, part: StreamPart, rows: readonly RawRow[]): ReadRows {
  const landing: LandingRow[] = [];
  const rejects: LandingReject[] = [];
  const news: LivenessNews[] = [];
  const values: number[] = [];
  const drift: Sighting[] = [];
  for (const { text, value } of rows) {
    const parsed = spec.schema.safeParse(value);
    if (!parsed.success) {
      const position = cursorOfAnything(spec, value);
      if (position !== null) values.push(Math.floor(position));
      const reason = parsed.error.issues
        .map((issue) => `${issue.path.join('.') || 'row'}: ${issue.message}`)
        .join('; ');
      rejects.push({ id: keyOfAnything(spec, part, value), reason, payload: text });
      drift.push(...parsed.error.issues.map(({ path }) => refusalOf(path)));
      continue;
    }
    const row = parsed.data;
    drift.push(...sightingsIn(spec.expected, row, text));
    const id = spec.key(row, part.name);
    const position = spec.cursorOf(row);
    if (position !== null) values.push(Math.floor(position));
    const updatedAt = position === null ? null : new Date(position * 1_000);
    const isDeleted = row['is_deleted'] === true;
    landing.push({
      id,
      payload: text,
      updatedAt,
      ...(isDeleted && { isDeleted: true, deletedAt: updatedAt }),
    });
    if (spec.news) news.push(...spec.news(row));
  }
  return { landing, rejects, news, values, drift };
}

function cursorOfAnything(spec: StreamSpec, value: unknown): number | null {
  if (typeof value !== 'object' || value === null) return null;
  const position = spec.cursorOf(value as Readonly<Record<string, unknown>>);
  return typeof position === 'number' && Number.isFinite(position) ? position : null;
}

/** The key the row would have, so that a row that is there, though refused, is not taken for absent. */
function keyOfAnything(spec: StreamSpec, part: StreamPart, value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const key = spec.key(value as Readonly<Record<string, unknown>>, part.name);
  return /(^|:)(undefined|null|\[object Object\])?$/.test(key) ? null : key;
}
