/** One version of one record as a source gave it. */
export interface LandingRow {
  readonly id: string;
  /** JSON text, as it came. */
  readonly payload: string;
  /** The source's own version of the record; null where the source has none. */
  readonly updatedAt: Date | null;
  /** A deletion: its payload is not used when a full version of the record is known. */
  readonly isDeleted?: boolean;
  /** Default: updatedAt, else the time of landing. */
  readonly deletedAt?: Date | null;
}

/** A record that failed its schema: kept whole, with the reason, to be tried again. */
export interface LandingReject {
  readonly id: string | null;
  readonly reason: string;
  /** The text as it came; need not be JSON. */
  readonly payload: string;
  readonly updatedAt?: Date | null;
  readonly isDeleted?: boolean;
  readonly deletedAt?: Date | null;
}

/** Btree keys end at 2.7 kB; no source has keys near that. */
const ID_LIMIT = 1000;

/** Why a row cannot be stored whatever its payload is; undefined when it can. */
export function rowFault(row: LandingRow): string | undefined {
  if (row.id === '') return 'the record has no id';
  if (row.id.length > ID_LIMIT) return `the record's id is longer than ${ID_LIMIT} characters`;
  if (row.id.includes('\0')) return "the record's id has a NUL character";
  if (row.updatedAt !== null && !isStorable(row.updatedAt)) return 'updated_at is not a time';
  if (row.deletedAt != null && !isStorable(row.deletedAt)) return 'deleted_at is not a time';
  if (row.payload.includes('\0')) return 'the payload is not JSON: it has a raw NUL character';
  return undefined;
}

function isStorable(date: Date): boolean {
  const year = date.getUTCFullYear();
  return year > -4700 && year < 200_000;
}

/**
 * Which rows lose against another row of the same id in the batch: 1 at their place. The newest has the latest updatedAt, then is a
 * deletion, then was read last. Undefined when every id occurs once.
 */
export function findOlder(rows: readonly LandingRow[]): Uint8Array | undefined {
  const newest = new Map<string, number>();
  for (const [place, row] of rows.entries()) {
    const other = rows[newest.get(row.id) ?? -1];
    if (other === undefined || !isNewer(other, row)) newest.set(row.id, place);
  }
  if (newest.size === rows.length) return undefined;
  const older = new Uint8Array(rows.length).fill(1);
  for (const place of newest.values()) older[place] = 0;
  return older;
}

function isNewer(a: LandingRow, b: LandingRow): boolean {
  const [at, bt] = [effectiveTime(a), effectiveTime(b)];
  if (at !== bt) return at > bt;
  return a.isDeleted === true && b.isDeleted !== true;
}

function effectiveTime(row: LandingRow): number {
  const at = row.updatedAt ?? (row.isDeleted ? row.deletedAt : null);
  return at?.getTime() ?? Number.NEGATIVE_INFINITY;
}
