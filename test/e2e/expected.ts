import { DateTime } from 'luxon';
import type { Row } from '../../cube/query.ts';
import type { DemoCompany } from './demo-company.ts';

export const ZONE = 'Europe/Moscow';
const iso = (day: DateTime): string => day.toFormat('yyyy-MM-dd');

/** This month so far, as the dashboard opens. */
export function thisMonth(): [string, string] {
  const today = DateTime.now().setZone(ZONE);
  return [iso(today.startOf('month')), iso(today)];
}

/** Of these the day of asking decides, not the period. */
const isAsOfNow = (measure: string): boolean =>
  /^(?:deals|forecast|early_warnings|data_health)\./.test(measure) ||
  /^regulation\.(?:open|stage_overdue|deals_)/.test(measure);

/** Measures over REST with the rights of the token: one query a view, and one more for what is counted as of now. */
export async function expectedOf(
  demo: DemoCompany,
  measures: readonly string[],
  {
    token,
    period = thisMonth(),
    filters = [],
  }: { token: string; period?: [string, string]; filters?: object[] },
): Promise<Map<string, Row[string]>> {
  const groups = new Map<string, string[]>();
  for (const measure of new Set(measures)) {
    const group = `${measure.split('.')[0]}${isAsOfNow(measure) ? ' now' : ''}`;
    groups.set(group, [...(groups.get(group) ?? []), measure]);
  }
  const found = new Map<string, Row[string]>();
  for (const group of groups.values()) {
    const view = group[0]!.split('.')[0]!;
    const [row] = await demo.ask(
      {
        measures: group,
        filters,
        ...(!isAsOfNow(group[0]!) && {
          timeDimensions: [
            { dimension: `${view}.date`, dateRange: view === 'plan_fact' ? months(period) : period },
          ],
        }),
      },
      token,
    );
    for (const measure of group) found.set(measure, row?.[measure] ?? null);
  }
  return found;
}

/** Plans are of whole months. */
const months = ([from, to]: [string, string]): [string, string] => [
  `${from.slice(0, 8)}01`,
  iso(DateTime.fromISO(to).endOf('month')),
];

/** As the screen keeps a number: without the zeros of a `numeric`. */
export const asOnScreen = (value: Row[string] | undefined): string =>
  value === null || value === undefined ? 'null' : String(Number(value));
