import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueToken, type TokenRequest } from '../../cube/auth.ts';
import { startCube, type RunningCube } from '../../cube/server.ts';
import { advanceStream, openSource } from '../../pipelines/sources/index.ts';
import { filesSettings } from '../../pipelines/sources/files/settings.ts';
import { STREAM_NAMES } from '../../pipelines/sources/files/stream-names.ts';
import { createSmallCrm, event, lead, moved, type RawRow, type SmallCrm } from '../models/small-crm.ts';

/**
 * March 2025 in Europe/Moscow, 21 working days (3–7, 10–14, 17–21, 24–28, 31), Monday to Friday 09:00–18:00. Anna and Boris are team North,
 * Clara is not. Minutes below count from Monday 3 March 09:00 Moscow time.
 *
 * | deal | owner | client | won | amount |
 * |---|---|---|---|---|
 * | 1 | Anna | 501 | 3 March 10:00 | 84 000 |
 * | 2 | Anna | 501 | 10 March 09:00 | 21 000 |
 * | 3 | Boris | 502 | 31 March 23:30 | 50 000 |
 * | 4 | Boris | 503 | 2 April 09:00 | 10 000 |
 */
const won = (id: number, owner: number, company: number, minute: number, price: number): RawRow[] => [
  lead({ id, owner, company, price, status: 142, created: 0, updated: minute, closed: minute }),
  event('lead_added', id, 0),
  moved(id, minute, 20, 142),
];
const DAY = 1_440;
const TODAY = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Moscow' }).format(new Date());

const FILES: Readonly<Record<string, string>> = {
  'план.csv': `Период;Менеджер;Отдел;Сумма продаж;Сделки;Новые клиенты;Звонки;КП
март 2025;anna@example.org;;210 000,00;4;2;;3
март 2025;Boris;;105 000;;;;
март 2025;;North;420 000;;;;
март 2025;;;600 000;;;;
март 2025;Klara;;63 000;;;;
2025-W11;Anna;;;;;50;
12.03.2025;Anna;;;;;999;
март 2025;  ANNA ;;1;;;;
${TODAY};Clara;;1000;;;;
`,
  'costs.csv': `period,kind,category,amount,currency
2025-03,sales,Wages,20000,
2025-03,goods,,31000,
2025-03,marketing,Ads,100,USD
2025-Q2,marketing,Fair,9100,
2025-03,marketing,Lost,5,XXX
`,
  'курсы.csv': 'Дата;Валюта;Курс;Номинал\n01.03.2025;USD;800;10\n31.03.2025;USD;90;1\n',
  'рынок.csv': 'Период;Объём рынка\n2025;12 000 000\n',
  'опросы.csv': `Дата;Номер анкеты;Клиент;Менеджер;CSAT;NPS
05.03.2025;1;;anna@example.org;5;10
05.03.2025;2;;anna@example.org;4;9
06.03.2025;3;Nobody Ltd;anna@example.org;3;6
07.03.2025;4;;Boris;2;
31.03.2025;5;;Boris;;8
`,
  'call_reviews.csv': `date,manager,call_id,item,score,max_score
2025-03-05,Anna,c1,greeting,1,
2025-03-05,Anna,c1,needs,0,
2025-03-05,Anna,c1,price,3,5
2025-03-06,Anna,c2,greeting,1,
2025-03-06,2,c3,greeting,0.5,
`,
  'обучение.csv': `Дата;Менеджер;Тема;Часы;Результат теста
05.03.2025;Anna;Возражения;2,5;
06.03.2025;Anna;Тест;;80
07.03.2025;Boris;Тест;1,5;90 %
`,
};

