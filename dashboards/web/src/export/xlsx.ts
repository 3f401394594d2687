import { writeXlsx } from 'hucre/xlsx';
import type { Sheet } from './sheet.ts';

const FORMATS: Readonly<Record<string, string>> = {
  share: '0.0%',
  money: '#,##0',
  days: '0.0',
  hours: '0.0',
};

/** A workbook with one sheet: numbers as numbers, the header kept in sight. */
export function xlsxOf({ columns, rows }: Sheet, title: string): Promise<Uint8Array> {
  return writeXlsx({
    sheets: [
      {
        // Excel allows 31 characters and not these.
        name: title.replace(/[[\]:*?/\\]/g, ' ').slice(0, 31),
        columns: columns.map(({ title: header, unit, isNumber }) => ({
          header,
          width: isNumber ? 16 : 28,
          ...(isNumber && { numFmt: FORMATS[unit ?? ''] ?? '#,##0.##' }),
        })),
        rows: [columns.map(({ title: header }) => header), ...rows.map((row) => [...row])],
        freezePane: { rows: 1 },
      },
    ],
  });
}
