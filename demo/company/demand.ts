import { civil, DAY, dayOf, HOUR, isPublicHoliday, startOfDay } from './calendar.ts';
import type { Random } from './random.ts';
import type { Span } from './span.ts';

/** January … December: quiet holidays, a dip in May and July, a strong autumn. */
const SEASON = [0.8, 0.97, 1.08, 1.06, 0.9, 0.97, 0.9, 0.94, 1.09, 1.13, 1.1, 1.02];
const WEEKDAY = [1.12, 1.1, 1.06, 1.02, 0.9, 0.2, 0.17];
const GROWTH_A_YEAR = 0.2;

/** Share of a working day's leads that arrive in each local hour. */
const WORKING_HOURS = byHour([
  1, 0.5, 0.3, 0.2, 0.2, 0.4, 1, 2, 4, 9, 12, 12, 11, 7, 10, 11, 10, 8, 5, 4, 3.5, 3, 2.5, 1.5,
]);
const FREE_HOURS = byHour([
  1, 0.6, 0.4, 0.3, 0.2, 0.3, 0.6, 1, 2, 4, 6, 7, 7, 7, 7, 7, 6.5, 6, 6, 6, 5.5, 5, 4, 2.5,
]);

function byHour(shares: readonly number[]): readonly (readonly [hour: number, share: number])[] {
  return shares.map((share, hour) => [hour, share]);
}

export function isFreeDay(day: number): boolean {
  return civil(day).weekday > 5 || isPublicHoliday(day);
}

function weight(day: number, span: Span): number {
  const { month, day: date, weekday } = civil(day);
  const growth = Math.exp((Math.log(1 + GROWTH_A_YEAR) * (startOfDay(day) - span.start)) / (365 * DAY));
  const turnOfYear = (month === 12 && date > 25) || (month === 1 && date < 14) ? 0.65 : 1;
  const holiday = isPublicHoliday(day) && weekday <= 5 ? 0.16 : 1;
  return (SEASON[month - 1] ?? 1) * (WEEKDAY[weekday - 1] ?? 1) * growth * turnOfYear * holiday;
}

/**
 * Expected arrivals of each day such that the span, with the month of `until` told to its end, holds `total` of them: the
 * same for every `until` within a month.
 */
export function dailyDemand(span: Span, total: number): (day: number) => number {
  const first = dayOf(span.start);
  const end = dayOf(span.month(span.months + 1));
  let sum = 0;
  for (let day = first; day < end; day += 1) sum += weight(day, span);
  return (day) => (total * weight(day, span)) / sum;
}

export function momentOn(day: number, random: Random): number {
  const hour = random.weighted(isFreeDay(day) ? FREE_HOURS : WORKING_HOURS);
  return startOfDay(day) + hour * HOUR + random.int(0, HOUR - 1);
}
