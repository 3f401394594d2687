import type { LandingReject, LandingRow } from '../../warehouse/index.ts';
import type { RawRow } from './connection.ts';
import type { LivenessNews, StreamPart, StreamSpec } from './stream.ts';

/** A page sorted into what lands, what is rejected with the reason, and what it says about other rows. */
export interface ReadRows {
  readonly landing: readonly LandingRow[];
  readonly rejects: readonly LandingReject[];
  readonly news: readonly LivenessNews[];
  /** Cursor values in the order of the page, of all rows that have one, rejected ones too. */
  readonly values: readonly number[];
}

/** Checks each row on its own: one that fails its schema goes to the rejects with its whole text, the others land. */
export function readRows(spec: StreamSpec, part: StreamPart, rows: readonly RawRow[]): ReadRows {
  const landing: LandingRow[] = [];
  const rejects: LandingReject[] = [];
  const news: LivenessNews[] = [];
  const values: number[] = [];
  for (const { text, value } of rows) {
    const parsed = spec.schema.safeParse(value);
    if (!parsed.success) {
      const position = cursorOfAnything(spec, value);
      if (position !== null) values.push(position);
      const reason = parsed.error.issues
        .map((issue) => `${issue.path.join('.') || 'row'}: ${issue.message}`)
        .join('; ');
      rejects.push({ id: idOfAnything(value), reason, payload: text });
      continue;
    }
    const row = parsed.data;
    const id = spec.key(row, part.name);
    const position = spec.cursorOf(row);
    if (position !== null) values.push(position);
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
  return { landing, rejects, news, values };
}

function cursorOfAnything(spec: StreamSpec, value: unknown): number | null {
  if (typeof value !== 'object' || value === null) return null;
  const position = spec.cursorOf(value as Readonly<Record<string, unknown>>);
  return typeof position === 'number' && Number.isFinite(position) ? position : null;
}

function idOfAnything(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  const { id } = value;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}
