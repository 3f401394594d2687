import { describe, expect, it } from 'vitest';

import { getFinalQueryResult, getFinalQueryResultMulti } from '../../cube/portable/final-result.ts';
import { HiddenMemberError } from '../../cube/portable/hidden-member-error.ts';
import { installPortable } from '../../cube/portable/install.ts';
import type { TransformRequest } from '../../cube/portable/transform-request.ts';

const request = (more: Partial<TransformRequest> = {}): TransformRequest => ({
  aliasToMemberNameMap: {
    v__n: 'v.n',
    v__at_day: 'v.at.day',
    v__at_month: 'v.at.month',
    v__at: 'v.at',
    v__at_third: 'v.at.third',
  },
  annotation: {
    'v.n': { type: 'number' },
    'v.at': { type: 'time' },
    'v.at.day': { type: 'time' },
    'v.at.month': { type: 'time' },
    'v.at.third': { type: 'time' },
  },
  query: { measures: ['v.n'], timeDimensions: [] },
  queryType: 'regularQuery',
  resType: 'default',
  ...more,
});
const rows = (columns: Record<string, unknown[]>): Buffer =>
  Buffer.from(JSON.stringify({ members: Object.keys(columns), columns: Object.values(columns) }));

async function data(
  columns: Record<string, unknown[]>,
  more: Partial<TransformRequest> = {},
): Promise<unknown> {
  const answer = await getFinalQueryResult(request(more), rows(columns), { slowQuery: false, total: null });
  return (JSON.parse(answer.toString()) as { data: unknown }).data;
}

describe('time values', () => {
  it.each([
    ['2026-09-01T00:00:00.000', '2026-09-01T00:00:00.000'],
    ['2026-09-01T00:00:00Z', '2026-09-01T00:00:00.000'],
    ['2026-09-01T12:30:15.5Z', '2026-09-01T12:30:15.500'],
    ['2026-09-01 12:30:15', '2026-09-01T12:30:15.000'],
    ['2026-09-01 12:30:15.123456', '2026-09-01T12:30:15.123'],
    ['2026-09-01 12:30:15.123 UTC', '2026-09-01T12:30:15.123'],
    // the wall clock of the value stays, whatever zone it names
    ['2026-09-01T23:30:00+03:00', '2026-09-01T23:30:00.000'],
    ['2026-09-01', '2026-09-01'],
    ['infinity', 'infinity'],
  ])('%s becomes %s', async (given, expected) => {
    expect(await data({ v__at: [given] })).toEqual([{ 'v.at': expected }]);
  });

  it('null stays null, and text that looks like a time stays text', async () => {
    expect(await data({ v__at: [null], v__n: ['2026-09-01 00:00:00'] })).toEqual([
      { 'v.at': null, 'v.n': '2026-09-01 00:00:00' },
    ]);
  });
});

describe('time dimensions with a granularity', () => {
  it('come under both names', async () => {
    expect(await data({ v__at_day: ['2026-09-01T00:00:00.000'] })).toEqual([
      { 'v.at.day': '2026-09-01T00:00:00.000', 'v.at': '2026-09-01T00:00:00.000' },
    ]);
  });

  it.each([['v__at_month', 'v__at_day'], ['v__at_day', 'v__at_month'], ['v__at_third', 'v__at_day']])(
    'the finest of %s and %s has the short name',
    async (...aliases) => {
      const columns = Object.fromEntries(aliases.map((alias) => [alias, [alias === 'v__at_day' ? '2026-09-17T00:00:00.000' : '2026-09-01T00:00:00.000']]));
      expect(await data(columns)).toMatchObject([{ 'v.at': '2026-09-17T00:00:00.000' }]);
    },
  ); // prettier-ignore

  it('leave the short name to the dimension itself when that was asked for', async () => {
    const more = {
      query: { dimensions: ['v.at'], timeDimensions: [{ dimension: 'v.at', granularity: 'day' }] },
    };
    expect(
      await data({ v__at: ['2026-09-01T13:00:00.000'], v__at_day: ['2026-09-01T00:00:00.000'] }, more),
    ).toEqual([{ 'v.at': '2026-09-01T13:00:00.000', 'v.at.day': '2026-09-01T00:00:00.000' }]);
  });
});

