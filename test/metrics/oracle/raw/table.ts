import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Rows of text by header, as a spreadsheet's CSV has them; cells with the separator or a quote inside stand in quotes. */
export function readTable(text: string, separator: string, headers?: readonly string[]): Row[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => cells(line, separator));
  const names = headers ?? lines.shift() ?? [];
  return lines.map((line) => Object.fromEntries(names.map((name, index) => [name, line[index] ?? ''])));
}

export type Row = Readonly<Record<string, string>>;

/** The rows of all sheets of a folder whose name begins so. */
export function readSheets(dir: string, beginning: string): Row[] {
  return readdirSync(dir)
    .filter((name) => name.startsWith(beginning))
    .flatMap((name) => readTable(readFileSync(join(dir, name), 'utf8'), ';'));
}

/** `1234,5` of a Russian table; null for an empty cell. */
export function decimal(text: string | undefined): number | null {
  return text === undefined || text === '' ? null : Number(text.replace(',', '.'));
}

/** `2026-03-14` of `14.03.2026`. */
export function day(text: string | undefined): string {
  return (text ?? '').split('.').reverse().join('-');
}

function cells(line: string, separator: string): string[] {
  const found: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const sign = line[index] ?? '';
    if (sign === '"' && isQuoted && line[index + 1] === '"') {
      cell += '"';
      index += 1;
    } else if (sign === '"') isQuoted = !isQuoted;
    else if (sign === separator && !isQuoted) {
      found.push(cell);
      cell = '';
    } else cell += sign;
  }
  return [...found, cell];
}
