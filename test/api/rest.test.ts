import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CubeRunningError, PortInUseError } from '../../cube/errors.ts';
import { startCube } from '../../cube/server.ts';
import { cubeOverMarts, SECRET, type CubeOverMarts } from './cube-harness.ts';

let api: CubeOverMarts;
beforeAll(async () => {
  api = await cubeOverMarts();
});
afterAll(() => api.close());

const WINS = ['funnel.deals_won', 'funnel.won_amount'];
const PERIODS = [
  ['2025-03-01', '2025-03-31'],
  ['2025-04-01', '2025-04-30'],
];

describe('compareDateRange', () => {
  it('answers each range, marks its rows and gives the pivot', async () => {
    const { status, body } = await api.load(
      { measures: WINS, timeDimensions: [{ dimension: 'funnel.date', compareDateRange: PERIODS }] },
      undefined,
      { queryType: 'multi' },
    );
    expect(status).toBe(200);
    expect(body['queryType']).toBe('compareDateRangeQuery');
    expect(body['pivotQuery']).toMatchObject({
      dimensions: ['compareDateRange'],
      queryType: 'compareDateRangeQuery',
    });
    expect((body['results'] as { data: unknown }[]).map(({ data }) => data)).toEqual([
      [
        {
          'funnel.deals_won': '1',
          'funnel.won_amount': '100000.00',
          compareDateRange: '2025-03-01T00:00:00.000 - 2025-03-31T23:59:59.999',
        },
      ],
      [
        {
          'funnel.deals_won': '2',
          'funnel.won_amount': '300000.65',
          compareDateRange: '2025-04-01T00:00:00.000 - 2025-04-30T23:59:59.999',
        },
      ],
    ]);
  });

  it('has the range in compact rows too', async () => {
    const { body } = await api.load(
      {
        measures: ['funnel.deals_won'],
        timeDimensions: [{ dimension: 'funnel.date', compareDateRange: PERIODS, granularity: 'month' }],
        responseFormat: 'compact',
      },
      undefined,
      { queryType: 'multi' },
    );
    const [first] = body['results'] as { data: unknown }[];
    expect(first?.data).toEqual({
      members: ['funnel.date.month', 'funnel.deals_won', 'funnel.date', 'compareDateRange'],
      dataset: [
        [
          '2025-03-01T00:00:00.000',
          '1',
          '2025-03-01T00:00:00.000',
          '2025-03-01T00:00:00.000 - 2025-03-31T23:59:59.999',
        ],
      ],
    });
  });
});

describe('blending', () => {
  it('gives queries of different views a common time', async () => {
    const month = (dimension: string) => [{ dimension, granularity: 'month', dateRange: PERIODS[1] }];
    const { status, body } = await api.load(
      [
        { measures: ['funnel.deals_won'], timeDimensions: month('funnel.date') },
        { measures: ['tasks.tasks_done'], timeDimensions: month('tasks.date') },
      ],
      undefined,
      { queryType: 'multi' },
    );
    expect(status).toBe(200);
    const april = '2025-04-01T00:00:00.000';
    expect((body['results'] as { data: unknown }[]).map(({ data }) => data)).toEqual([
      [{ 'funnel.date.month': april, 'funnel.date': april, 'time.month': april, 'funnel.deals_won': '2' }],
      [{ 'tasks.date.month': april, 'tasks.date': april, 'time.month': april, 'tasks.tasks_done': '3' }],
    ]);
    expect(body['pivotQuery']).toMatchObject({
      measures: ['funnel.deals_won', 'tasks.tasks_done'],
      timeDimensions: [{ dimension: 'time', granularity: 'month' }],
      queryType: 'blendingQuery',
    });
  });
});

describe('response formats', () => {
  const query = {
    measures: ['funnel.deals_won'],
    dimensions: ['funnel.manager'],
    timeDimensions: [{ dimension: 'funnel.date', dateRange: ['2025-01-01', '2025-12-31'] }],
    filters: [{ member: 'funnel.event', operator: 'equals', values: ['won'] }],
    order: { 'funnel.manager': 'asc' },
  };
  const members = ['funnel.manager', 'funnel.deals_won'];

  it('compact is one array per row', async () => {
    const { body } = await api.load({ ...query, responseFormat: 'compact' });
    expect(body.data).toEqual({ members, dataset: [['Boris', '2'], ['Clara', '1']] }); // prettier-ignore
  });

  it('columnar is one array per column', async () => {
    const { body } = await api.load({ ...query, responseFormat: 'columnar' });
    expect(body.data).toEqual({ members, columns: [['Boris', 'Clara'], ['2', '1']] }); // prettier-ignore
  });

  it('no rows give an empty answer in each', async () => {
    const nothing = {
      ...query,
      filters: [{ member: 'funnel.event', operator: 'equals', values: ['never'] }],
    };
    expect((await api.load(nothing)).body.data).toEqual([]);
    expect((await api.load({ ...nothing, responseFormat: 'compact' })).body.data).toEqual({
      members: [],
      dataset: [],
    });
    expect((await api.load({ ...nothing, responseFormat: 'columnar' })).body.data).toEqual({
      members: [],
      columns: [],
    });
  });
});

