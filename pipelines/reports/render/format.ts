import type { Cell, MemberAnnotation } from '../../../cube/query.ts';
import { formatCell as formatTableCell } from '../../../cube/table-cell.ts';
import type { Language } from '../document.ts';
import { WORDS } from '../words.ts';

const TAGS: Record<Language, string> = { en: 'en-US', ru: 'ru-RU' };

/** A value as people read it: durations as 1:05:00, whole amounts without kopecks; "—" where there is no number, in words where no name. */
export function formatCell(cell: Cell, annotation: MemberAnnotation, language: Language): string {
  if (cell === null) return annotation.type === 'string' ? WORDS[language].none : '—';
  if (annotation.type !== 'number') return formatTableCell(cell, annotation, language);
  const value = Number(cell);
  return Number.isNaN(value) ? String(cell) : formatNumber(value, annotation, language);
}

export function formatNumber(value: number, annotation: MemberAnnotation, language: Language): string {
  const { format, meta } = annotation;
  const unit = meta?.['unit'];
  if (format === 'percent' || unit === 'share') {
    return new Intl.NumberFormat(TAGS[language], { style: 'percent', maximumFractionDigits: 1 }).format(
      value,
    );
  }
  if (unit === 'seconds') return duration(value);
  const digits =
    format === 'currency' || unit === 'money' ? (Math.abs(value) < 1_000 ? 2 : 0) : unit === 'days' ? 1 : 2;
  return new Intl.NumberFormat(TAGS[language], { maximumFractionDigits: digits }).format(value);
}

/** Seconds as h:mm:ss. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${Math.floor(whole / 3_600)}:${two(Math.floor((whole % 3_600) / 60))}:${two(whole % 60)}`;
}

/** `2 March 2026`, or both ends of a longer period. */
export function formatSpan({ from, to }: { from: string; to: string }, language: Language): string {
  const day = (text: string): string =>
    new Intl.DateTimeFormat(TAGS[language], { dateStyle: 'long', timeZone: 'UTC' }).format(
      new Date(`${text}T00:00:00Z`),
    );
  return from === to ? day(from) : `${day(from)} – ${day(to)}`;
}

export function formatMoment(moment: Date, timeZone: string, language: Language): string {
  return new Intl.DateTimeFormat(TAGS[language], {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone,
  }).format(moment);
}
