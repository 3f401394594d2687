import { folded, isBlank, textOf, type Table, type TableRow } from './cell.ts';
import { isRequired, type Column } from './column.ts';
import type { FileKind } from './kind.ts';

/** The header of a table under one kind: which column of the sheet is which of the kind. */
export interface Header {
  readonly row: TableRow;
  /** Place in the row → column. */
  readonly columns: ReadonlyMap<number, Column>;
  /** Required columns that no header names. */
  readonly missing: readonly Column[];
  /** Headers that name nothing of this kind: their columns are not read. */
  readonly unknown: readonly { readonly place: number; readonly text: string }[];
  /** Two headers that name the same column. */
  readonly twice: readonly Column[];
}

/** Titles and notes may stand above a header; it is looked for in so many rows that are not empty. */
const LOOKED_AT = 20;

/** The row that names the most columns of the kind; undefined when no row names two of them. */
export function findHeader(table: Table, kind: FileKind): Header | undefined {
  const names = namesOf(kind);
  const rows = table.rows.filter(({ cells }) => !cells.every(isBlank)).slice(0, LOOKED_AT);
  let best: Header | undefined;
  for (const row of rows) {
    const header = readHeader(row, kind, names);
    if (header.columns.size > (best?.columns.size ?? Math.min(1, kind.columns.length - 1))) best = header;
  }
  return best;
}

function readHeader(row: TableRow, kind: FileKind, names: ReadonlyMap<string, Column>): Header {
  const columns = new Map<number, Column>();
  const unknown: { place: number; text: string }[] = [];
  const twice: Column[] = [];
  row.cells.forEach((cell, place) => {
    const text = textOf(cell);
    if (text === '') return;
    const column = names.get(headerName(text));
    if (!column) unknown.push({ place, text });
    else if ([...columns.values()].includes(column)) twice.push(column);
    else columns.set(place, column);
  });
  const found = new Set(columns.values());
  const missing = kind.columns.filter((column) => isRequired(column) && !found.has(column));
  return { row, columns, missing, unknown, twice };
}

function namesOf({ columns }: FileKind): Map<string, Column> {
  const names = new Map<string, Column>();
  for (const column of columns) {
    for (const name of [column.name, column.title, ...column.headers]) names.set(headerName(name), column);
  }
  return names;
}

/** `Сумма, руб.`, `СУММА (руб)`, `Сумма*` and `plan_amount` as one would say them: unit, marks and case aside. */
export function headerName(text: string): string {
  return folded(text)
    .replace(/[([].*?[)\]]/gu, ' ')
    .replace(/,.*$/u, '')
    .replace(/[_*:]+/gu, ' ')
    .replace(/(?<=\p{L})\.(?=\s|$)/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}
