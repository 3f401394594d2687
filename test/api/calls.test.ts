import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cubeOverMarts, token, type CubeOverMarts } from './cube-harness.ts';
import { BORIS } from './marts-fixture.ts';

/** The calls are those of calls-fixture.ts, counted on paper. */
let api: CubeOverMarts;
beforeAll(async () => {
  api = await cubeOverMarts();
});
afterAll(() => api.close());

const numbers = (row: Readonly<Record<string, unknown>> | undefined): Record<string, number | null> =>
  Object.fromEntries(
    Object.entries(row ?? {}).map(([name, value]) => [
      name.split('.')[1] ?? name,
      value === null ? null : Number(value),
    ]),
  );

const MEASURES = [
  'calls_total',
  'calls_in',
  'calls_out',
  'calls_internal',
  'calls_answered',
  'calls_missed',
  'missed_rate',
  'missed_unreturned',
  'callback_time',
  'talk_time',
  'avg_talk_time',
  'answer_time',
  'reach_rate',
  'numbers_dialled',
  'call_to_meeting_rate',
].map((name) => `calls.${name}`);

describe('the view calls', () => {
  it('counts each call once; colleagues among themselves are no calls with clients', async () => {
    const [row] = await api.rows({ measures: MEASURES });
    const { missed_rate, ...others } = numbers(row);
    expect(missed_rate).toBeCloseTo(2 / 3, 10);
    expect(others).toEqual({
      calls_total: 5,
      calls_in: 3,
      calls_out: 2,
      calls_internal: 1,
      calls_answered: 2,
      calls_missed: 2,
      missed_unreturned: 1,
      callback_time: 600,
      talk_time: 150,
      avg_talk_time: 75,
      answer_time: 12,
      reach_rate: 0.5,
      numbers_dialled: 1,
      call_to_meeting_rate: 0,
    });
  });

  it('gives 0 for counts and null for ratios and averages of a period without calls', async () => {
    const [row] = await api.rows({
      measures: MEASURES,
      timeDimensions: [{ dimension: 'calls.date', dateRange: ['2024-01-01', '2024-01-31'] }],
    });
    expect(numbers(row)).toEqual({
      calls_total: 0,
      calls_in: 0,
      calls_out: 0,
      calls_internal: 0,
      calls_answered: 0,
      calls_missed: 0,
      missed_rate: null,
      missed_unreturned: 0,
      callback_time: null,
      talk_time: 0,
      avg_talk_time: null,
      answer_time: null,
      reach_rate: null,
      numbers_dialled: 0,
      call_to_meeting_rate: null,
    });
  });

  it('shows a manager their own calls, and a missed call of several to each of them among the rings', async () => {
    const boris = token('manager', { managers: [BORIS] });
    const [calls] = await api.rows({ measures: ['calls.calls_total', 'calls.calls_missed'] }, boris);
    expect(numbers(calls)).toEqual({ calls_total: 2, calls_missed: 0 });
    const [rings] = await api.rows(
      {
        measures: [
          'call_rings.rings',
          'call_rings.rings_missed',
          'call_rings.rings_answered_elsewhere',
          'call_rings.rings_missed_rate',
        ],
      },
      boris,
    );
    expect(numbers(rings)).toEqual({
      rings: 2,
      rings_missed: 1,
      rings_answered_elsewhere: 1,
      rings_missed_rate: 0.5,
    });
  });

  it('hides numbers and names from an analyst', async () => {
    const { body } = await api.get('/meta', token('analyst'));
    const view = (body['cubes'] as { name: string; dimensions: { name: string }[] }[]).find(
      ({ name }) => name === 'calls',
    );
    const names = view!.dimensions.map(({ name }) => name);
    expect(names).toContain('calls.outcome');
    expect(names).not.toContain('calls.client_number');
    expect(names).not.toContain('calls.manager');
  });
});
