import { DateTime } from 'luxon';
import type { Asker } from '../reports/asker.ts';
import type { Span } from '../reports/period.ts';
import type { Finding } from './rule.ts';

/** A drop: four weeks' sales below this share of what the eight weeks before them had. */
const DROPPED_TO = 0.6;
const WEEKS = 4;
const WEEKS_BEFORE = 8;
/** An alert came before a drop that begins within these days of it. */
const LOOK_AHEAD_DAYS = 42;
const DAY_MS = 86_400_000;
const WHOLE_COMPANY = '';

/** When whose sales dropped. */
export interface SalesDrops {
  daysToDrop(finding: Pick<Finding, 'managerId'>, day: string): number | null;
  /** The share of all days that a drop follows, over those the alerts name. */
  byChance(alerts: readonly Pick<Finding, 'managerId'>[]): number;
}

/** Finds the drops in weekly sales of each manager and of the company. Weeks are Monday to Sunday. */
export async function salesDrops(asker: Asker, span: Span): Promise<SalesDrops> {
  const start = DateTime.fromISO(span.from, { zone: 'utc' }).startOf('week').minus({ weeks: WEEKS_BEFORE });
  const end = DateTime.fromISO(span.to, { zone: 'utc' }).startOf('week');
  const { rows } = await asker.ask({
    measures: ['funnel.won_amount'],
    dimensions: ['funnel.manager_id'],
    timeDimensions: [
      { dimension: 'funnel.date', granularity: 'week', dateRange: [start.toISODate(), span.to] },
    ],
    limit: 50_000,
  });
  const length = Math.round(end.diff(start, 'weeks').weeks);
  const series = new Map<string, number[]>();
  const add = (key: string, week: number, amount: number): void => {
    if (!series.has(key)) series.set(key, Array<number>(length).fill(0));
    if (week >= 0 && week < length) series.get(key)![week]! += amount;
  };
  for (const row of rows) {
    const monday = DateTime.fromISO(String(row['funnel.date.week']).slice(0, 10), { zone: 'utc' });
    const week = Math.round(monday.diff(start, 'weeks').weeks);
    const amount = Number(row['funnel.won_amount'] ?? 0);
    add(WHOLE_COMPANY, week, amount);
    if (row['funnel.manager_id'] !== null) add(String(row['funnel.manager_id']), week, amount);
  }
  const drops = new Map([...series].map(([key, weeks]) => [key, beginnings(weeks, start)]));
  const nextDrop = (key: string, day: string): number | null => {
    const ahead = (drops.get(key) ?? [])
      .map((begins) => Math.round((Date.parse(begins) - Date.parse(day)) / DAY_MS))
      .filter((days) => days >= 0 && days <= LOOK_AHEAD_DAYS);
    return ahead.length === 0 ? null : Math.min(...ahead);
  };
  return {
    daysToDrop: ({ managerId }, day) => nextDrop(managerId ?? WHOLE_COMPANY, day),
    byChance(alerts) {
      const keys = [...new Set(alerts.map(({ managerId }) => managerId ?? WHOLE_COMPANY))];
      let days = 0;
      let followed = 0;
      for (let day = span.from; day <= span.to; day = nextDay(day)) {
        for (const key of keys) {
          days += 1;
          if (nextDrop(key, day) !== null) followed += 1;
        }
      }
      return days === 0 ? 0 : followed / days;
    },
  };
}

/** Mondays on which a drop begins: the first of a run of weeks that are each below. */
function beginnings(weeks: readonly number[], start: DateTime): string[] {
  const mean = (from: number, to: number): number =>
    weeks.slice(from, to).reduce((sum, amount) => sum + amount, 0) / (to - from);
  const found: string[] = [];
  let wasBelow = false;
  for (let week = WEEKS_BEFORE; week + WEEKS <= weeks.length; week += 1) {
    const before = mean(week - WEEKS_BEFORE, week);
    const isBelow = before > 0 && mean(week, week + WEEKS) < before * DROPPED_TO;
    if (isBelow && !wasBelow) found.push(start.plus({ weeks: week }).toISODate()!);
    wasBelow = isBelow;
  }
  return found;
}

const nextDay = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
