/** What a cell of a sheet can hold. CSV has text only. */
export type CellValue = string | number | boolean | Date | null;

export interface Cell {
  readonly value: CellValue;
  /** A formula that ended in an error (`#DIV/0!`), or that no program has worked out yet. */
  readonly fault?: string;
  /** A1 reference of the merged range the cell is in; its value is that of the range's first cell. */
  readonly merged?: string;
}

/** One table: a CSV file, or a sheet of a workbook. */
export interface Table {
  /** Null for CSV. */
  readonly sheet: string | null;
  readonly rows: readonly TableRow[];
  /** What a number stands for in a cell that should be a date; null where the file does not say (CSV). */
  readonly dateSystem: '1900' | '1904' | null;
}

export interface TableRow {
  /** As the program that shows the file numbers it, from 1. For CSV: the line its row begins on. */
  readonly number: number;
  readonly cells: readonly Cell[];
}

export const EMPTY: Cell = { value: null };

export function isBlank({ value, fault }: Cell): boolean {
  return fault === undefined && (value === null || (typeof value === 'string' && tidy(value) === ''));
}

/** A cell as a person would read it. */
export function textOf({ value, fault }: Cell): string {
  if (fault !== undefined) return fault;
  if (value instanceof Date) {
    const iso = value.toISOString();
    return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 19).replace('T', ' ');
  }
  return value === null ? '' : tidy(String(value));
}

/** Without what cannot be seen: outer spaces, doubled ones, no-break and zero-width ones, BOMs, soft hyphens. */
export function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u200B-\u200D\u2060\uFEFF\u00AD]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** For comparing names and headers: tidy, lower case, ё as е. */
export function folded(text: string): string {
  return tidy(text).toLowerCase().replaceAll('ё', 'е');
}

/** `0` → `A`, `27` → `AB`. */
export function columnLetter(index: number): string {
  let letters = '';
  for (let rest = index; rest >= 0; rest = Math.floor(rest / 26) - 1) {
    letters = String.fromCharCode(65 + (rest % 26)) + letters;
  }
  return letters;
}
