import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueToken, type TokenRequest } from '../../cube/auth.ts';
import { runQuery } from '../../cube/query.ts';
import { startCube, type RunningCube } from '../../cube/server.ts';
import { runBuild } from '../../pipelines/transform/index.ts';
import { at } from '../models/forecast-fixture.ts';
import { createSmallCrm, event, lead, moved, type RawRow, type SmallCrm } from '../models/small-crm.ts';

/**
 * Today is 10 October 2025; a client is active for 180 days after a won deal. Companies 501 to 504, deals won:
 *
 * | company | of | when and for how much |
 * |---|---|---|
 * | 501 | Anna, then Boris | 10 March 100, 20 March 50, 30 March 850 (Boris): active until 25 September |
 * | 502 | Anna | 15 March 600, and after 12 September, when 180 days are over, 20 September 200 |
 * | 503 | Clara | 30 April 23:30 200 |
 * | 504 | Clara | 1 May 50: today is not yet its last active day, 27 October |
 * | none | Clara | 2 May 70 |
 */
const WINS: readonly (readonly [owner: number, company: number | undefined, day: string, price: number])[] = [
  [1, 501, '2025-03-10T12:00', 100],
  [1, 501, '2025-03-20T12:00', 50],
  [2, 501, '2025-03-30T12:00', 850],
  [1, 502, '2025-03-15T12:00', 600],
  [1, 502, '2025-09-20T12:00', 200],
  [3, 503, '2025-04-30T23:30', 200],
  [3, 504, '2025-05-01T12:00', 50],
  [3, undefined, '2025-05-02T12:00', 70],
];
const TODAY = '2025-10-10';
const SECRET = 'a secret that only these tests know, forty';

let crm: SmallCrm;
let cube: RunningCube;
beforeAll(async () => {
  crm = await createSmallCrm();
  await crm.put([
    ...[501, 502, 503, 504].map((id): RawRow => ({
      stream: 'companies',
      id: String(id),
      updatedAt: 0,
      payload: { id, name: `Client ${id}` },
    })),
    ...WINS.flatMap(([owner, company, day, price], index) => {
      const [id, closed] = [index + 1, at(day)];
      const created = closed - 1_440;
      return [
        lead({
          id,
          owner,
          price,
          status: 142,
          created,
          updated: closed,
          closed,
          ...(company !== undefined && { company }),
        }),
        event('lead_added', id, created),
        moved(id, closed, 20, 142),
      ];
    }),
  ]);
  await runBuild({ url: crm.url, projectDir: 'sql', vars: { today: TODAY } });
  cube = await startCube({
    readerUrl: crm.url,
    port: 0,
    timeZone: 'Europe/Moscow',
    apiSecret: SECRET,
    portable: true,
  });
}, 300_000);
afterAll(async () => {
  await cube.stop();
  await crm.drop();
});

interface Asked {
  readonly by?: readonly string[];
  readonly range?: readonly [string, string];
  readonly granularity?: 'day' | 'month' | 'quarter';
  readonly as?: Partial<TokenRequest>;
}

/** Values of the measures behind those of the time bucket and the dimensions, row by row. */
async function ask(
  view: string,
  measures: readonly string[],
  { by = [], range, granularity, as }: Asked = {},
): Promise<unknown[][]> {
  const full = (ids: readonly string[]): string[] => ids.map((id) => `${view}.${id}`);
  const date = `${view}.date`;
  const { rows } = await runQuery({
    url: cube.url,
    token: issueToken({ secret: SECRET, role: 'executive', ...as }),
    query: {
      measures: full(measures),
      dimensions: full(by),
      ...((range !== undefined || granularity !== undefined) && {
        timeDimensions: [
          { dimension: date, ...(range && { dateRange: range }), ...(granularity && { granularity }) },
        ],
      }),
      order: {
        ...(granularity && { [date]: 'asc' }),
        ...Object.fromEntries(full(by).map((id) => [id, 'asc'])),
      },
    },
  });
  return rows.map((row) => [
    ...(granularity ? [String(row[`${date}.${granularity}`]).slice(0, granularity === 'day' ? 10 : 7)] : []),
    ...full(by).map((id) => row[id]),
    ...full(measures).map((id) => (row[id] === null ? null : Math.round(Number(row[id]) * 1e4) / 1e4)),
  ]);
}

describe('active clients', () => {
  it('are those of the last day of the period, whatever the period, and those of today when none is asked for', async () => {
    expect(await ask('clients', ['active_clients'], { range: ['2025-03-01', '2025-03-31'] })).toEqual([[2]]);
    expect(await ask('clients', ['active_clients'], { range: ['2025-05-01', '2025-06-30'] })).toEqual([[4]]);
    // 502 came back on the 20th, the day before 501 went; 503 bought on 30 April, 180 days before 27 October.
    expect(
      await ask('clients', ['active_clients'], { range: ['2025-09-10', '2025-09-26'], granularity: 'day' }),
    ).toEqual(
      [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26].map((day) => [
        `2025-09-${day}`,
        // 502's 180 days end with the 10th (15 March + 180 = 11 September), 501's with 25 September.
        day < 11 ? 4 : day < 20 ? 3 : day < 26 ? 4 : 3,
      ]),
    );
    expect(await ask('clients', ['active_clients'])).toEqual([[3]]);
  });

  it('count for the manager of their last win up to that day', async () => {
    const march = { by: ['manager'], range: ['2025-03-01', '2025-03-29'] } as const;
    expect((await ask('clients', ['active_clients'], march)).filter(([, clients]) => clients !== 0)).toEqual([
      ['Anna', 2],
    ]);
    const later = { by: ['manager'], range: ['2025-03-01', '2025-05-31'] } as const;
    expect(await ask('clients', ['active_clients'], later)).toEqual([
      ['Anna', 1],
      ['Boris', 1],
      ['Clara', 2],
    ]);
    expect(
      await ask('clients', ['active_clients'], {
        ...later,
        by: [],
        as: { role: 'manager', managers: ['7:3'] },
      }),
    ).toEqual([[2]]);
  });
});

