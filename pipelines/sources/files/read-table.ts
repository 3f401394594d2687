import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { columnLetter, EMPTY, folded, isBlank, textOf, type Table, type TableRow } from './cell.ts';
import type { Column } from './column.ts';
import type { Header } from './find-header.ts';
import { rowSchema, type FileKind, type RowValues } from './kind.ts';
import { readCell, type CellRules } from './read-cell.ts';

/** Where something stands, as the program that shows the file says it. */
export interface Place {
  readonly file: string;
  readonly sheet: string | null;
  readonly row: number;
}

export interface GoodRow extends Place {
  readonly key: string;
  /** The cells as they are, by header. */
  readonly cells: Readonly<Record<string, string>>;
  readonly values: RowValues;
}

/** What is wrong with a file, a row or a cell, said to whoever keeps the file. */
export interface Problem {
  readonly file: string;
  readonly sheet: string | null;
  readonly row: number | null;
  /** Letter and header: `B «Сумма»`; null when it is about the row or the file. */
  readonly column: string | null;
  readonly value: string | null;
  readonly reason: string;
}

export interface BadRow extends Place {
  /** The key it would have, where that much could be read. */
  readonly key: string | null;
  readonly cells: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

export interface TableRows {
  readonly good: readonly GoodRow[];
  readonly bad: readonly BadRow[];
  /** Rows of totals, which are not read. */
  readonly totals: readonly number[];
}

/** The warehouse takes keys of up to 1,000 characters. */
const LONGEST_KEY = 900;
const TOTAL = /^(?:итого|всего|итог|total|grand total|sum)(?:$|[\s:])/u;

/** Reads the rows under a header, each on its own: what is wrong with one says nothing about the others. */
export function readTable(
  file: string,
  table: Table,
  kind: FileKind,
  header: Header,
  rules: CellRules,
): TableRows {
  const schema = rowSchema(kind);
  const good: GoodRow[] = [];
  const bad: BadRow[] = [];
  const totals: number[] = [];
  for (const row of table.rows) {
    if (row.number <= header.row.number || row.cells.every(isBlank)) continue;
    if (isTotal(row)) {
      totals.push(row.number);
      continue;
    }
    const read = readRow(row, { file, sheet: table.sheet, row: row.number }, kind, header, rules, schema);
    if ('problems' in read) bad.push(read);
    else good.push(read);
  }
  return { good, bad, totals };
}

function readRow(
  row: TableRow,
  place: Place,
  kind: FileKind,
  header: Header,
  rules: CellRules,
  schema: z.ZodType<RowValues>,
): GoodRow | BadRow {
  const fields: Record<string, unknown> = {};
  const cells: Record<string, string> = {};
  const problems: Problem[] = [];
  const where = new Map<string, { at: number; column: Column }>();
  const problem = (name: string, reason: string): Problem => {
    const found = where.get(name);
    const column = found?.column ?? kind.columns.find((one) => one.name === name);
    const title = column === undefined ? name : `«${column.title}»`;
    return {
      ...place,
      column: found ? `${columnLetter(found.at)} ${title}` : title,
      value: found ? textOf(row.cells[found.at] ?? EMPTY) : null,
      reason,
    };
  };
  let sign: { currency: string; of: string } | undefined;
  for (const [at, column] of header.columns) {
    const cell = row.cells[at] ?? EMPTY;
    where.set(column.name, { at, column });
    const text = textOf(cell);
    if (text !== '') cells[textOf(header.row.cells[at] ?? EMPTY)] = text;
    const read = readCell(cell, column, rules);
    if ('reason' in read) {
      problems.push(problem(column.name, read.reason));
      continue;
    }
    if (read.value.field !== undefined) fields[column.name] = read.value.field;
    if (read.value.currency !== undefined) sign = { currency: read.value.currency, of: column.name };
  }
  if (sign !== undefined) {
    fields['currency'] ??= sign.currency;
    if (fields['currency'] !== sign.currency) {
      problems.push(
        problem(sign.of, `is in ${sign.currency}, and the row is in ${text(fields['currency'])}`),
      );
    }
  }
  const isReadable = (name: string): boolean =>
    !problems.some(({ column }) => column === problem(name, '').column);
  const parsed = schema.safeParse(fields);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0] ?? kind.columns[0]?.name ?? '');
      // What a cell could not be read as is said already; that it is missing is only a consequence.
      if (isReadable(name)) {
        problems.push(problem(name, fields[name] === undefined ? absent(issue) : outOfBounds(issue)));
      }
    }
  }
  const key = kind.key.every(isReadable) ? keyOf(kind, fields) : null;
  if (!parsed.success || problems.length > 0) return { ...place, key, cells, problems };
  return { ...place, key: keyOf(kind, parsed.data), cells, values: parsed.data };
}

function absent(issue: z.core.$ZodIssue): string {
  return issue.code === 'custom' ? issue.message : 'is empty and must not be';
}

function outOfBounds(issue: z.core.$ZodIssue): string {
  return issue.code === 'custom' ? issue.message : `is not allowed: ${issue.message}`;
}

function isTotal({ cells }: TableRow): boolean {
  const first = cells.find((cell) => !isBlank(cell));
  return first !== undefined && TOTAL.test(folded(textOf(first)));
}

/** The natural key of a row: its key columns, in any case and spacing, as a JSON list; long ones by their hash. */
function keyOf(kind: FileKind, values: RowValues): string {
  const key = JSON.stringify(kind.key.map((name) => folded(text(values[name]))));
  return key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('hex');
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'object' && value !== null ? Object.values(value).join(' ') : '';
}