describe('values', () => {
  it('pass through as the database gave them', async () => {
    const values = ['10.50', 7, true, null, { nested: [1] }, ''];
    expect(await data({ v__n: values })).toEqual(values.map((value) => ({ 'v.n': value })));
  });
});

describe('hidden members', () => {
  const hidden = request();
  const { 'v.n': _hidden, ...annotation } = hidden.annotation;

  it('are refused when there are rows', async () => {
    await expect(data({ v__n: [1] }, { annotation })).rejects.toThrow(HiddenMemberError);
  });

  it('are refused when there are none', async () => {
    await expect(data({}, { annotation })).rejects.toThrow("Member 'v.n' is not visible");
    await expect(
      data({}, { annotation: {}, query: { timeDimensions: [{ dimension: 'v.at', granularity: 'day' }] } }),
    ).rejects.toThrow("Member 'v.at' is not visible");
  });

  it('a column of no member is an error, not a leak', async () => {
    await expect(data({ surprise: [1] })).rejects.toThrow(/'surprise'/);
  });
});

describe('the rest of the answer', () => {
  it('is what Cube gave, nulls left out', async () => {
    const answer = await getFinalQueryResult(request(), rows({ v__n: [1] }), {
      slowQuery: false,
      total: null,
      dbType: 'postgres',
    });
    expect(JSON.parse(answer.toString())).toEqual({
      slowQuery: false,
      dbType: 'postgres',
      data: [{ 'v.n': 1 }],
    });
  });

  it('of several queries has each one’s rows and the common pivot', async () => {
    const query = {
      measures: ['v.n'],
      timeDimensions: [{ dimension: 'v.at', granularity: 'day', dateRange: ['a', 'b'] }],
    };
    const one = request({ query, queryType: 'compareDateRangeQuery' });
    const answer = await getFinalQueryResultMulti([one, one], [rows({ v__n: [1] }), rows({})], {
      queryType: 'compareDateRangeQuery',
      results: [{ query }, { query }],
      slowQuery: true,
    });
    expect(JSON.parse(answer.toString())).toEqual({
      queryType: 'compareDateRangeQuery',
      slowQuery: true,
      pivotQuery: { ...query, dimensions: ['compareDateRange'], queryType: 'compareDateRangeQuery' },
      results: [
        { query, data: [{ 'v.n': 1, compareDateRange: 'a - b' }] },
        { query, data: [] },
      ],
    });
  });
});

describe('which runtime is used', () => {
  const module = (loadNative: () => unknown) => ({
    loadNative,
    setupLogger: 'native',
    isFallbackBuild: 'native',
    redactSqlLiterals: 'native',
    getFinalQueryResult: 'native',
    getFinalQueryResultMulti: 'native',
    NativeInstance: { prototype: { newJinjaEngine: 'native' as unknown } },
  });

  it('the binary when it loads, and nothing of it is touched', () => {
    const native = module(() => ({}));
    expect(installPortable(native)).toBe('native');
    expect(native.getFinalQueryResult).toBe('native');
    expect(process.env['CUBEJS_TESSERACT_SQL_PLANNER']).not.toBe('false');
  });

  it('TypeScript when it does not, or when told to', () => {
    const missing = module(() => {
      throw new Error('Unable to load');
    });
    expect(installPortable(missing)).toBe('portable');
    expect(missing.getFinalQueryResult).toBe(getFinalQueryResult);
    expect(
      installPortable(
        module(() => ({})),
        { force: true },
      ),
    ).toBe('portable');
    expect(process.env['CUBEJS_TESSERACT_SQL_PLANNER']).toBe('false');
  });

  it('Jinja in the model is refused with the file’s name', () => {
    const native = module(() => null);
    installPortable(native, { force: true });
    const engine = (
      native.NativeInstance.prototype.newJinjaEngine as () => { renderTemplate(file: string): void }
    )();
    expect(() => engine.renderTemplate('cubes/a.yml')).toThrow(/cubes\/a\.yml uses Jinja/);
  });
});