describe('what clients bought', () => {
  it('first and repeat wins, turnover of known clients, by the month of the win in the account’s zone', async () => {
    const measures = [
      'new_clients',
      'repeat_deals',
      'repeat_amount',
      'turnover',
      'clients_bought',
      'turnover_per_client',
    ];
    expect(await ask('clients', measures, { granularity: 'month' })).toEqual(
      expect.arrayContaining([
        ['2025-03', 2, 2, 900, 1_600, 2, 800],
        ['2025-04', 1, 0, 0, 200, 1, 200],
        ['2025-05', 1, 0, 0, 50, 1, 50],
        ['2025-06', 0, 0, 0, 0, 0, null],
        ['2025-09', 0, 1, 200, 200, 1, 200],
      ]),
    );
  });

  it('who of those that bought a period before bought again', async () => {
    const months = await ask('clients', ['clients_to_keep', 'clients_kept', 'retention_rate'], {
      granularity: 'month',
    });
    expect(months.filter(([, base]) => base !== 0)).toEqual([
      ['2025-04', 2, 0, 0],
      ['2025-05', 1, 0, 0],
      ['2025-06', 1, 0, 0],
      ['2025-10', 1, 0, 0],
    ]);
    const quarters = ['clients_to_keep_quarter', 'clients_kept_quarter', 'retention_rate_quarter'];
    expect(
      (await ask('clients', quarters, { granularity: 'quarter' })).filter(([, base]) => base !== 0),
    ).toEqual([
      ['2025-04', 2, 0, 0],
      ['2025-07', 2, 0, 0],
      ['2025-10', 1, 0, 0],
    ]);
    expect(await ask('clients', ['retention_rate'], { range: ['2025-08-01', '2025-08-31'] })).toEqual([
      [null],
    ]);
  });

  it('who went and came back: active clients grow by new and returned ones and shrink by churned ones', async () => {
    const measures = ['active_clients', 'new_clients', 'returned_clients', 'churned_clients'];
    const months = (await ask('clients', measures, { granularity: 'month' })) as [string, ...number[]][];
    expect(months.find(([month]) => month === '2025-09')).toEqual(['2025-09', 3, 0, 1, 2]);
    let active = 0;
    for (const [month, clients = 0, fresh = 0, back = 0, gone = 0] of months) {
      active += fresh + back - gone;
      expect(clients, month).toBe(active);
    }
  });
});

describe('segments', () => {
  it('A makes the first 80 % of turnover, B the next 15 %, C the rest', async () => {
    // Of 2 050: 501 has 1 000 and 502 800, at whose beginning 49 % are made; 503 begins at 87.8 %, 504 at 97.6 %.
    expect(await ask('clients', ['clients_bought', 'turnover'], { by: ['client_segment'] })).toEqual([
      ['A', 2, 1_800],
      ['B', 1, 200],
      ['C', 1, 50],
    ]);
    expect(
      await crm.rows(`select crm_id, abc_segment from marts.dim_clients where deals_won > 0 order by 1`),
    ).toEqual([
      { crm_id: '501', abc_segment: 'A' },
      { crm_id: '502', abc_segment: 'A' },
      { crm_id: '503', abc_segment: 'B' },
      { crm_id: '504', abc_segment: 'C' },
    ]);
  });

  it('recency, frequency and money are fifths of who bought, equals in the same one', async () => {
    // Ranks from below, as shares of the other three: the last purchase 501 < 503 < 504 < 502, deals 503 = 504 < 502 < 501, money 504 < 503 <
    // 502 < 501; 0 is the first fifth, a third the second, two thirds the fourth, 1 the fifth.
    expect(
      await crm.rows(
        `select crm_id, recency_score as r, frequency_score as f, money_score as m, rfm_segment from marts.dim_clients
         where deals_won > 0 order by 1`,
      ),
    ).toEqual([
      { crm_id: '501', r: 1, f: 5, m: 5, rfm_segment: 'cannot_lose' },
      { crm_id: '502', r: 5, f: 4, m: 4, rfm_segment: 'champions' },
      { crm_id: '503', r: 2, f: 1, m: 2, rfm_segment: 'sleeping' },
      { crm_id: '504', r: 4, f: 1, m: 1, rfm_segment: 'new' },
    ]);
  });
});

describe('growth of sales', () => {
  const measures = ['sales', 'previous_sales', 'sales_growth', 'year_ago_sales'];

  it('is against as many months before; nothing is said where they are not known, or nothing was sold', async () => {
    expect(await ask('economics', measures, { granularity: 'month' })).toEqual([
      ['2025-03', 1_600, null, null, null],
      ['2025-04', 200, 1_600, -0.875, null],
      ['2025-05', 120, 200, -0.4, null],
      ['2025-06', 0, 120, -1, null],
      ['2025-07', 0, 0, null, null],
      ['2025-08', 0, 0, null, null],
      ['2025-09', 200, 0, null, null],
    ]);
    expect(await ask('economics', measures, { range: ['2025-05-01', '2025-06-30'] })).toEqual([
      [120, 1_800, -0.9333, null],
    ]);
    expect(await ask('economics', measures, { range: ['2025-04-01', '2025-06-30'] })).toEqual([
      [320, null, null, null],
    ]);
  });
});