let crm: SmallCrm;
let cube: RunningCube;
const folder = mkdtempSync(join(tmpdir(), 'voronka-kpis-'));
beforeAll(async () => {
  crm = await createSmallCrm();
  const companies = [501, 502, 503].map((id): RawRow => ({
    stream: 'companies',
    id: String(id),
    updatedAt: 0,
    payload: { id, name: `Client ${id}` },
  }));
  await crm.put([
    ...companies,
    ...won(1, 1, 501, 60, 84_000),
    ...won(2, 1, 501, 7 * DAY, 21_000),
    ...won(3, 2, 502, 28 * DAY + 14.5 * 60, 50_000),
    ...won(4, 2, 503, 30 * DAY, 10_000),
  ]);
  const hourAgo = Date.now() / 1_000 - 3_600;
  for (const [name, text] of Object.entries(FILES)) {
    writeFileSync(join(folder, name), text);
    utimesSync(join(folder, name), hourAgo, hourAgo);
  }
  const settings = filesSettings.parse({ type: 'files', folder, date_order: 'dmy' });
  const session = await openSource(settings, { warehouse: crm as never });
  for (const stream of STREAM_NAMES) expect((await advanceStream(session, stream)).rejected, stream).toBe(0);
  await session.close();
  await crm.build();
  const [{ name } = { name: '' }] = await crm.rows<{ name: string }>('select current_database() as name');
  const url = new URL(process.env['VORONKA_TEST_DATABASE_URL'] ?? '');
  url.pathname = `/${name}`;
  cube = await startCube({
    readerUrl: url.href,
    port: 0,
    timeZone: 'Europe/Moscow',
    apiSecret: SECRET,
    portable: true,
  });
}, 300_000);
afterAll(async () => {
  await cube.stop();
  await crm.drop();
  rmSync(folder, { recursive: true });
});

const SECRET = 'a secret that only these tests know, forty';

/** Values of the measures (rounded to 6 places) behind those of the dimensions, row by row; over March 2025 unless said otherwise. */
async function ask(
  view: string,
  measures: readonly string[],
  {
    by = [],
    range = ['2025-03-01', '2025-03-31'],
    as = {},
  }: { by?: readonly string[]; range?: readonly string[]; as?: Partial<TokenRequest> } = {},
): Promise<unknown[][]> {
  const full = (ids: readonly string[]): string[] => ids.map((id) => `${view}.${id}`);
  const query = {
    measures: full(measures),
    dimensions: full(by),
    timeDimensions: [{ dimension: `${view}.date`, dateRange: range }],
    order: Object.fromEntries(full(by).map((id) => [id, 'asc'])),
  };
  const token = issueToken({ secret: SECRET, role: 'executive', ...as });
  const search = new URLSearchParams({ query: JSON.stringify(query) });
  for (;;) {
    const response = await fetch(`${cube.url}/cubejs-api/v1/load?${search.toString()}`, {
      headers: { authorization: token },
    });
    const body = (await response.json()) as { error?: string; data?: Record<string, unknown>[] };
    if (body.error === 'Continue wait') continue;
    if (!body.data) throw new Error(body.error);
    return body.data.map((row) => [
      ...full(by).map((id) => row[id]),
      ...full(measures).map((id) => (row[id] === null ? null : Math.round(Number(row[id]) * 1e6) / 1e6)),
    ]);
  }
}

