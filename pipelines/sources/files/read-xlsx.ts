import {
  EncryptedFileError,
  HucreError,
  readXlsx,
  type Cell as SheetCell,
  type CellValue as SheetValue,
  type MergeRange,
  type Sheet,
} from 'hucre';
import { columnLetter, EMPTY, type Cell, type Table } from './cell.ts';
import { FileUnreadableError } from './errors.ts';

export interface Workbook {
  readonly tables: readonly Table[];
  /** Sheets that are not looked at: hidden ones, and those whose name begins with `_`. */
  readonly skipped: readonly string[];
}

/** The sheets of a workbook as tables; formulas count with the value they had when the file was saved. Throws FileUnreadableError. */
export async function readWorkbook(path: string, bytes: Uint8Array): Promise<Workbook> {
  const skipped: string[] = [];
  try {
    const book = await readXlsx(bytes, {
      sheets: ({ name, hidden, veryHidden }) => {
        const isSkipped = hidden === true || veryHidden === true || name.startsWith('_');
        if (isSkipped) skipped.push(name);
        return !isSkipped;
      },
    });
    const dateSystem = book.dateSystem ?? '1900';
    return { tables: book.sheets.map((sheet) => tableOf(sheet, dateSystem)), skipped };
  } catch (error) {
    if (error instanceof EncryptedFileError) {
      throw new FileUnreadableError(path, 'it is protected by a password; save it without one', error);
    }
    if (!(error instanceof HucreError)) throw error;
    throw new FileUnreadableError(
      path,
      `it is not an XLSX workbook, or it is damaged: ${error.message}`,
      error,
    );
  }
}

function tableOf(sheet: Sheet, dateSystem: '1900' | '1904'): Table {
  const cells = sheet.rows.map((row, rowIndex) =>
    row.map((value, columnIndex) => cellOf(value, sheet.cells?.get(`${rowIndex},${columnIndex}`))),
  );
  for (const range of sheet.merges ?? []) spread(cells, range);
  return {
    sheet: sheet.name,
    dateSystem,
    rows: cells.map((row, index) => ({ number: index + 1, cells: Array.from(row, (cell) => cell ?? EMPTY) })),
  };
}

function cellOf(value: SheetValue, cell: SheetCell | undefined): Cell {
  if (cell?.type === 'error') return { value: null, fault: String(value) };
  if (cell?.formula !== undefined && value === null) {
    return {
      value: null,
      fault: 'a formula without a result; open the file in a spreadsheet program and save it',
    };
  }
  return { value };
}

/** Every cell of a merged range has the value of its first one, and says so: what that means depends on the column. */
function spread(cells: (Cell | undefined)[][], range: MergeRange): void {
  const { startRow, startCol, endRow, endCol } = range;
  const first = cells[startRow]?.[startCol] ?? EMPTY;
  const merged = `${columnLetter(startCol)}${startRow + 1}:${columnLetter(endCol)}${endRow + 1}`;
  for (let row = startRow; row <= Math.min(endRow, cells.length - 1); row += 1) {
    for (let column = startCol; column <= endCol; column += 1) {
      const line = cells[row];
      if (line) line[column] = { ...first, merged };
    }
  }
}
