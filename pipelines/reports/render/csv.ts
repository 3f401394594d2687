import { writeCsv } from 'hucre';
import type { Cell } from '../../../cube/query.ts';
import type { ReportDocument } from '../document.ts';

/** The report's tables one after another, a line with its title before each; values as the API gives them, UTF-8 with a byte order mark. */
export function renderCsv({ tables }: ReportDocument): Buffer {
  const blocks = tables.map(({ title, columns, rows, footer = [] }) =>
    writeCsv(
      [
        ...(tables.length > 1 ? [[title]] : []),
        columns.map((column) => column.title),
        ...[...rows, ...footer].map((row) => row.map(harmless)),
      ],
      { delimiter: ';', lineSeparator: '\r\n' },
    ),
  );
  return Buffer.from(`\ufeff${blocks.join('\r\n\r\n')}`);
}

/** A text that a spreadsheet would take for a formula is a text (CSV injection). */
function harmless(cell: Cell): Cell {
  return typeof cell === 'string' && /^[=+@\t\r]|^-(?![\d.])/.test(cell) ? `'${cell}` : cell;
}