describe('plan and fact', () => {
  it('a manager’s plan against what the manager has won; what no manager was given stands apart', async () => {
    expect(
      await ask(
        'plan_fact',
        [
          'plan_amount',
          'fact_amount',
          'plan_execution',
          'plan_deals',
          'fact_deals',
          'plan_new_clients',
          'fact_new_clients',
        ],
        { by: ['manager'] },
      ),
    ).toEqual([
      ['Anna', 210_000, 105_000, 0.5, 4, 2, 2, 1],
      ['Boris', 105_000, 50_000, 0.47619, null, 1, null, 1],
      // North: 420 000 less 315 000 of its managers. The company: 600 000 less North and less Klara's 63 000, which are nobody's but planned.
      [null, 285_000, 0, 0, null, 0, null, 0],
    ]);
  });

  it('adds up to the plan of a team that has one, and to the company’s', async () => {
    expect(await ask('plan_fact', ['plan_amount', 'fact_amount'], { by: ['team'] })).toEqual([
      ['North', 420_000, 155_000],
      [null, 180_000, 0],
    ]);
    expect(await ask('plan_fact', ['plan_amount', 'fact_amount', 'plan_execution'])).toEqual([
      [600_000, 155_000, 0.258333],
    ]);
  });

  it('is spread over working days, a week’s norm before a day’s', async () => {
    const week = ['2025-03-03', '2025-03-07'];
    const asAnna = { role: 'manager', managers: ['7:1'] } as const;
    // 210 000 × 5 / 21; on Saturday nothing.
    expect(
      await ask('plan_fact', ['plan_amount', 'fact_amount', 'plan_proposals'], { range: week, as: asAnna }),
    ).toEqual([[50_000, 84_000, 0.71]]);
    expect(
      await ask('plan_fact', ['plan_amount'], { range: ['2025-03-08', '2025-03-09'], as: asAnna }),
    ).toEqual([[0]]);
    expect(
      await ask('plan_fact', ['plan_calls'], { range: ['2025-03-12', '2025-03-12'], as: asAnna }),
    ).toEqual([[10]]);
    // 50 calls, and 3 proposals that nobody has sent.
    expect(
      await ask('plan_fact', ['plan_calls', 'plan_activity', 'plan_proposals_execution'], { as: asAnna }),
    ).toEqual([[50, 53, 0]]);
  });

  it('nothing planned is null, a period that is over has its pace equal to its execution', async () => {
    expect(
      await ask('plan_fact', ['plan_amount', 'fact_amount', 'plan_execution', 'plan_pace'], {
        range: ['2025-04-01', '2025-04-30'],
      }),
    ).toEqual([[null, 10_000, null, null]]);
    expect(await ask('plan_fact', ['plan_amount_due', 'plan_pace'])).toEqual([[600_000, 0.258333]]);
  });

  it('of today as much is due as of its working hours is gone', async () => {
    const [{ share } = { share: '' }] = await crm.rows<{ share: string }>(
      `select case when extract(isodow from now() at time zone 'Europe/Moscow') > 5 then 0 else
         greatest(0, least(1, (extract(epoch from (now() at time zone 'Europe/Moscow')::time) / 3600 - 9) / 9)) end as share`,
    );
    const [[planned, due] = []] = await ask('plan_fact', ['plan_amount', 'plan_amount_due'], {
      range: [TODAY, TODAY],
    });
    expect(planned).toBe(1_000);
    expect(Math.abs(Number(due) - 1_000 * Number(share))).toBeLessThan(10);
  });

  it('the facts are the funnel’s', async () => {
    const [[amount, deals] = []] = await ask('funnel', ['won_amount', 'deals_won']);
    expect(await ask('plan_fact', ['fact_amount', 'fact_deals'])).toEqual([[amount, deals]]);
  });

  it('a head sees the team and what it has over its managers, a manager only their own', async () => {
    expect(
      await ask('plan_fact', ['plan_amount'], { by: ['manager'], as: { role: 'head', teams: ['North'] } }),
    ).toEqual([
      ['Anna', 210_000],
      ['Boris', 105_000],
      [null, 105_000],
    ]);
    expect(
      await ask('plan_fact', ['plan_amount'], {
        by: ['manager'],
        as: { role: 'manager', managers: ['7:2'] },
      }),
    ).toEqual([['Boris', 105_000]]);
  });
});

