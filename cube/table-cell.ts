import type { Cell, MemberAnnotation } from './query.ts';

export type TableLocale = 'en' | 'ru';

const TAGS: Record<TableLocale, string> = { en: 'en-US', ru: 'ru-RU' };
const BOOLEANS: Record<TableLocale, readonly [string, string]> = { en: ['yes', 'no'], ru: ['да', 'нет'] };

function formatNumber(
  cell: string | number,
  { format, meta }: MemberAnnotation,
  locale: TableLocale,
): string {
  const value = Number(cell);
  if (Number.isNaN(value)) return String(cell);
  // Intl takes a decimal string as it is, so an amount of any length keeps its last kopeck.
  const exact = cell as number;
  const tag = TAGS[locale];
  if (format === 'percent') {
    return new Intl.NumberFormat(tag, {
      style: 'percent',
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    }).format(exact);
  }
  if (format === 'currency') {
    return new Intl.NumberFormat(tag, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(exact);
  }
  const fraction = meta?.['unit'] === 'days' ? 1 : 0;
  return new Intl.NumberFormat(tag, {
    minimumFractionDigits: fraction,
    maximumFractionDigits: fraction || 2,
  }).format(exact);
}

/** `2026-09-01T00:00:00.000` cut to what its granularity says: 2026, 2026 Q3, 2026-09, 2026-09-01, or to the minute. */
function formatTime(cell: string, granularity: string | undefined): string {
  const [year = '', month = '', day = ''] = cell.slice(0, 10).split('-');
  switch (granularity) {
    case 'year':
      return year;
    case 'quarter':
      return `${year} Q${Math.ceil(Number(month) / 3)}`;
    case 'month':
      return `${year}-${month}`;
    case 'week':
    case 'day':
      return `${year}-${month}-${day}`;
    default:
      return `${year}-${month}-${day} ${cell.slice(11, 16)}`;
  }
}

/** `2026-09-01T00:00:00.000 - 2026-09-30T23:59:59.999`, as a compared period is named, to its two days. */
export function formatPeriod(cell: string): string {
  return cell
    .split(' - ')
    .map((end) => end.slice(0, 10))
    .join(' – ');
}

/** One value as a reader of the locale expects it; "—" where there is none. */
export function formatCell(cell: Cell, annotation: MemberAnnotation, locale: TableLocale): string {
  if (cell === null) return '—';
  if (typeof cell === 'boolean') return BOOLEANS[locale][cell ? 0 : 1];
  if (annotation.type === 'number') return formatNumber(cell, annotation, locale);
  if (annotation.type === 'time') return formatTime(String(cell), annotation.granularity?.name);
  return String(cell);
}
