import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { isBlank, columnLetter, type Table } from './cell.ts';
import type { Delimiter } from './read-csv.ts';
import { readCsv } from './read-csv.ts';
import type { Encoding } from './decode-text.ts';
import { FileUnreadableError } from './errors.ts';
import { findHeader } from './find-header.ts';
import { findKind } from './find-kind.ts';
import type { FileKind } from './kind.ts';
import { readTable, type Problem, type TableRows } from './read-table.ts';
import { readWorkbook } from './read-xlsx.ts';
import type { FileRules } from './settings.ts';

/** A sheet (or a CSV file) read under its kind. */
export interface SheetReading extends TableRows {
  readonly sheet: string | null;
  readonly kind: FileKind;
  /** Headers that name nothing: their columns are not read. */
  readonly unknownHeaders: readonly string[];
}

export interface FileReading {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly hash: string;
  readonly encoding: Encoding | null;
  readonly delimiter: Delimiter | null;
  readonly sheets: readonly SheetReading[];
  /** Sheets that are not read on purpose. */
  readonly skipped: readonly string[];
  /** What is wrong with the file or a sheet as a whole. */
  readonly problems: readonly Problem[];
  /** Sheets that could not be read (null: the CSV, or all of the workbook): what they gave before stays in force. */
  readonly unreadable: readonly (string | null)[];
}

/** Reads the bytes of one file. What is wrong with it is in the answer, never thrown. */
export async function readFile(path: string, bytes: Uint8Array, rules: FileRules): Promise<FileReading> {
  const hash = createHash('sha256').update(bytes).digest('hex');
  const empty = { path, hash, encoding: null, delimiter: null, sheets: [], skipped: [] };
  try {
    if (isWorkbook(path)) {
      const { tables, skipped } = await readWorkbook(path, bytes);
      const wanted = tables.filter(({ sheet }) => rules.sheet === undefined || sheet === rules.sheet);
      if (wanted.length === 0) {
        throw new FileUnreadableError(
          path,
          rules.sheet === undefined
            ? 'it has no visible sheet'
            : `it has no sheet "${rules.sheet}", which voronka.yaml names`,
        );
      }
      return { ...empty, skipped, ...readTables(path, wanted, rules) };
    }
    const { table, encoding, delimiter } = readCsv(path, bytes, rules);
    return { ...empty, encoding, delimiter, ...readTables(path, [table], rules) };
  } catch (error) {
    if (!(error instanceof FileUnreadableError)) throw error;
    return { ...empty, problems: [fileProblem(path, null, error.reason)], unreadable: [null] };
  }
}

export function isWorkbook(path: string): boolean {
  return ['.xlsx', '.xlsm'].includes(extname(path).toLowerCase());
}

export function fileProblem(file: string, sheet: string | null, reason: string): Problem {
  return { file, sheet, row: null, column: null, value: null, reason };
}

function readTables(
  path: string,
  tables: readonly Table[],
  rules: FileRules,
): Pick<FileReading, 'sheets' | 'problems' | 'unreadable'> {
  const sheets: SheetReading[] = [];
  const problems: Problem[] = [];
  const unreadable: (string | null)[] = [];
  const filled = tables.filter(({ rows }) => rows.some(({ cells }) => !cells.every(isBlank)));
  if (filled.length === 0) {
    problems.push(fileProblem(path, null, 'it is empty'));
    unreadable.push(null);
  }
  for (const table of filled) {
    const read = readSheet(path, table, rules);
    if ('reason' in read) {
      problems.push(fileProblem(path, table.sheet, read.reason));
      unreadable.push(table.sheet);
    } else {
      sheets.push(read);
    }
  }
  return { sheets, problems, unreadable };
}

function readSheet(path: string, table: Table, rules: FileRules): SheetReading | { readonly reason: string } {
  const found = findKind(table, path, rules.kind);
  if ('reason' in found) return found;
  const { kind } = found;
  const header = findHeader(table, kind);
  if (!header) {
    return {
      reason: `no row of it looks like the header of ${kind.name}; \`voronka files template ${kind.name}\` writes one`,
    };
  }
  if (header.missing.length > 0 || header.twice.length > 0) {
    const titles = (columns: typeof header.missing): string =>
      columns.map(({ name, title }) => `«${title}» (${name})`).join(', ');
    const says = [
      ...(header.missing.length > 0 ? [`lacks ${titles(header.missing)}`] : []),
      ...(header.twice.length > 0 ? [`has more than one column for ${titles(header.twice)}`] : []),
    ];
    return { reason: `the header of ${kind.name} in row ${header.row.number} ${says.join(' and ')}` };
  }
  return {
    sheet: table.sheet,
    kind,
    unknownHeaders: header.unknown.map(({ place, text }) => `${columnLetter(place)} «${text}»`),
    ...readTable(path, table, kind, header, {
      order: rules.dateOrder,
      dateSystem: table.dateSystem,
      decimal: rules.decimal,
    }),
  };
}
