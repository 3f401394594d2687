import { writeXlsx, type CellStyle, type CellValue } from 'hucre';
import type { Cell, MemberAnnotation } from '../../../cube/query.ts';
import { annotationAt, type ReportDocument, type Table } from '../document.ts';
import { formatMoment, formatSpan } from './format.ts';

const HEADER: CellStyle = {
  font: { bold: true },
  fill: { type: 'pattern', pattern: 'solid', fgColor: { rgb: 'E8EEF2' } },
  alignment: { wrapText: true, vertical: 'top' },
};
const BOLD: CellStyle = { font: { bold: true } };
/** Excel's own limit of a sheet's name, and the characters it refuses. */
const LONGEST_NAME = 31;
const DAY_SECONDS = 86_400;

/** A workbook of the report's tables, one a sheet: numbers are numbers, dates are dates, the header stays in sight. */
export async function renderXlsx(report: ReportDocument): Promise<Buffer> {
  const names = new Set<string>();
  const bytes = await writeXlsx({
    sheets: report.tables.map((table) => sheetOf(table, sheetName(table.title, names), report)),
    properties: {
      title: `${report.title}, ${formatSpan(report.period, report.language)}`,
      creator: 'voronka',
    },
  });
  return Buffer.from(bytes);
}

function sheetOf(table: Table, name: string, report: ReportDocument) {
  const { columns, rows, footer = [] } = table;
  const heading = `${report.account} · ${report.title} · ${formatSpan(report.period, report.language)} · ${formatMoment(report.madeAt, report.timeZone, report.language)}`;
  const body = [...rows, ...footer].map((row, place) =>
    row.map((cell, index) => valueOf(cell, annotationAt(table, place, index))),
  );
  const titles = columns.map(({ title, annotation }) =>
    annotation.format === 'currency' ? `${title}, ${report.currency}` : title,
  );
  const cells = new Map<string, { style: CellStyle }>([['0,0', { style: BOLD }]]);
  titles.forEach((_, column) => cells.set(`1,${column}`, { style: HEADER }));
  table.rowAnnotations?.forEach((_, row) =>
    columns.forEach((_column, column) =>
      cells.set(`${2 + row},${column}`, { style: numFmt(annotationAt(table, row, column)) }),
    ),
  );
  footer.forEach((_, line) =>
    columns.forEach(({ annotation }, column) =>
      cells.set(`${2 + rows.length + line},${column}`, { style: { ...BOLD, ...numFmt(annotation) } }),
    ),
  );
  return {
    name,
    rows: [[heading], titles, ...body],
    columns: columns.map(({ annotation, title }, index) => ({
      width: widthOf(
        title,
        body.map((row) => row[index] ?? null),
      ),
      ...numFmt(annotation),
    })),
    cells,
    freezePane: { rows: 2, columns: columns[0]?.annotation.type === 'string' ? 1 : 0 },
    ...(rows.length > 0 && { autoFilter: { range: `A2:${letter(columns.length - 1)}${2 + rows.length}` } }),
  };
}

function valueOf(cell: Cell, { type, meta }: MemberAnnotation): CellValue {
  if (cell === null || typeof cell === 'boolean') return cell;
  if (type === 'time') return new Date(`${String(cell).slice(0, 19)}Z`);
  if (type !== 'number' || cell === '') return String(cell);
  const value = Number(cell);
  if (Number.isNaN(value)) return String(cell);
  // Excel counts time in days.
  return meta?.['unit'] === 'seconds' ? value / DAY_SECONDS : value;
}

function numFmt({ type, format, meta, granularity }: MemberAnnotation): { numFmt?: string } {
  if (type === 'time') return { numFmt: granularity === undefined ? 'yyyy-mm-dd hh:mm' : 'yyyy-mm-dd' };
  if (type !== 'number') return {};
  if (format === 'percent' || meta?.['unit'] === 'share') return { numFmt: '0.0%' };
  if (format === 'currency' || meta?.['unit'] === 'money') return { numFmt: '#,##0.00' };
  if (meta?.['unit'] === 'seconds') return { numFmt: '[h]:mm:ss' };
  return { numFmt: '#,##0.##' };
}

function widthOf(title: string, values: readonly CellValue[]): number {
  const longest = Math.max(0, ...values.map((value) => (typeof value === 'string' ? value.length : 10)));
  return Math.min(40, Math.max(longest + 2, Math.ceil(title.length / 2), 10));
}

function sheetName(title: string, taken: Set<string>): string {
  const base = title.replaceAll(/[[\]:*?/\\]/g, ' ').slice(0, LONGEST_NAME);
  let name = base;
  for (let count = 2; taken.has(name.toLowerCase()); count += 1) {
    name = `${base.slice(0, LONGEST_NAME - 4)} (${count})`;
  }
  taken.add(name.toLowerCase());
  return name;
}

/** 0 is A, 26 is AA. */
function letter(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : `${letter(Math.floor(index / 26) - 1)}${last}`;
}
