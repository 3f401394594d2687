import { DateTime } from 'luxon';
import type { WorkingDays } from './working-days.ts';

export type PeriodKind = 'day' | 'week' | 'month';

/** Days `YYYY-MM-DD` in the account's zone, both ends included. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

export interface Period extends Span {
  readonly kind: PeriodKind | 'custom';
  /** What it is compared with: as many days of the same kind right before. */
  readonly previous: Span;
}

const iso = (date: DateTime): string => date.toISODate()!;

/** The day, ISO week or month that `day` lies in. What is not over yet ends today and is compared with as much of the one before. */
export function periodOf(kind: PeriodKind, day: string, today: string, days: WorkingDays): Period {
  const date = DateTime.fromISO(day, { zone: 'utc' });
  if (kind === 'day') {
    // The same weekday has the same load: a Monday against the Monday before.
    const before = iso(date.minus({ days: 7 }));
    const previous = days.isWorking(before) || !days.isWorking(day) ? before : days.shift(day, -1);
    return { kind, from: day, to: day, previous: { from: previous, to: previous } };
  }
  const start = date.startOf(kind);
  const end = date.endOf(kind);
  const to = iso(end) > today ? DateTime.fromISO(today, { zone: 'utc' }) : end;
  const earlier = start.minus({ [`${kind}s`]: 1 });
  const length = Math.round(to.startOf('day').diff(start, 'days').days);
  const earlierEnd = iso(end) > today ? earlier.plus({ days: length }) : earlier.endOf(kind);
  const last = earlierEnd > earlier.endOf(kind) ? earlier.endOf(kind) : earlierEnd;
  return {
    kind,
    from: iso(start),
    to: iso(to),
    previous: { from: iso(earlier), to: iso(last) },
  };
}

/** Any days, against as many right before them. */
export function customPeriod({ from, to }: Span): Period {
  const start = DateTime.fromISO(from, { zone: 'utc' });
  const length = DateTime.fromISO(to, { zone: 'utc' }).diff(start, 'days').days + 1;
  return {
    kind: 'custom',
    from,
    to,
    previous: { from: iso(start.minus({ days: length })), to: iso(start.minus({ days: 1 })) },
  };
}
