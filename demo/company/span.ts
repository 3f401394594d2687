import { civil, dayNumber, dayOf, startOfDay } from './calendar.ts';

/**
 * The stretch of history that is told. It begins `months` whole calendar months before the month of `until`, so that moving
 * `until` within a month only adds to the end and leaves what was told before as it was.
 */
export interface Span {
  readonly start: number;
  readonly until: number;
  readonly months: number;
  /** Local midnight of the first day of the month `index` months after the start; fractions fall inside the month. */
  month(index: number): number;
}

export function spanUntil(until: Date, months: number): Span {
  const now = Math.floor(until.getTime() / 1000);
  const { year, month } = civil(dayOf(now));
  const first = year * 12 + (month - 1) - months;
  const monthStart = (index: number): number => {
    const absolute = first + index;
    return startOfDay(dayNumber(Math.floor(absolute / 12), (absolute % 12) + 1, 1));
  };
  return {
    start: monthStart(0),
    until: now,
    months,
    month(index) {
      const whole = Math.floor(index);
      const from = monthStart(whole);
      return from + Math.round((monthStart(whole + 1) - from) * (index - whole));
    },
  };
}