describe('pages', () => {
  it('limit and offset cut, total counts all', async () => {
    const page = async (offset: number) =>
      api.load({
        dimensions: ['deals.crm_id'],
        order: { 'deals.crm_id': 'asc' },
        limit: 4,
        offset,
        total: true,
      });
    const [first, second] = [await page(0), await page(4)];
    expect([first.body['total'], second.body['total']]).toEqual([7, 7]);
    const ids = [...(first.body.data ?? []), ...(second.body.data ?? [])].map((row) => row['deals.crm_id']);
    expect(ids).toEqual(['1', '2', '3', '4', '5', '7', '8']);
  });
});

describe('mistakes get 400 and a text that names them', () => {
  it.each([
    ['an unknown member', { measures: ['funnel.leads'] }, /'leads' not found for path 'funnel.leads'/],
    ['an unknown view', { measures: ['sales.leads_new'] }, /'sales' not found/],
    [
      'an unknown filter operator',
      { measures: ['funnel.leads_new'], filters: [{ member: 'funnel.source', operator: 'is' }] },
      /filters\[0\]/,
    ],
    [
      'an unknown granularity',
      { timeDimensions: [{ dimension: 'funnel.date', granularity: 'fortnight' }] },
      /fortnight/,
    ],
    ['an empty query', {}, /Query should contain either measures, dimensions or timeDimensions/],
    [
      'a broken date',
      {
        measures: ['funnel.leads_new'],
        timeDimensions: [{ dimension: 'funnel.date', dateRange: 'once upon' }],
      },
      /once upon/,
    ],
    ['an unknown time zone', { measures: ['funnel.leads_new'], timezone: 'Mars/Base' }, /timezone/i],
    [
      'a member of a private cube',
      { measures: ['deal_events.leads_new'] },
      /'deal_events.leads_new' is not visible/,
    ],
    [
      'a filter on a private cube',
      {
        measures: ['funnel.leads_new'],
        filters: [{ or: [{ member: 'deal_events.deal_id', operator: 'set' }] }],
      },
      /'deal_events.deal_id' is not visible/,
    ],
    ['a private part of a measure', { measures: ['funnel.won_amount_sum'] }, /not found/],
  ])('%s', async (_name, query, text) => {
    const { status, body } = await api.load(query);
    expect(body.error).toMatch(text);
    expect(status).toBe(400);
  });

  it('SQL in place of a member is refused', async () => {
    const expression = JSON.stringify({
      cubeName: 'funnel',
      alias: 'x',
      expr: { type: 'SqlFunction', cubeParams: ['funnel'], sql: '${process.exit(1)}' },
      groupingSet: null,
    });
    for (const path of ['load', 'sql', 'dry-run']) {
      const search = new URLSearchParams({ query: JSON.stringify({ dimensions: [expression] }) });
      const { status, body } = await api.get(`/${path}?${search.toString()}`);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body.error).toMatch(/Expressions are not allowed/);
    }
  });

  it('a body that is no JSON is answered in JSON', async () => {
    const response = await fetch(`${api.cube.url}/cubejs-api/v1/load`, {
      method: 'POST',
      headers: { authorization: api.executive, 'content-type': 'application/json' },
      body: '{"query": ',
    });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: string }).error).toMatch(/^Bad request/);
  });

  it('a query over GET that is no JSON is answered in JSON', async () => {
    const { status, body } = await api.get('/load?query=%7Bmeasures');
    expect(status).toBe(400);
    expect(body.error).toMatch(/Unable to decode query param as JSON/);
  });

  it('the SQL interface, which needs the native module, says so and does not hang', async () => {
    const response = await fetch(`${api.cube.url}/cubejs-api/v1/cubesql`, {
      method: 'POST',
      headers: { authorization: api.executive, 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'SELECT 1' }),
    });
    expect(response.status).toBe(500);
    expect(((await response.json()) as { error: string }).error).toMatch(/SQL interface is not initialized/);
  });
});

