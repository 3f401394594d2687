import { z } from 'zod';

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
/** What the calendar's table has columns for; a day of more pieces is no business day anybody keeps. */
const MOST_INTERVALS = 3;

export interface BusinessInterval {
  /** 1 Monday to 7 Sunday. */
  readonly isoWeekday: number;
  readonly opens: string;
  readonly closes: string;
}

const days = z
  .string()
  .regex(
    /^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$/,
    'expected a weekday like sat, or a range like mon-fri',
  );

const hours = z
  .string()
  .regex(
    /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
    'expected hours like "09:00-18:00"; what goes past midnight is written on two days',
  )
  .refine((text) => text.slice(0, 5) < text.slice(6), 'the hours end before they begin');

/**
 * `business_hours` of voronka.yaml: hours by weekday or range of weekdays, in the account's time zone; a lunch break is the gap between
 * two entries. Becomes a list of intervals; a later key replaces what an earlier range said of a day.
 */
export const businessHours = z
  .record(days, z.array(hours).max(MOST_INTERVALS, `at most ${MOST_INTERVALS} intervals a day`))
  .superRefine((value, context) => {
    for (const [key, list] of Object.entries(value)) {
      const sorted = [...list].sort();
      if (sorted.some((text, index) => index > 0 && text.slice(0, 5) < (sorted[index - 1] ?? '').slice(6)))
        context.addIssue({ code: 'custom', path: [key], message: 'the hours of a day overlap' });
    }
  })
  .transform((value) => {
    const byDay = new Map<number, readonly string[]>();
    for (const [key, list] of Object.entries(value)) for (const day of daysOf(key)) byDay.set(day, list);
    return [...byDay].flatMap(([isoWeekday, list]) =>
      list.map((text): BusinessInterval => ({ isoWeekday, opens: text.slice(0, 5), closes: text.slice(6) })),
    );
  });

/** Days as dates, or with a word on why. */
export const specialDays = z.array(
  z.union(
    [
      z.iso.date().transform((day) => ({ day, title: null })),
      z.strictObject({ day: z.iso.date(), title: z.string().min(1) }),
    ],
    { error: 'expected a date like 2026-01-01, or {day: 2026-01-01, title: New Year}' },
  ),
);

function daysOf(key: string): number[] {
  const [first = '', last = first] = key.split('-');
  const from = WEEKDAYS.indexOf(first as (typeof WEEKDAYS)[number]);
  const to = WEEKDAYS.indexOf(last as (typeof WEEKDAYS)[number]);
  // fri-mon goes over the weekend.
  const length = ((to - from + 7) % 7) + 1;
  return Array.from({ length }, (_, index) => ((from + index) % 7) + 1);
}
