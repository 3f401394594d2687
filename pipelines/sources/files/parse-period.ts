import { tidy, type CellValue } from './cell.ts';
import { monthNumber, parseDate, type DateRules } from './parse-date.ts';
import type { Parsed } from './parse-number.ts';

export type PeriodKind = 'day' | 'week' | 'month' | 'quarter' | 'year';

export interface Period {
  readonly kind: PeriodKind;
  /** First and last day. */
  readonly from: string;
  readonly to: string;
}

const DAY_MS = 86_400_000;
const ROMAN = ['I', 'II', 'III', 'IV'];

/**
 * A stretch of time: `2026-01`, `01.2026`, `январь 2026`, `Jan 2026` (a month), `2026-W05` or `5 неделя 2026` (an ISO week), `2026-Q1`,
 * `1 кв. 2026`, `I квартал 2026` (a quarter), `2026` (a year), a date (a day). Date cells of a workbook hold a day whatever they show:
 * the first of a month is taken for the month where a month is among the kinds `allowed`, which the caller lists with the usual one first.
 */
export function parsePeriod(
  value: CellValue,
  rules: DateRules,
  allowed: readonly PeriodKind[],
): Parsed<Period> {
  const found = read(value, rules, allowed);
  if ('reason' in found) return found;
  if (!allowed.includes(found.value.kind)) {
    return { reason: `is a ${found.value.kind}; expected a ${allowed.join(' or a ')}` };
  }
  return found;
}

/** Given a kind, the period of that kind that begins on a day. Null when none does. */
export function periodFrom(first: string, kind: PeriodKind): Period | null {
  const date = new Date(`${first}T00:00:00Z`);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const isFirst = date.getUTCDate() === 1;
  if (kind === 'day') return { kind, from: first, to: first };
  if (kind === 'week')
    return date.getUTCDay() === 1 ? { kind, from: first, to: iso(date.getTime() + 6 * DAY_MS) } : null;
  if (kind === 'month') return isFirst ? months(kind, year, month, 1) : null;
  if (kind === 'quarter') return isFirst && month % 3 === 0 ? months(kind, year, month, 3) : null;
  return isFirst && month === 0 ? months(kind, year, 0, 12) : null;
}

function read(value: CellValue, rules: DateRules, allowed: readonly PeriodKind[]): Parsed<Period> {
  if (typeof value === 'string' || (typeof value === 'number' && value >= 1990 && value < 2100)) {
    const text = tidy(String(value)).replace(/\s*г(?:\.|ода?)?$/u, '');
    const byName = readText(text);
    if (byName) return byName;
  }
  const date = parseDate(value, rules);
  if ('reason' in date) {
    const looksLikeDay = typeof value !== 'string' || /^\d{1,4}[-./ ]\d{1,2}[-./ ]\d{2,4}/u.test(tidy(value));
    return looksLikeDay
      ? date
      : { reason: 'is not a period; expected one like 2026-01, 01.2026 or январь 2026' };
  }
  const isCell = value instanceof Date || typeof value === 'number';
  if (isCell || !allowed.includes('day')) {
    const usual = allowed[0] ?? 'month';
    const whole = usual === 'day' ? null : periodFrom(date.value, usual);
    if (whole) return { value: whole };
  }
  return { value: { kind: 'day', from: date.value, to: date.value } };
}

function readText(text: string): Parsed<Period> | undefined {
  const year = /^(\d{4})$/u.exec(text);
  if (year) return { value: months('year', Number(year[1]), 0, 12) };
  const week =
    /^(\d{4})[- ]?[WНwн](\d{1,2})$/u.exec(text) ??
    reversed(/^(\d{1,2})(?:-я)? ?(?:нед(?:еля|\.)?|week),? (\d{4})$/iu.exec(text));
  if (week) return weekOf(Number(week[1]), Number(week[2]));
  const quarter =
    /^(\d{4})[- ]?[QКqк]([1-4])$/u.exec(text) ??
    reversed(/^([1-4]|IV|I{1,3})(?:-й)? ?(?:кв(?:артал|\.)?|q(?:uarter)?),? (\d{4})$/iu.exec(text)) ??
    reversed(/^Q([1-4]) (\d{4})$/iu.exec(text));
  if (quarter) {
    const [, of = '', no = ''] = quarter;
    const number = ROMAN.includes(no.toUpperCase()) ? ROMAN.indexOf(no.toUpperCase()) : Number(no) - 1;
    return { value: months('quarter', Number(of), number * 3, 3) };
  }
  const month = /^(\d{4})[-./](\d{1,2})$/u.exec(text) ?? reversed(/^(\d{1,2})[-./](\d{4})$/u.exec(text));
  if (month) return monthOf(Number(month[1]), Number(month[2]));
  const named = /^(\p{L}+)\.?,? ?(\d{4})$/u.exec(text) ?? reversed(/^(\d{4})[ -](\p{L}+)$/u.exec(text));
  if (!named) return undefined;
  const number = monthNumber(named[1] ?? '');
  return number === undefined ? undefined : monthOf(Number(named[2]), number);
}

function reversed(match: RegExpExecArray | null): readonly (string | undefined)[] | null {
  return match && ['', match[2], match[1]];
}

function monthOf(year: number, month: number): Parsed<Period> {
  if (month < 1 || month > 12) return { reason: `is month ${month} of ${year}, which does not exist` };
  return { value: months('month', year, month - 1, 1) };
}

/** ISO 8601: weeks begin on Monday, the first one has the year's first Thursday. */
function weekOf(year: number, week: number): Parsed<Period> {
  const fourth = Date.UTC(year, 0, 4);
  const firstMonday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY_MS;
  const from = firstMonday + (week - 1) * 7 * DAY_MS;
  if (week < 1 || new Date(from + 3 * DAY_MS).getUTCFullYear() !== year) {
    return { reason: `is week ${week} of ${year}, which does not exist` };
  }
  return { value: { kind: 'week', from: iso(from), to: iso(from + 6 * DAY_MS) } };
}

function months(kind: PeriodKind, year: number, first: number, count: number): Period {
  return { kind, from: iso(Date.UTC(year, first, 1)), to: iso(Date.UTC(year, first + count, 0)) };
}

function iso(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}
