/**
 * The company's clock: Moscow (UTC+3 all year since 2014), Monday to Friday 9–18, lunch 13–14, Russian public holidays.
 * Moments are unix seconds; a day number counts local days since 1970-01-01.
 */
export const ZONE = 'Europe/Moscow';
const OFFSET = 3 * 3600;
export const DAY = 86_400;
export const HOUR = 3600;
/** Working seconds of one working day. */
export const WORKING_DAY = 8 * HOUR;
const OPENS = 9 * HOUR;
const LUNCH = 13 * HOUR;
const LUNCH_ENDS = 14 * HOUR;

export function dayOf(moment: number): number {
  return Math.floor((moment + OFFSET) / DAY);
}

/** Local midnight that begins the day. */
export function startOfDay(day: number): number {
  return day * DAY - OFFSET;
}

export function secondOfDay(moment: number): number {
  return moment - startOfDay(dayOf(moment));
}

export interface CivilDate {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  readonly day: number;
  /** 1 = Monday … 7 = Sunday. */
  readonly weekday: number;
}

export function civil(day: number): CivilDate {
  const date = new Date(day * DAY * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: ((day + 3) % 7) + 1,
  };
}

export function dayNumber(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / (DAY * 1000);
}

/** `2026-03`: the calendar month of the moment in the company's zone. */
export function monthOf(moment: number): string {
  const day = dayOf(moment);
  let month = monthNames.get(day);
  if (month === undefined)
    monthNames.set(day, (month = new Date(day * DAY * 1000).toISOString().slice(0, 7)));
  return month;
}

const monthNames = new Map<number, string>();

/** Non-working days of article 112 of the Labour Code. */
const HOLIDAYS: readonly (readonly [number, number])[] = [
  [2, 23],
  [3, 8],
  [5, 1],
  [5, 9],
  [6, 12],
  [11, 4],
];

/**
 * The fixed holidays, moved to the next Monday when they fall on a weekend (the article's rule; the yearly decree's bridges
 * are not reproduced), 1–8 January, 31 December.
 */
export function isPublicHoliday(day: number): boolean {
  const { year, month, day: date } = civil(day);
  if (month === 1 && date <= 8) return true;
  if (month === 12 && date === 31) return true;
  return HOLIDAYS.some(([holidayMonth, holidayDate]) => {
    const holiday = dayNumber(year, holidayMonth, holidayDate);
    const { weekday } = civil(holiday);
    const moved = weekday === 6 ? holiday + 2 : weekday === 7 ? holiday + 1 : holiday;
    return day === holiday || day === moved;
  });
}

/** Arithmetic on working time between two days, in constant time: the working days are counted once. */
export class WorkingCalendar {
  private readonly first: number;
  /** How many working days lie before first + index. */
  private readonly before: Int32Array;
  private readonly workingDays: number[] = [];

  constructor(firstDay: number, lastDay: number) {
    this.first = firstDay;
    this.before = new Int32Array(lastDay - firstDay + 2);
    for (let day = firstDay; day <= lastDay; day += 1) {
      this.before[day - firstDay] = this.workingDays.length;
      if (civil(day).weekday <= 5 && !isPublicHoliday(day)) this.workingDays.push(day);
    }
    this.before[lastDay - firstDay + 1] = this.workingDays.length;
  }

  isWorkingDay(day: number): boolean {
    const index = day - this.first;
    return (this.before[index + 1] ?? 0) > (this.before[index] ?? 0);
  }

  isWorkingTime(moment: number): boolean {
    const second = secondOfDay(moment);
    const isOpen = second >= OPENS && second < OPENS + WORKING_DAY + HOUR;
    return isOpen && !(second >= LUNCH && second < LUNCH_ENDS) && this.isWorkingDay(dayOf(moment));
  }

  /** The moment `seconds` of working time after `moment`; outside working hours the clock stands still. */
  after(moment: number, seconds: number): number {
    const position = this.position(Math.floor(moment)) + Math.max(0, Math.round(seconds));
    const index = Math.floor(position / WORKING_DAY);
    const day = this.workingDays[index];
    if (day === undefined) return Number.MAX_SAFE_INTEGER;
    const worked = position - index * WORKING_DAY;
    const morning = LUNCH - OPENS;
    return startOfDay(day) + OPENS + worked + (worked >= morning ? HOUR : 0);
  }

  /** Working seconds from the calendar's first day to the moment. */
  position(moment: number): number {
    const day = dayOf(moment);
    const whole = (this.before[day - this.first] ?? this.workingDays.length) * WORKING_DAY;
    if (!this.isWorkingDay(day)) return whole;
    const second = secondOfDay(moment);
    const morning = Math.min(Math.max(second - OPENS, 0), LUNCH - OPENS);
    const afternoon = Math.min(Math.max(second - LUNCH_ENDS, 0), WORKING_DAY - (LUNCH - OPENS));
    return whole + morning + afternoon;
  }
}
