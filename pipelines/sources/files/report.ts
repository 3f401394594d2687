import { writeCsv, writeXlsx } from 'hucre';
import type { FolderReading } from './read-folder.ts';
import type { Place, Problem } from './read-table.ts';

export interface FileSummary {
  readonly file: string;
  readonly sheet: string | null;
  readonly kind: string | null;
  readonly good: number;
  readonly bad: number;
  /** What is worth knowing and no mistake: columns that are not read, rows of totals, sheets left out. */
  readonly notes: readonly string[];
}

/** What a reading of the folder comes to: a line per file and sheet, and every problem, those of files before those of rows. */
export function summarise(reading: FolderReading): {
  readonly files: readonly FileSummary[];
  readonly problems: readonly Problem[];
} {
  const rows = [...reading.bad.values()].flat();
  const loaded = [...reading.good.values()].flat();
  const count = (all: readonly Place[], path: string, name: string | null): number =>
    all.filter(({ file, sheet }) => file === path && sheet === name).length;
  const files = reading.files.flatMap(({ path, sheets, skipped, unreadable }): FileSummary[] => [
    ...sheets.map(({ sheet, kind, totals, unknownHeaders }) => ({
      file: path,
      sheet,
      kind: kind.name,
      good: count(loaded, path, sheet),
      bad: count(rows, path, sheet),
      notes: [
        ...(unknownHeaders.length > 0 ? [`not read: ${unknownHeaders.join(', ')}`] : []),
        ...(totals.length > 0 ? [`totals left out: row ${totals.join(', ')}`] : []),
      ],
    })),
    ...skipped.map((sheet) => nothing(path, sheet, 'not read: hidden, or named with _')),
    ...unreadable.map((sheet) => nothing(path, sheet, 'cannot be read')),
  ]);
  const byPlace = [...rows].sort((a, b) => (a.file === b.file ? a.row - b.row : a.file < b.file ? -1 : 1));
  return { files, problems: [...reading.problems, ...byPlace.flatMap(({ problems }) => problems)] };
}

function nothing(file: string, sheet: string | null, note: string): FileSummary {
  return { file, sheet, kind: null, good: 0, bad: 0, notes: [note] };
}

const HEADER = ['file', 'sheet', 'row', 'column', 'value', 'what is wrong'];

/** The problems as a table to send to whoever keeps the files: CSV (`;`, UTF-8 with a mark) or a workbook, by the name of the file. */
export async function problemsFile(path: string, problems: readonly Problem[]): Promise<Uint8Array> {
  const rows = problems.map(({ file, sheet, row, column, value, reason }) => [
    file,
    sheet ?? '',
    row,
    column ?? '',
    value ?? '',
    reason,
  ]);
  if (!/\.xlsx$/iu.test(path)) {
    return Buffer.from(
      `\ufeff${writeCsv([HEADER, ...rows], { delimiter: ';', lineSeparator: '\r\n', escapeFormulae: true })}`,
    );
  }
  const columns = [24, 16, 6, 24, 24, 100].map((width) => ({ width }));
  return writeXlsx({ sheets: [{ name: 'problems', rows: [HEADER, ...rows], columns }] });
}
