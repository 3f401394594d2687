import { DateTime } from 'luxon';
import type { DigestSettings } from '../config/reports.ts';
import { periodOf, type Period, type PeriodKind } from './period.ts';
import type { WorkingDays } from './working-days.ts';

export interface Edition {
  readonly dueAt: Date;
  /** The day on which it is due. */
  readonly day: string;
  readonly period: Period;
}

/** Later than this after its moment a digest says that it is late. */
export const LATE_AFTER_MS = 30 * 60_000;
/** A digest of the month is looked for so far back, over the longest holidays. */
const DAYS_LOOKED_BACK = 45;

type Timing = Pick<DigestSettings, 'every' | 'at' | 'report'>;

/** The last edition that was due by `now`; none in the last weeks: undefined. */
export function lastDue(digest: Timing, now: Date, days: WorkingDays): Edition | undefined {
  const today = DateTime.fromJSDate(now, { zone: days.timeZone }).startOf('day');
  for (let back = 0; back <= DAYS_LOOKED_BACK; back += 1) {
    const day = today.minus({ days: back }).toISODate()!;
    const dueAt = momentOf(day, digest.at, days.timeZone);
    if (dueAt <= now && isDueOn(digest, day, days))
      return { dueAt, day, period: periodFor(digest, day, days) };
  }
  return undefined;
}

/** A day's moment on the account's clock. An hour that the clocks jump over is the hour after, one that comes twice is the first. */
export function momentOf(day: string, clock: string, timeZone: string): Date {
  const moment = DateTime.fromISO(`${day}T${clock}`, { zone: timeZone });
  // Which of the two luxon takes depends on the season it is asked in.
  const hourBefore = moment.minus({ hours: 1 });
  return (hourBefore.toFormat('HH:mm') === moment.toFormat('HH:mm') ? hourBefore : moment).toJSDate();
}

function isDueOn({ every }: Timing, day: string, days: WorkingDays): boolean {
  if (every === 'day') return true;
  if (!days.isWorking(day)) return false;
  const date = DateTime.fromISO(day, { zone: 'utc' });
  switch (every) {
    case 'working_day':
      return true;
    case 'week':
      return days.shift(day, 1) > date.endOf('week').toISODate()!;
    case 'month':
      return days.shift(day, -1) < date.startOf('month').toISODate()!;
  }
}

/** What an edition of that day is about. */
export function periodFor({ report, every }: Timing, day: string, days: WorkingDays): Period {
  if (every === 'month') {
    const before = DateTime.fromISO(day, { zone: 'utc' }).startOf('month').minus({ days: 1 });
    return periodOf('month', before.toISODate()!, day, days);
  }
  return periodOf(every === 'week' ? 'week' : USUAL_PERIOD[report], day, day, days);
}

export const USUAL_PERIOD: Readonly<Record<Timing['report'], PeriodKind>> = {
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  personal: 'day',
};
