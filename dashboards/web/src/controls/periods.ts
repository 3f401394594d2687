/** Days as `YYYY-MM-DD`, counted in the account's time zone; the arithmetic is on UTC midnights, where no hour is lost. */
export type Day = string;

export const PERIODS = [
  'today',
  'yesterday',
  'week',
  'month',
  'last-month',
  'quarter',
  'year',
  '30-days',
  '90-days',
  '12-months',
  'custom',
] as const;
export type Period = (typeof PERIODS)[number];
export const COMPARISONS = ['previous', 'year', 'custom', 'none'] as const;
export type Comparison = (typeof COMPARISONS)[number];
export const GRANULARITIES = ['auto', 'day', 'week', 'month', 'quarter'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

export interface Range {
  readonly from: Day;
  readonly to: Day;
}

const DAY_MS = 86_400_000;
const at = (day: Day): Date => new Date(`${day}T00:00:00Z`);
const iso = (date: Date): Day => date.toISOString().slice(0, 10);
export const plusDays = (day: Day, days: number): Day => iso(new Date(at(day).getTime() + days * DAY_MS));
const daysOf = ({ from, to }: Range): number => (at(to).getTime() - at(from).getTime()) / DAY_MS + 1;

/** The same day some months away, or the last one of a month that is shorter. */
function plusMonths(day: Day, months: number): Day {
  const date = at(day);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return iso(new Date(Date.UTC(year, month, Math.min(date.getUTCDate(), last))));
}
const startOfMonth = (day: Day): Day => `${day.slice(0, 8)}01`;
const isEndOfMonth = (day: Day): boolean => plusDays(day, 1).endsWith('-01');

export function todayIn(timeZone: string, now = new Date()): Day {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(now);
}

export const isDay = (text: string | null): text is Day =>
  text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at(text).getTime());

export function rangeOf(period: Period, today: Day, custom: Partial<Range>): Range {
  const month = Number(today.slice(5, 7));
  switch (period) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: plusDays(today, -1), to: plusDays(today, -1) };
    case 'week':
      return { from: plusDays(today, -((at(today).getUTCDay() + 6) % 7)), to: today };
    case 'month':
      return { from: startOfMonth(today), to: today };
    case 'last-month': {
      const to = plusDays(startOfMonth(today), -1);
      return { from: startOfMonth(to), to };
    }
    case 'quarter':
      return { from: startOfMonth(plusMonths(startOfMonth(today), -((month - 1) % 3))), to: today };
    case 'year':
      return { from: `${today.slice(0, 4)}-01-01`, to: today };
    case '30-days':
      return { from: plusDays(today, -29), to: today };
    case '90-days':
      return { from: plusDays(today, -89), to: today };
    case '12-months':
      return { from: startOfMonth(plusMonths(startOfMonth(today), -11)), to: today };
    case 'custom': {
      const to = custom.to ?? today;
      const from = custom.from ?? plusDays(to, -29);
      return from <= to ? { from, to } : { from: to, to: from };
    }
  }
}

/**
 * What a period is held against. Whole months against whole months before; a month begun against as many days of the one before;
 * any other period against as many days right before it.
 */
export function comparedWith(
  comparison: Comparison,
  range: Range,
  custom: Partial<Range>,
): Range | undefined {
  if (comparison === 'none') return undefined;
  if (comparison === 'custom') {
    return custom.from !== undefined && custom.to !== undefined
      ? { from: custom.from, to: custom.to }
      : undefined;
  }
  if (comparison === 'year') return { from: plusMonths(range.from, -12), to: plusMonths(range.to, -12) };
  if (range.from.endsWith('-01')) {
    const months = monthsBetween(range.from, range.to) + 1;
    const to = plusMonths(range.to, -months);
    return {
      from: plusMonths(range.from, -months),
      to: isEndOfMonth(range.to) ? plusDays(plusMonths(startOfMonth(range.to), -months + 1), -1) : to,
    };
  }
  const days = daysOf(range);
  return { from: plusDays(range.from, -days), to: plusDays(range.from, -1) };
}

const monthsBetween = (from: Day, to: Day): number =>
  (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 +
  Number(to.slice(5, 7)) -
  Number(from.slice(5, 7));

/** Between a dozen and sixty points, so that a line can be read. */
export function granularityFor(chosen: Granularity, range: Range): Exclude<Granularity, 'auto'> {
  if (chosen !== 'auto') return chosen;
  const days = daysOf(range);
  if (days <= 45) return 'day';
  return days <= 200 ? 'week' : 'month';
}