describe('other ways to ask', () => {
  it('POST answers as GET does', async () => {
    const query = { measures: ['funnel.leads_new'] };
    const response = await fetch(`${api.cube.url}/cubejs-api/v1/load`, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.executive}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data } = (await response.json()) as { data: unknown };
    expect(data).toEqual(await api.rows(query));
    expect(data).toEqual([{ 'funnel.leads_new': '6' }]);
  });

  it('GraphQL gives the same numbers', async () => {
    const response = await fetch(`${api.cube.url}/cubejs-api/graphql`, {
      method: 'POST',
      headers: { authorization: api.executive, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ cube { funnel { leads_new deals_won } } }' }),
    });
    expect(await response.json()).toMatchObject({
      data: { cube: [{ funnel: { leads_new: 6, deals_won: 3 } }] },
    });
  });

  it('/sql shows the SQL, and Postgres run on it gives the same numbers', async () => {
    const query = {
      measures: ['funnel.leads_new', 'funnel.won_amount', 'funnel.close_rate'],
      dimensions: ['funnel.manager'],
      timeDimensions: [{ dimension: 'funnel.date', granularity: 'month' }],
      order: [
        ['funnel.manager', 'asc'],
        ['funnel.date', 'asc'],
      ],
    };
    const { body } = await api.get(`/sql?query=${encodeURIComponent(JSON.stringify(query))}`);
    const { sql } = body['sql'] as { sql: [string, unknown[]] };
    const raw = await api.database.pool.query({ text: sql[0], values: sql[1] as string[], rowMode: 'array' });
    const rows = await api.rows(query);
    expect(rows).toHaveLength(raw.rows.length);
    const columns = [
      'funnel.manager',
      'funnel.date.month',
      'funnel.leads_new',
      'funnel.won_amount',
      'funnel.close_rate',
    ];
    const plain = (value: unknown): unknown =>
      value instanceof Date
        ? new Date(value.getTime() - value.getTimezoneOffset() * 60_000).toISOString().slice(0, 23)
        : value;
    expect(rows.map((row) => columns.map((column) => row[column]))).toEqual(
      raw.rows.map((row: unknown[]) => row.map(plain)),
    );
  });
});

describe('the server', () => {
  it('shows a finished build within two seconds', async () => {
    const query = { measures: ['activities.crm_actions'] };
    const before = Number((await api.rows(query))[0]?.['activities.crm_actions']);
    await api.database.pool.query(
      `insert into marts.fct_activities values ('late', 'note', null, null, '1:101', now(), 'amocrm')`,
    );
    await expect
      .poll(async () => Number((await api.rows(query))[0]?.['activities.crm_actions']), {
        timeout: 2_000,
        interval: 100,
      })
      .toBe(before + 1);
  });

  it('is in production mode whatever the environment says', async () => {
    expect(process.env['NODE_ENV']).toBe('production');
    expect(process.env['CUBEJS_DEV_MODE']).toBe('false');
    const playground = await fetch(`${api.cube.url}/playground/context`);
    expect(playground.status).toBe(404);
  });

  it('listens on the loopback address only', () => {
    expect(api.cube.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('runs without the native module when told to', () => {
    expect(api.cube.runtime).toBe('portable');
  });

  it('refuses a second start in the process', async () => {
    const again = { readerUrl: api.database.url, port: 0, timeZone: 'UTC', apiSecret: SECRET };
    await expect(startCube(again)).rejects.toThrow(CubeRunningError);
  });

  it("logs no client's mistake as an error, but what it cannot do", () => {
    const expected = /Expressions are not allowed|SQL interface is not initialized/;
    expect(api.errors.filter((line) => !expected.test(line))).toEqual([]);
  });
});

describe('after stop', () => {
  it('closes its connections; a port in use is a clear error, a free one serves again', async () => {
    const readerUrl = new URL(api.database.url);
    await api.cube.stop();
    await api.cube.stop();
    const open = async () =>
      (
        await api.database.pool.query(
          `select 1 from pg_stat_activity where application_name = 'voronka cube' and datname = current_database()`,
        )
      ).rowCount;
    await expect.poll(open, { timeout: 3_000 }).toBe(0);
    await expect(fetch(`${api.cube.url}/livez`)).rejects.toThrow();

    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const options = { readerUrl: readerUrl.href, port, timeZone: 'UTC', apiSecret: SECRET, portable: true };
    const failed = startCube(options);
    await expect(failed).rejects.toThrow(PortInUseError);
    await expect(failed).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use`);
    await new Promise((resolve) => other.close(resolve));

    const again = await startCube(options);
    expect(again.port).toBe(port);
    const response = await fetch(`${again.url}/readyz`);
    expect(await response.json()).toEqual({ health: 'HEALTH' });
    await again.stop();
  });
});
