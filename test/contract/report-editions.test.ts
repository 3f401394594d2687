import { describe, expect, it } from 'vitest';
import { lastDue } from '../../pipelines/reports/editions.ts';
import { periodOf } from '../../pipelines/reports/period.ts';
import { WorkingDays } from '../../pipelines/reports/working-days.ts';
import { noteDueEditions } from '../../pipelines/reports/due-editions.ts';
import { parseConfig } from '../../pipelines/config/index.ts';
import { migrate, openWarehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase } from '../harness/database.ts';

const at = (text: string): Date => new Date(text);
const moscow = new WorkingDays(
  {
    specialDays: [
      { day: '2026-03-09', isWorking: false, title: null },
      { day: '2026-03-14', isWorking: true, title: null },
    ],
  },
  'Europe/Moscow',
);
const daily = { report: 'daily', every: 'working_day', at: '19:00' } as const;

describe('a digest is due', () => {
  it('on the evening of a working day, on the account’s clock, about that day', () => {
    // Friday 6 March, 19:00 Moscow is 16:00 UTC.
    expect(lastDue(daily, at('2026-03-06T16:00:00Z'), moscow)).toMatchObject({
      dueAt: at('2026-03-06T16:00:00Z'),
      period: { from: '2026-03-06', to: '2026-03-06', previous: { from: '2026-02-27', to: '2026-02-27' } },
    });
    expect(lastDue(daily, at('2026-03-06T15:59:59Z'), moscow)?.day).toBe('2026-03-05');
  });

  it('not on a weekend or a holiday, but on a Saturday that is worked', () => {
    // Monday the 9th is a holiday: on Tuesday noon the last edition is still Friday's.
    expect(lastDue(daily, at('2026-03-10T09:00:00Z'), moscow)?.day).toBe('2026-03-06');
    expect(lastDue(daily, at('2026-03-15T09:00:00Z'), moscow)?.day).toBe('2026-03-14');
  });

  it('of the week on its last working day, also when that is not a Friday', () => {
    const weekly = { report: 'weekly', every: 'week', at: '17:00' } as const;
    expect(lastDue(weekly, at('2026-03-06T14:00:00Z'), moscow)?.day).toBe('2026-03-06');
    expect(lastDue(weekly, at('2026-03-15T09:00:00Z'), moscow)).toMatchObject({
      day: '2026-03-14',
      period: { from: '2026-03-09', to: '2026-03-14', previous: { from: '2026-03-02', to: '2026-03-07' } },
    });
  });

  it('of the month on the first working day, about the whole month before', () => {
    const monthly = { report: 'monthly', every: 'month', at: '10:00' } as const;
    // 1 March 2026 is a Sunday.
    expect(lastDue(monthly, at('2026-03-20T09:00:00Z'), moscow)).toMatchObject({
      day: '2026-03-02',
      period: { from: '2026-02-01', to: '2026-02-28', previous: { from: '2026-01-01', to: '2026-01-31' } },
    });
  });

  it('in UTC+8 while the server is in UTC, and at the hour after one that the clocks jump over', () => {
    const irkutsk = new WorkingDays({}, 'Asia/Irkutsk');
    expect(lastDue({ ...daily, at: '07:30' }, at('2026-03-03T23:30:00Z'), irkutsk)).toMatchObject({
      dueAt: at('2026-03-03T23:30:00Z'),
      day: '2026-03-04',
    });
    const berlin = new WorkingDays({}, 'Europe/Berlin');
    const night = { report: 'daily', every: 'day', at: '02:30' } as const;
    // Sunday 29 March 2026: 02:30 is not on any clock there, 03:30 is 01:30 UTC. On 25 October it is twice.
    expect(lastDue(night, at('2026-03-29T12:00:00Z'), berlin)?.dueAt).toEqual(at('2026-03-29T01:30:00Z'));
    expect(lastDue(night, at('2026-10-25T12:00:00Z'), berlin)?.dueAt).toEqual(at('2026-10-25T00:30:00Z'));
    expect(lastDue(daily, at('2026-03-27T18:30:00Z'), berlin)?.dueAt).toEqual(at('2026-03-27T18:00:00Z'));
    expect(lastDue(daily, at('2026-03-30T18:30:00Z'), berlin)?.dueAt).toEqual(at('2026-03-30T17:00:00Z'));
  });
});

describe('a period', () => {
  it('that is not over is compared with as much of the one before', () => {
    expect(periodOf('month', '2026-03-10', '2026-03-10', moscow)).toMatchObject({
      from: '2026-03-01',
      to: '2026-03-10',
      previous: { from: '2026-02-01', to: '2026-02-10' },
    });
    expect(periodOf('month', '2026-03-31', '2026-03-30', moscow).previous).toEqual({
      from: '2026-02-01',
      to: '2026-02-28',
    });
  });

  it('of a day is compared with the same weekday, unless that was free', () => {
    expect(periodOf('day', '2026-03-16', '2026-03-16', moscow).previous.from).toBe('2026-03-14');
  });
});

describe('business time', () => {
  it('counts from one moment to another what lies within the hours', () => {
    // Friday 17:00 to Tuesday 10:00 Moscow over a holiday: an hour and an hour.
    expect(moscow.businessSeconds(at('2026-03-06T14:00:00Z'), at('2026-03-10T07:00:00Z'))).toBe(7_200);
  });
});

describe('a missed evening', () => {
  it('is noted once and as late; what was due before the digest stood in the configuration is not', async () => {
    const database = await createTestDatabase();
    const warehouse = await openWarehouse({ url: database.url });
    await migrate(warehouse);
    const config = parseConfig(
      JSON.stringify({
        account: { name: 'Test', time_zone: 'Europe/Moscow', currency: 'RUB' },
        sources: [{ type: 'files', name: 'tables', folder: '.', date_order: 'dmy' }],
        channels: [{ type: 'folder', name: 'folder', path: 'out' }],
        recipients: [{ name: 'boss', role: 'executive', at: [{ channel: 'folder' }] }],
        reports: { digests: [{ name: 'evening', report: 'daily', at: '19:00', to: ['boss'] }] },
      }),
      'voronka.yaml',
    );
    const note = (now: string): Promise<number> => noteDueEditions(warehouse.pool, config, moscow, at(now));
    expect(await note('2026-03-03T20:00:00Z')).toBe(0);
    expect(await note('2026-03-04T16:00:02Z')).toBe(1);
    expect(await note('2026-03-04T16:00:09Z')).toBe(0);
    // Nothing ran from Wednesday night to Saturday: Friday's is made up for, Thursday's is not.
    expect(await note('2026-03-07T06:00:00Z')).toBe(1);
    const { rows } = await warehouse.pool.query('select due_at, is_late from ops.editions order by due_at');
    expect(rows).toEqual([
      { due_at: at('2026-03-04T16:00:00Z'), is_late: false },
      { due_at: at('2026-03-06T16:00:00Z'), is_late: true },
    ]);
    await warehouse.close();
    await database.drop();
  });
});
