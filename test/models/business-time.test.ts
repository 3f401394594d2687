import { readFile } from 'node:fs/promises';
import { DateTime } from 'luxon';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { businessHours, type BusinessInterval } from '../../pipelines/config/business-hours.ts';
import { applyConfig } from '../../pipelines/transform/index.ts';
import { createProject, type TestProject } from './runner-project.ts';

const SQL = new URL('../../sql/', import.meta.url);
const PAIRS = 500;

/** Hours with a lunch break, a short Friday, a night shop that is open while clocks change, and pieces of a few minutes. */
const WEEK = businessHours.parse({
  'mon-thu': ['09:00-13:00', '14:00-18:00'],
  fri: ['09:07-16:41'],
  sat: ['10:00-12:00', '12:30-12:45', '23:00-24:00'],
  sun: ['00:00-05:00'],
});
const HOLIDAY = '2025-03-10';
/** A worked day with hours of its own. */
const SHORT = '2025-03-12';

const STARTS = ['2025-03-05', '2025-03-28', '2025-10-23', '2025-10-31', '2024-02-27', '2025-12-30'];

/** The business minutes from `start`, one by one, by the calendar on the wall: the slow way that cannot be wrong in the same manner. */
function workedMinutes(start: DateTime, minutes: number, week: readonly BusinessInterval[]): number[] {
  const sums = [0];
  for (let at = 0; at < minutes; at += 1) {
    const moment = start.plus({ minutes: at });
    const clock = moment.hour * 60 + moment.minute;
    const day = moment.toISODate();
    const hours = day === SHORT ? [{ isoWeekday: moment.weekday, opens: '10:15', closes: '13:30' }] : week;
    const isOpen =
      day !== HOLIDAY &&
      hours.some(
        ({ isoWeekday, opens, closes }) =>
          isoWeekday === moment.weekday && minuteOf(opens) <= clock && clock < minuteOf(closes),
      );
    sums.push((sums.at(-1) ?? 0) + (isOpen ? 1 : 0));
  }
  return sums;
}

const minuteOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

describe.each(['Europe/Berlin', 'America/St_Johns'])('business time in %s', (zone) => {
  let project: TestProject;
  beforeAll(async () => {
    const sql = (path: string): Promise<string> => readFile(new URL(path, SQL), 'utf8');
    project = await createProject({
      'macros/business_seconds.sql': await sql('macros/business_seconds.sql'),
      'staging/int_business_days.sql': await sql('intermediate/calendar/int_business_days.sql'),
      'staging/sources.yml':
        'version: 2\nsources:\n  - name: conf\n    schema: conf\n    tables: [{name: settings}, {name: business_hours}, {name: special_days}]\n' +
        '  - name: raw\n    schema: raw\n    tables: [{name: pairs}]\n',
      'marts/spans.sql': `{{ config(materialized='table') }}
        select pairs.id, {{ business_seconds('began', 'pairs.from_at', 'ended', 'pairs.to_at') }} as seconds
        from {{ source('raw', 'pairs') }} as pairs
        left join {{ ref('int_business_days') }} as began on began.day = {{ business_day('pairs.from_at') }}
        left join {{ ref('int_business_days') }} as ended on ended.day = {{ business_day('pairs.to_at') }}`,
    });
    await applyConfig(project.pool, {
      settings: { timeZone: zone, currency: 'EUR' },
      stageSteps: [],
      businessHours: WEEK,
      specialDays: [
        { day: HOLIDAY, isWorking: false, title: 'a holiday' },
        { day: SHORT, isWorking: true, title: null, opens: '10:15', closes: '13:30' },
      ],
    });
    await project.pool.query(
      'create schema if not exists raw; create table raw.pairs (id int, from_at timestamptz, to_at timestamptz)',
    );
  });
  afterAll(() => project.drop());

  it('equals a count of minutes on the wall, over clock changes, holidays and midnight', async () => {
    // Around both clock changes of the year, a leap day, the turn of a year and a holiday; any stretch up to four days.
    let seed = 7;
    const random = (limit: number): number => (seed = (seed * 48_271) % 2_147_483_647) % limit;
    const expected: number[] = [];
    const pairs = STARTS.flatMap((day) => {
      const start = DateTime.fromISO(day, { zone });
      const sums = workedMinutes(start, 7 * 1_440, WEEK);
      return Array.from({ length: PAIRS }, () => {
        const from = random(3 * 1_440);
        const to = from + random(random(4) === 0 ? 4 * 1_440 : 600);
        expected.push(((sums[to] ?? 0) - (sums[from] ?? 0)) * 60);
        return { from: start.plus({ minutes: from }), to: start.plus({ minutes: to }) };
      });
    });
    await project.pool.query(
      `insert into raw.pairs select * from jsonb_to_recordset($1::jsonb) as p (id int, from_at timestamptz, to_at timestamptz)`,
      [JSON.stringify(pairs.map(({ from, to }, id) => ({ id, from_at: from.toISO(), to_at: to.toISO() })))],
    );
    await project.build();
    const answers = await project.rows<{ id: number; seconds: string }>(
      'select id, seconds from marts.spans order by id',
    );
    expect(answers.map(({ seconds }) => Number(seconds))).toEqual(expected);
  });

  it('counts seconds, is negative backwards, and null where a moment is missing or out of all calendars', async () => {
    const monday = DateTime.fromISO('2025-06-02', { zone });
    const at = (clock: { hour: number; minute?: number; second?: number }) => monday.set(clock).toISO();
    await project.pool.query('truncate raw.pairs');
    await project.pool.query(
      `insert into raw.pairs values (1, $1, $2), (2, $2, $1), (3, $1, null), (4, '1998-01-01', $1)`,
      [at({ hour: 12, minute: 59, second: 30 }), at({ hour: 14, minute: 0, second: 15 })],
    );
    await project.build();
    expect(await project.rows('select id, seconds::int from marts.spans order by id')).toEqual([
      { id: 1, seconds: 45 },
      { id: 2, seconds: -45 },
      { id: 3, seconds: null },
      { id: 4, seconds: null },
    ]);
  });
});

describe('business hours of the configuration', () => {
  it('become intervals by weekday, the later key replacing what a range said', () => {
    expect(businessHours.parse({ 'fri-mon': ['10:00-16:00'], sat: [] })).toEqual([
      { isoWeekday: 5, opens: '10:00', closes: '16:00' },
      { isoWeekday: 7, opens: '10:00', closes: '16:00' },
      { isoWeekday: 1, opens: '10:00', closes: '16:00' },
    ]);
  });

  it.each([
    [{ 'mon-fri': ['18:00-09:00'] }, 'the hours end before they begin'],
    [{ mon: ['9-18'] }, 'expected hours like'],
    [{ monday: ['09:00-18:00'] }, 'expected a weekday like sat'],
    [{ mon: ['09:00-13:00', '12:00-18:00'] }, 'the hours of a day overlap'],
  ])('are refused with the reason: %j', (value, reason) => {
    const parsed = businessHours.safeParse(value);
    expect(JSON.stringify(parsed.error?.issues)).toContain(reason);
  });
});
