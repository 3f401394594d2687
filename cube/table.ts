import Table from 'cli-table3';

import { formatCell, formatPeriod, type TableLocale } from './table-cell.ts';
import type { Annotation, MemberAnnotation, QueryResult, Row } from './query.ts';

export interface TableOptions {
  /** Language of titles and form of numbers. Default `en`. */
  readonly locale?: TableLocale;
  /** ISO 4217 code shown in the title of amounts, from the account's settings. */
  readonly currency?: string;
  /** Unicode frame; off gives plain columns for a file or a pipe. Default true. */
  readonly frame?: boolean;
}

interface Column {
  readonly member: string;
  readonly annotation: MemberAnnotation;
}

const UNITS: Record<TableLocale, Readonly<Record<string, string>>> = {
  en: { days: 'days' },
  ru: { days: 'дн.' },
};
const EMPTY: Record<TableLocale, string> = { en: 'No rows.', ru: 'Нет строк.' };

const COMPARED: MemberAnnotation = {
  title: 'Period',
  shortTitle: 'Period',
  type: 'string',
  meta: { title_ru: 'Период' },
};

/** A time dimension comes under two names; the one with the granularity is kept. */
function columnsOf(rows: readonly Row[], annotation: Annotation): Column[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...names].flatMap((member) => {
    if (member === 'compareDateRange') return [{ member, annotation: COMPARED }];
    if (/^time\.[a-z]+$/.test(member)) return [];
    if ([...names].some((other) => other.startsWith(`${member}.`))) return [];
    const known = annotation[member];
    return known === undefined ? [] : [{ member, annotation: known }];
  });
}

function title({ annotation }: Column, { locale = 'en', currency }: TableOptions): string {
  const russian = annotation.meta?.['title_ru'];
  const text = locale === 'ru' && typeof russian === 'string' ? russian : annotation.shortTitle;
  const unit = annotation.meta?.['unit'];
  const shown = annotation.format === 'currency' ? currency : UNITS[locale][String(unit)];
  return shown === undefined ? text : `${text}, ${shown}`;
}

const NO_FRAME = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`, 'middle', 'mid-mid'])
    .map((name) => [name, name === 'middle' ? '  ' : '']),
);

/** The answer as a table for a terminal: titles with units, numbers to the right, "—" for null. No trailing newline. */
export function renderTable({ rows, annotation }: QueryResult, options: TableOptions = {}): string {
  const { locale = 'en', frame = true } = options;
  if (rows.length === 0) return EMPTY[locale];
  const columns = columnsOf(rows, annotation);
  const table = new Table({
    head: columns.map((column) => title(column, options)),
    colAligns: columns.map(({ annotation: { type } }) => (type === 'number' ? 'right' : 'left')),
    style: { head: [], border: [], ...(frame ? {} : { 'padding-left': 0, 'padding-right': 0 }) },
    ...(frame ? {} : { chars: NO_FRAME }),
  });
  for (const row of rows) {
    table.push(
      columns.map(({ member, annotation: known }) => {
        const cell = row[member] ?? null;
        return known === COMPARED && typeof cell === 'string'
          ? formatPeriod(cell)
          : formatCell(cell, known, locale);
      }),
    );
  }
  return frame ? withoutRowLines(table.toString()) : table.toString();
}

/** Of the lines between rows only the one under the titles is kept: a long table stays on one screen. */
function withoutRowLines(text: string): string {
  let lines = 0;
  return text
    .split('\n')
    .filter((line) => !line.includes('├') || (lines += 1) === 1)
    .join('\n');
}
