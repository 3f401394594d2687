import { describe, expect, it } from 'vitest';
import { isQuiet } from '../../pipelines/workflows/quiet-hours.ts';
import { cronOf, isOverdue } from '../../pipelines/workflows/schedules.ts';

const MOSCOW = 'Europe/Moscow';
const at = (text: string): Date => new Date(text);

describe('a missed tick is caught up, once', () => {
  const hourly = { every: '1h' };

  it('is overdue when a tick passed since the newest run', () => {
    expect(isOverdue(hourly, at('2026-03-02T08:59:00Z'), at('2026-03-02T09:00:30Z'), MOSCOW)).toBe(true);
  });

  it('is not overdue when no tick passed', () => {
    expect(isOverdue(hourly, at('2026-03-02T09:00:05Z'), at('2026-03-02T09:59:59Z'), MOSCOW)).toBe(false);
  });

  it('is overdue when it never ran', () => {
    expect(isOverdue(hourly, undefined, at('2026-03-02T09:00:00Z'), MOSCOW)).toBe(true);
  });

  it('does not count ticks of the quiet hours as missed', () => {
    const nights = { every: '1h', quiet_hours: { from: '22:00', to: '07:00' } };
    // At 06:30 Moscow: the tick of 21:00 was missed, those from 22:00 on were to be quiet.
    expect(isOverdue(nights, at('2026-03-02T17:30:00Z'), at('2026-03-03T03:30:00Z'), MOSCOW)).toBe(true);
    expect(isOverdue(nights, at('2026-03-02T19:05:00Z'), at('2026-03-03T03:30:00Z'), MOSCOW)).toBe(false);
    expect(isOverdue(nights, at('2026-03-02T19:05:00Z'), at('2026-03-03T04:00:01Z'), MOSCOW)).toBe(true);
  });

  it('reads a cron schedule on the account’s clock', () => {
    const mornings = { cron: '0 9 * * 1-5' };
    // Friday 09:00 Moscow is 06:00 UTC; nothing is due over the weekend.
    expect(isOverdue(mornings, at('2026-03-06T06:00:01Z'), at('2026-03-08T20:00:00Z'), MOSCOW)).toBe(false);
    expect(isOverdue(mornings, at('2026-03-06T06:00:01Z'), at('2026-03-09T06:00:01Z'), MOSCOW)).toBe(true);
  });
});

describe('quiet hours', () => {
  it('may span midnight, start inclusive, end exclusive, on the account’s clock', () => {
    const quiet = { from: '22:00', to: '07:00' };
    expect(isQuiet(quiet, at('2026-03-02T19:00:00Z'), MOSCOW)).toBe(true); // 22:00
    expect(isQuiet(quiet, at('2026-03-02T18:59:59Z'), MOSCOW)).toBe(false); // 21:59
    expect(isQuiet(quiet, at('2026-03-03T03:59:59Z'), MOSCOW)).toBe(true); // 06:59
    expect(isQuiet(quiet, at('2026-03-03T04:00:00Z'), MOSCOW)).toBe(false); // 07:00
  });
});

describe('an interval as a cron expression', () => {
  it.each([
    ['30s', '*/30 * * * * *'],
    ['5m', '0 */5 * * * *'],
    ['2h', '0 0 */2 * * *'],
    ['1d', '0 0 0 * * *'],
  ])('%s is %s', (every, cron) => expect(cronOf({ every })).toBe(cron));
});
