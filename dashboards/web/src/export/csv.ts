import type { Sheet } from './sheet.ts';

/**
 * RFC 4180, with a mark that tells Excel it is UTF-8. Where the comma is the decimal sign, Excel expects semicolons between the fields.
 * A text that a spreadsheet would take for a formula is defused: names come from the CRM, where anybody may write one.
 */
export function csvOf({ columns, rows }: Sheet, hasDecimalComma: boolean): string {
  const separator = hasDecimalComma ? ';' : ',';
  const field = (value: string | number | null): string => {
    if (value === null) return '';
    if (typeof value === 'number') return hasDecimalComma ? String(value).replace('.', ',') : String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /["\n\r]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [columns.map(({ title }) => title), ...rows].map((row) => row.map(field).join(separator));
  return `\ufeff${lines.join('\r\n')}\r\n`;
}
