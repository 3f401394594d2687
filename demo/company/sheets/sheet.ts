import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Employee } from '../staff.ts';

export type Cell = string | number | null;

/** A table as a bookkeeper keeps it: a title for the file, headers in Russian, rows. */
export interface Sheet {
  /** File name without its ending; it says what the table holds. */
  readonly name: string;
  readonly headers: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Writes the tables as CSV: semicolons, a decimal comma, and the byte order mark by which Excel knows UTF-8. */
export function writeSheets(sheets: readonly Sheet[], dir: string): void {
  mkdirSync(dir, { recursive: true });
  for (const { name, headers, rows } of sheets) {
    const lines = [headers, ...rows].map((cells) => cells.map(written).join(';'));
    writeFileSync(join(dir, `${name}.csv`), `\uFEFF${lines.join('\r\n')}\r\n`);
  }
}

function written(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell).replace('.', ',');
  return /[;"\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** `14.03.2026` of `2026-03-14`. */
export function dmy(isoDate: string): string {
  return isoDate.split('-').reverse().join('.');
}

/** How tables name a person: by address; who is in no list any more, by the CRM's number. */
export function called({ isRemoved, id, email }: Employee): string {
  return isRemoved ? String(id) : email;
}
