import { DateTime } from 'luxon';
import { parseDuration } from '../../config/duration.ts';
import type { Row } from '../../../cube/query.ts';
import {
  addDays,
  MOST_ROWS,
  NOBODY,
  numberOf,
  textOf,
  type Finding,
  type Moment,
  type Rule,
} from '../rule.ts';

const AGE = 'data_health.hours_since_load';
const SOURCE = 'data_health.source';
const DATE = 'calls.date';
const TALKED = 'calls.calls_answered';
/** The usual load of an hour is that of the working days before. */
const USUAL_DAYS = 20;

interface Data {
  readonly sources: readonly Row[];
  /** Calls that were answered, by hour. */
  readonly calls: ReadonlyMap<string, number>;
}

/**
 * A source that was not read for long, and a telephone that fell silent: it may be read every minute and have nothing to tell, for its
 * lines are dead. Hours of the same working time are usually full of answered calls, and now there is none.
 */
export const sourceStale: Rule<'source_stale', Data> = {
  name: 'source_stale',
  needs: [],
  async load({ asker, span, isBackTest }) {
    const hasHealth = !isBackTest && asker.knows(AGE) && asker.knows(SOURCE);
    const sources = hasHealth
      ? (await asker.ask({ measures: [AGE], dimensions: [SOURCE], limit: 1_000 })).rows
      : [];
    if (!asker.knows(TALKED)) return { sources, calls: new Map() };
    const { rows } = await asker.ask({
      measures: [TALKED],
      timeDimensions: [
        { dimension: DATE, granularity: 'hour', dateRange: [addDays(span.from, -40), span.to] },
      ],
      limit: MOST_ROWS,
    });
    const calls = new Map(
      rows.map((row) => [textOf(row, `${DATE}.hour`).slice(0, 13), numberOf(row, TALKED)]),
    );
    return { sources, calls };
  },
  judge({ sources, calls }, moment, settings) {
    const limit = (parseDuration(settings.after) ?? 0) / 3_600_000;
    const stale = sources
      .filter((row) => row[AGE] !== null && numberOf(row, AGE) > limit)
      .map((row): Finding => ({
        ...NOBODY,
        subject: textOf(row, SOURCE),
        subjectTitle: textOf(row, SOURCE),
        value: Math.round(numberOf(row, AGE) * 10) / 10,
        norm: limit,
        unit: 'hours',
        evidence: [],
      }));
    const silence = silenceOf(calls, moment, settings.silent_hours, settings.least_usual_calls);
    return silence ? [...stale, silence] : stale;
  },
};

/** The whole hours before now without an answered call: enough of them, in working time, and in hours that usually have many. */
function silenceOf(
  calls: ReadonlyMap<string, number>,
  { now, day, days }: Moment,
  hours: number,
  leastUsual: number,
): Finding | undefined {
  // Calls that were never read say nothing: the source itself is stale then, or there is no telephone at all.
  if (calls.size === 0 || !days.isWorking(day)) return undefined;
  const at = (date: string, clock: number): number =>
    calls.get(`${date}T${String(clock).padStart(2, '0')}`) ?? 0;
  const hour = DateTime.fromJSDate(now, { zone: days.timeZone }).startOf('hour');
  const silent: DateTime[] = [];
  // However far back: where calls are few, only a longer silence says something.
  for (
    let before = hour.minus({ hours: 1 });
    before.toISODate() === day && at(day, before.hour) === 0;
    before = before.minus({ hours: 1 })
  )
    silent.push(before);
  if (silent.length < hours) return undefined;
  const others = days.between(days.shift(day, -USUAL_DAYS), days.shift(day, -1));
  const usual = others.reduce(
    (sum, date) => sum + silent.reduce((part, moment) => part + at(date, moment.hour), 0),
    0,
  );
  const perDay = usual / others.length;
  // A silence that goes on after the office has closed is no silence of its own.
  const lastUsual = others.reduce((sum, date) => sum + at(date, silent[0]!.hour), 0);
  if (perDay < leastUsual || lastUsual === 0) return undefined;
  return {
    ...NOBODY,
    subject: 'calls',
    subjectTitle: 'calls',
    value: 0,
    norm: Math.round(perDay),
    unit: 'count',
    evidence: silent.map((moment) => ({
      id: moment.toISO()!,
      title: moment.toFormat('yyyy-MM-dd HH:mm'),
      value: 0,
    })),
  };
}
