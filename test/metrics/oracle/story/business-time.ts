import { DateTime } from 'luxon';

/** Seconds from midnight in which the company works on a working day. */
export interface WorkingHours {
  readonly zone: string;
  readonly hours: readonly (readonly [opens: number, closes: number])[];
  /** ISO weekdays, Monday is 1. */
  readonly weekdays: readonly number[];
  /** Days like 2026-01-01 on which nobody works. */
  readonly holidays: ReadonlySet<string>;
}

/** The company's clock, walked day by day from interval to interval. */
export class BusinessTime {
  readonly hours: WorkingHours;
  private readonly days = new Map<string, readonly (readonly [number, number])[]>();

  constructor(hours: WorkingHours) {
    this.hours = hours;
  }

  isWorkingDay(day: string): boolean {
    return this.intervals(day).length > 0;
  }

  /** Working seconds between two instants; 0 when the second is not later. */
  between(from: number, to: number): number {
    let seconds = 0;
    let day = DateTime.fromSeconds(from, { zone: this.hours.zone }).startOf('day');
    for (; day.toSeconds() < to; day = day.plus({ days: 1 })) {
      for (const [opens, closes] of this.intervals(day.toISODate() ?? ''))
        seconds += Math.max(0, Math.min(closes, to) - Math.max(opens, from));
    }
    return seconds;
  }

  /** Working seconds of a whole day. */
  of(day: string): number {
    return this.intervals(day).reduce((sum, [opens, closes]) => sum + closes - opens, 0);
  }

  private intervals(day: string): readonly (readonly [number, number])[] {
    let found = this.days.get(day);
    if (found === undefined) {
      const midnight = DateTime.fromISO(day, { zone: this.hours.zone });
      const isWorked = this.hours.weekdays.includes(midnight.weekday) && !this.hours.holidays.has(day);
      // Wall-clock hours: on the day of a change of clocks they are not so many seconds after midnight.
      const at = (seconds: number): number =>
        midnight.set({ hour: Math.floor(seconds / 3_600), minute: (seconds % 3_600) / 60 }).toSeconds();
      found = isWorked ? this.hours.hours.map(([opens, closes]) => [at(opens), at(closes)] as const) : [];
      this.days.set(day, found);
    }
    return found;
  }
}
