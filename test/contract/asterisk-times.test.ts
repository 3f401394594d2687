import { expect, it } from 'vitest';
import { clockSighting } from '../../pipelines/sources/asterisk/clock-check.ts';
import { readLeg, type CdrRecord, type LegRules } from '../../pipelines/sources/asterisk/leg.ts';
import { WallClock } from '../../pipelines/sources/asterisk/local-time.ts';

const rulesIn = (zone: string, timeKinds: LegRules['timeKinds'] = {}): LegRules => ({
  clock: new WallClock(zone),
  timeKinds,
  isStored: () => true,
});

const record = (more: CdrRecord): CdrRecord => ({ src: '1', dst: '2', disposition: 'ANSWERED', ...more });

function times(more: CdrRecord, rules = rulesIn('Europe/Berlin')): unknown {
  const read = readLeg(record(more), rules);
  if ('reason' in read) return read.reason;
  return [read.leg.start_at, read.leg.answer_at, read.leg.end_at].map((text) => text?.slice(11, 19) ?? null);
}

// In Berlin the clock goes from 03:00 back to 02:00 on 26 October 2025, at 01:00 UTC.
const night = (epoch: string) => ({
  start: '2025-10-26 02:30:00',
  answer: '2025-10-26 02:30:10',
  end: '2025-10-26 02:30:40',
  duration: '40',
  billsec: '30',
  uniqueid: `${Date.parse(`2025-10-26T${epoch}Z`) / 1_000}.1`,
});

it('tells the two passages of the repeated hour apart by the epoch in uniqueid', () => {
  expect(times(night('00:29:59'))).toEqual(['00:30:00', '00:30:10', '00:30:40']);
  expect(times(night('01:29:59'))).toEqual(['01:30:00', '01:30:10', '01:30:40']);
});

it('tells the end of a call that spans the change by its duration', () => {
  const call = { ...night('00:29:59'), end: '2025-10-26 02:20:00', duration: '3000', billsec: '2990' };
  expect(times(call)).toEqual(['00:30:00', '00:30:10', '01:20:00']);
});

it('takes an hour that the clock skips for one that was not told to the server', () => {
  // 02:30 on 30 March is 01:30 UTC for a clock that still stands in winter.
  const call = {
    start: '2025-03-30 02:30:00',
    end: '2025-03-30 02:30:40',
    duration: '40',
    disposition: 'BUSY',
  };
  expect(times(call)).toEqual(['01:30:00', null, '01:30:40']);
});

it('knows a zone whose days did not always have the same offset', () => {
  // Moscow went from +4 to +3 on 26 October 2014, at 22:00 UTC of the 25th.
  const at = (start: string): unknown =>
    times({ start, duration: '0', billsec: '0' }, rulesIn('Europe/Moscow'));
  expect(at('2014-10-25 12:00:00')).toEqual(['08:00:00', '08:00:00', '08:00:00']);
  expect(at('2014-10-27 12:00:00')).toEqual(['09:00:00', '09:00:00', '09:00:00']);
});

it.each([
  ['an epoch of 0', { start: '1740981600', answer: '0', end: '1740981640' }, ['06:00:00', null, '06:00:40']],
  ['an epoch with a fraction', { start: '1740981600.9', answer: null, end: '1740981640.2' }, ['06:00:00', null, '06:00:40']],
])('reads numbers as the moments they are: %s', (_what, more, expected) => {
  const rules = rulesIn('Asia/Tokyo', { start: 'epoch', answer: 'epoch', end: 'epoch' });
  expect(times({ ...more, disposition: '0' }, rules)).toEqual(expected);
}); // prettier-ignore

it('never answers before the start or after the end, nor ends before the start', () => {
  const call = { start: '2025-03-03 10:00:00', end: '2025-03-03 10:00:40', duration: '40' };
  expect(times({ ...call, answer: '2025-03-03 09:00:00' })).toEqual(['09:00:00', '09:00:00', '09:00:40']);
  expect(times({ ...call, answer: '2025-03-03 10:05:00' })).toEqual(['09:00:00', '09:00:40', '09:00:40']);
  expect(times({ ...call, end: '2025-03-03 09:00:40', answer: null, billsec: '0' })).toEqual(['09:00:00', '09:00:40', '09:00:40']); // prettier-ignore
});

it('gives the reason where no time can be told', () => {
  expect(times({ start: '03.03.2025 10:00', end: '' })).toBe('start: "03.03.2025 10:00" is not a time');
  expect(times({ start: null })).toBe('start: the row has no time');
  expect(times({ start: '0000-00-00 00:00:00' })).toBe('start: the row has no time');
  expect(times({ start: '2025-03-03 10:00:00', end: '0000-00-00 00:00:00' })).toBe(
    'end: the row has neither end nor duration',
  );
});

it('notices a zone that is hours off, and is not misled by calls that are long', () => {
  const at = (difference: number) => ({ startedAt: 1e9 + difference, channelCreatedAt: 1e9 });
  const sighting = (...differences: number[]) => clockSighting(differences.map(at), 'Europe/Moscow')?.name;
  expect(sighting(0, 1, 2, 3_600)).toBeUndefined();
  expect(sighting(3_600, 3_601)).toBeUndefined();
  expect(sighting(3_600, 3_605, 3_602, 9_000)).toContain('1 h after');
  expect(sighting(-10_799)).toBe(
    'start is 3 h before the epoch in uniqueid: is time_zone Europe/Moscow right?',
  );
  // India: half an hour counts.
  expect(sighting(-19_800, -19_795)).toContain('5.5 h before');
  expect(clockSighting([{ startedAt: 1e9, channelCreatedAt: null }], 'UTC')).toBeUndefined();
});
