import { writeCsv, writeXlsx } from 'hucre';
import { isRequired, type Column } from './column.ts';
import type { FileKind } from './kind.ts';

export type TemplateFormat = 'csv' | 'xlsx';
export type TemplateLanguage = 'ru' | 'en';

/**
 * A file of this kind to fill in: the header, and one row that shows how values are written. CSV is UTF-8 with a byte order mark and `;`,
 * which spreadsheet programs open with a double click; a workbook has the meaning of the columns on a second sheet, which is not read.
 */
export async function template(
  kind: FileKind,
  format: TemplateFormat,
  language: TemplateLanguage = 'ru',
): Promise<Uint8Array> {
  const header = kind.columns.map((column) => headerOf(column, language));
  const example = kind.columns.map(({ example: text }) => text);
  if (format === 'csv') {
    return Buffer.from(`\ufeff${writeCsv([header, example], { delimiter: ';', lineSeparator: '\r\n' })}`);
  }
  const meaning = kind.columns.map((column) => [
    headerOf(column, language),
    isRequired(column) ? 'required' : '',
    column.description,
  ]);
  return writeXlsx({
    sheets: [
      {
        // Text cells: nobody's program turns 2026-01 into a day before it was meant as one.
        name: kind.name,
        rows: [header, example],
        columns: header.map((text) => ({ width: Math.max(12, text.length + 4), numFmt: '@' })),
      },
      {
        name: '_columns',
        rows: [['column', '', 'meaning'], ...meaning],
        columns: [{ width: 24 }, { width: 10 }, { width: 90 }],
      },
    ],
  });
}

function headerOf({ name, title }: Column, language: TemplateLanguage): string {
  return language === 'ru' ? title : name;
}