describe('economics', () => {
  const MEASURES = [
    'sales_costs',
    'marketing_costs',
    'goods_costs',
    'gross_profit',
    'margin',
    'return_on_sales_costs',
    'cac',
    'payback_months',
    'market_share',
  ];

  it('of March by hand: dollars at the rate of its last day, clients won for the first time, the market of a year by twelve', async () => {
    // 155 000 − 31 000; / 155 000; (124 000 − 20 000) / 20 000; (20 000 + 9 000) / 2; 14 500 / (124 000 / 2); 155 000 / 1 000 000
    expect(await ask('economics', MEASURES)).toEqual([
      [20_000, 9_000, 31_000, 124_000, 0.8, 5.2, 14_500, 0.233871, 0.155],
    ]);
  });

  it('looks only at months for which something was entered, and says nothing where nothing was', async () => {
    // April has a third of the fair by days, 9 100 × 30 / 91 = 3 000, no cost of goods, and 10 000 of sales to one new client.
    expect(await ask('economics', MEASURES, { range: ['2025-04-01', '2025-04-30'] })).toEqual([
      [null, 3_000, null, null, null, null, 3_000, null, 0.01],
    ]);
    expect(
      await ask('economics', ['gross_profit', 'margin', 'cac', 'market_share'], {
        range: ['2025-03-01', '2025-04-30'],
      }),
    ).toEqual([[124_000, 0.8, 10_666.666667, 0.0825]]);
    expect(await ask('economics', MEASURES, { range: ['2025-02-01', '2025-02-28'] })).toEqual([
      [null, null, null, null, null, null, null, null, 0],
    ]);
  });

  it('is not for heads and managers', async () => {
    for (const as of [
      { role: 'head', teams: ['North'] },
      { role: 'manager', managers: ['7:1'] },
    ] as const)
      await expect(ask('economics', ['sales_costs'], { as })).rejects.toThrow();
  });
});

describe('quality', () => {
  it('surveys, reviews and tests, each by its own answers', async () => {
    expect(
      await ask(
        'quality',
        [
          'csat_avg',
          'csat_answers',
          'nps',
          'nps_answers',
          'calls_reviewed',
          'call_score_avg',
          'training_hours',
          'test_score_avg',
        ],
        { by: ['manager'] },
      ),
    ).toEqual([
      // (5 + 4 + 3) / 3; 100 × (2 − 1) / 3; (1 + 0 + 3 + 1) / (1 + 1 + 5 + 1)
      ['Anna', 4, 3, 33.333333, 3, 2, 0.625, 2.5, 80],
      ['Boris', 2, 1, 0, 1, 1, 0.5, 1.5, 90],
    ]);
    expect(await ask('quality', ['csat_avg', 'nps', 'calls_reviewed', 'test_score_avg'])).toEqual([
      [3.5, 25, 3, 85],
    ]);
    expect(
      await ask('quality', ['csat_avg', 'nps', 'call_score_avg', 'calls_reviewed', 'training_hours'], {
        range: ['2025-05-01', '2025-05-31'],
      }),
    ).toEqual([[null, null, null, 0, 0]]);
  });

  it('by item of the checklist, for a manager only their own', async () => {
    expect(
      await ask('quality', ['call_score_avg'], {
        by: ['subject'],
        as: { role: 'manager', managers: ['7:1'] },
      }),
    ).toEqual(
      expect.arrayContaining([
        ['greeting', 1],
        ['needs', 0],
        ['price', 0.6],
      ]),
    );
  });
});

it('what nobody could be found for is reported with the nearest known names, and lost nowhere', async () => {
  const issues = await crm.rows<{
    file: string;
    row_number: number;
    value: string;
    issue: string;
    reason: string;
  }>(
    'select file, row_number, value, issue, reason from marts.fct_file_issues order by file, row_number, issue',
  );
  expect(issues.map(({ file, row_number, value, issue }) => [file, row_number, value, issue])).toEqual([
    ['costs.csv', 6, 'XXX', 'no_exchange_rate'],
    ['опросы.csv', 4, 'Nobody Ltd', 'unknown_client'],
    ['план.csv', 6, 'Klara', 'unknown_manager'],
    ['план.csv', 9, 'ANNA', 'repeated_target'],
  ]);
  expect(issues[2]?.reason).toMatch(/the nearest are Clara/);
});
