import { DateTime } from 'luxon';
import type { CalendarConfig } from '../transform/index.ts';

const USUAL_DAYS = [1, 2, 3, 4, 5];
const USUAL_HOURS = { opens: '09:00', closes: '18:00' };

/** Which days the company works, and when, in its own time zone: the calendar the norms are held against. Days are `YYYY-MM-DD`. */
export class WorkingDays {
  readonly timeZone: string;
  readonly #hours: ReadonlyMap<number, readonly { readonly opens: string; readonly closes: string }[]>;
  readonly #special: ReadonlyMap<string, NonNullable<CalendarConfig['specialDays']>[number]>;

  constructor({ businessHours, specialDays = [] }: CalendarConfig, timeZone: string) {
    this.timeZone = timeZone;
    const given = businessHours ?? USUAL_DAYS.map((isoWeekday) => ({ isoWeekday, ...USUAL_HOURS }));
    const hours = new Map<number, { readonly opens: string; readonly closes: string }[]>();
    for (const piece of [...given].sort(byOpening))
      hours.set(piece.isoWeekday, [...(hours.get(piece.isoWeekday) ?? []), piece]);
    this.#hours = hours;
    this.#special = new Map(specialDays.map((day) => [day.day, day]));
  }

  isWorking(day: string): boolean {
    const special = this.#special.get(day);
    return special ? special.isWorking : this.#hours.has(this.#weekday(day));
  }

  /** The working day that many working days before (negative) or after `day`, which may itself be free. */
  shift(day: string, count: number): string {
    let left = Math.abs(count);
    let date = day;
    // Nobody is closed for three years; a calendar without a working day must not hang.
    for (let tries = 0; left > 0 && tries < 1_100; tries += 1) {
      date = addDays(date, Math.sign(count));
      if (this.isWorking(date)) left -= 1;
    }
    return date;
  }

  /** Working days of the span, both ends included. */
  between(from: string, to: string): string[] {
    const days: string[] = [];
    for (let date = from; date <= to; date = addDays(date, 1)) if (this.isWorking(date)) days.push(date);
    return days;
  }

  /** Business seconds from one moment to a later one. */
  businessSeconds(from: Date, to: Date): number {
    const first = DateTime.fromJSDate(from, { zone: this.timeZone });
    const last = DateTime.fromJSDate(to, { zone: this.timeZone });
    let seconds = 0;
    for (let day = first.startOf('day'); day <= last; day = day.plus({ days: 1 })) {
      for (const { opens, closes } of this.#hoursOf(day.toISODate()!)) {
        const begins = Math.max(at(day, opens).toMillis(), first.toMillis());
        const ends = Math.min(at(day, closes).toMillis(), last.toMillis());
        if (ends > begins) seconds += (ends - begins) / 1_000;
      }
    }
    return seconds;
  }

  #hoursOf(day: string): readonly { readonly opens: string; readonly closes: string }[] {
    if (!this.isWorking(day)) return [];
    const special = this.#special.get(day);
    if (special?.opens && special.closes) return [{ opens: special.opens, closes: special.closes }];
    // A Saturday that is worked keeps the hours of the first weekday that has any.
    return this.#hours.get(this.#weekday(day)) ?? this.#hours.get(Math.min(...this.#hours.keys())) ?? [];
  }

  /** 1 Monday to 7 Sunday. */
  #weekday(day: string): number {
    return new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
  }
}

const addDays = (day: string, count: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);

const byOpening = (left: { opens: string }, right: { opens: string }): number =>
  left.opens.localeCompare(right.opens);

function at(day: DateTime, clock: string): DateTime {
  if (clock === '24:00') return day.plus({ days: 1 });
  return day.set({ hour: Number(clock.slice(0, 2)), minute: Number(clock.slice(3, 5)) });
}
