import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import {
  CubeForbiddenError,
  CubeQueryError,
  CubeServerError,
  CubeTimeoutError,
  CubeUnreachableError,
} from '../../cube/query-errors.ts';
import { runQuery } from '../../cube/query.ts';
import { renderTable } from '../../cube/table.ts';
import { cubeOverMarts, type CubeOverMarts } from './cube-harness.ts';

let api: CubeOverMarts;
beforeAll(async () => {
  api = await cubeOverMarts();
});
afterAll(() => api.close());

const ask = (query: object) => runQuery({ url: api.cube.url, token: api.executive, query });

/** A server that gives the bodies in turn, the last one again and again. */
let server: Server | undefined;
afterEach(() => server?.close());
async function answering(
  ...bodies: [status: number, body: string][]
): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  server = createServer((_request, response) => {
    const [status, body] = bodies[Math.min(asked++, bodies.length - 1)] ?? [500, ''];
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}

describe('runQuery', () => {
  it('gives rows, what the model says of the members, and the total', async () => {
    const result = await ask({
      measures: ['deals.open_amount'],
      dimensions: ['deals.manager'],
      order: { 'deals.manager': 'asc' },
      limit: 1,
      total: true,
    });
    expect(result.rows).toEqual([{ 'deals.manager': 'Anna', 'deals.open_amount': '0' }]);
    expect(result.annotation['deals.open_amount']).toMatchObject({
      shortTitle: 'Open amount',
      format: 'currency',
    });
    expect(result.total).toBe(3);
  });

  it('puts the rows of compared periods and of blended queries into one list', async () => {
    const compared = await ask({
      measures: ['funnel.deals_won'],
      timeDimensions: [
        { dimension: 'funnel.date', compareDateRange: [['2025-03-01', '2025-03-31'], ['2025-04-01', '2025-04-30']] },
      ],
    }); // prettier-ignore
    expect(compared.rows.map((row) => row['funnel.deals_won'])).toEqual(['1', '2']);
    const month = (dimension: string) => [
      { dimension, granularity: 'month', dateRange: ['2025-04-01', '2025-04-30'] },
    ];
    const blended = await ask([
      { measures: ['funnel.deals_won'], timeDimensions: month('funnel.date') },
      { measures: ['tasks.tasks_done'], timeDimensions: month('tasks.date') },
    ]);
    expect(blended.rows).toHaveLength(2);
  });

  it('asks again while the server says "Continue wait"', async () => {
    const done = JSON.stringify({ results: [{ data: [{ a: 1 }], annotation: {} }] });
    const wait = JSON.stringify({ error: 'Continue wait' });
    const { url, asked } = await answering([200, wait], [200, wait], [200, done]);
    expect((await runQuery({ url, token: 't', query: {} })).rows).toEqual([{ a: 1 }]);
    expect(asked()).toBe(3);
  });

  it('asks once more where the server has closed the connection that was kept', async () => {
    let asked = 0;
    server = createServer((request, response) => {
      if (asked++ === 0) request.socket.destroy();
      else response.end(JSON.stringify({ results: [{ data: [{ a: 1 }], annotation: {} }] }));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect((await runQuery({ url, token: 't', query: {} })).rows).toEqual([{ a: 1 }]);
    expect(asked).toBe(2);
  });

  it('gives up in time', async () => {
    const { url } = await answering([200, JSON.stringify({ error: 'Continue wait' })]);
    await expect(runQuery({ url, token: 't', query: {}, timeoutSeconds: 0.3 })).rejects.toThrow(
      CubeTimeoutError,
    );
  });

  it('tells a mistake in the query from a refused token, a failure and a server that is not there', async () => {
    await expect(ask({ measures: ['funnel.leads'] })).rejects.toThrow(CubeQueryError);
    await expect(ask({ measures: ['funnel.leads'] })).rejects.toThrow(
      "'leads' not found for path 'funnel.leads'",
    );
    const refused = runQuery({
      url: api.cube.url,
      token: 'nonsense',
      query: { measures: ['funnel.leads_new'] },
    });
    await expect(refused).rejects.toThrow(CubeForbiddenError);
    const gone = await answering([200, '']);
    server?.close();
    await expect(runQuery({ url: gone.url, token: 't', query: {} })).rejects.toThrow(CubeUnreachableError);
  });

  it.each([
    [500, JSON.stringify({ error: 'Error: connection refused' })],
    [502, '<html>Bad gateway</html>'],
    [200, JSON.stringify({ something: 'else' })],
  ])('HTTP %d %s is a failure of the server', async (status, body) => {
    const { url } = await answering([status, body]);
    await expect(runQuery({ url, token: 't', query: {} })).rejects.toThrow(CubeServerError);
  });
});

describe('renderTable', () => {
  const scorecard = {
    measures: ['funnel.deals_won', 'funnel.won_amount', 'funnel.close_rate', 'funnel.sales_cycle_time'],
    dimensions: ['funnel.manager'],
    timeDimensions: [
      { dimension: 'funnel.date', granularity: 'month', dateRange: ['2025-03-01', '2025-03-31'] },
    ],
    order: { 'funnel.manager': 'asc' },
  };

  it('shows titles, units, percents, separators, and a dash for null', async () => {
    const table = renderTable(await ask(scorecard), { currency: 'RUB', frame: false });
    expect(table.split('\n').map((line) => line.trimEnd())).toEqual([
      'Manager  Date     Deals won  Won amount, RUB  Close rate (period)  Sales cycle, average, days',
      'Anna     2025-03          0             0.00                 0.0%                           —',
      'Boris    2025-03          1       100,000.00               100.0%                        10.0',
    ]);
  });

  it('speaks Russian', async () => {
    const table = renderTable(await ask(scorecard), { currency: 'RUB', locale: 'ru' });
    expect(table).toContain('Заключённые сделки');
    expect(table).toContain('Объём продаж, RUB');
    expect(table).toContain('Цикл сделки, среднее, дн.');
    expect(table.replace(/\s/gu, ' ')).toContain('100 000,00');
  });

  it('marks the period of compared ranges and keeps one column for the date', async () => {
    const compareDateRange = [['2025-03-01', '2025-03-31'], ['2025-04-01', '2025-04-30']]; // prettier-ignore
    const table = renderTable(
      await ask({
        measures: ['funnel.deals_won'],
        timeDimensions: [{ dimension: 'funnel.date', compareDateRange, granularity: 'quarter' }],
      }),
      { frame: false },
    );
    expect(table.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['Date', 'Deals won', 'Period'],
      ['2025 Q1', '1', '2025-03-01 – 2025-03-31'],
      ['2025 Q2', '2', '2025-04-01 – 2025-04-30'],
    ]);
  });

  it('keeps every digit of a large amount', () => {
    const annotation = { v: { title: 'V', shortTitle: 'V', type: 'number', format: 'currency' } };
    expect(renderTable({ rows: [{ v: '12345678901234567.89' }], annotation })).toContain(
      '12,345,678,901,234,567.89',
    );
  });

  it('says so when there are no rows', async () => {
    const nothing = await ask({
      dimensions: ['deals.deal'],
      filters: [{ member: 'deals.deal', operator: 'equals', values: ['x'] }],
    });
    expect(renderTable(nothing)).toBe('No rows.');
    expect(renderTable(nothing, { locale: 'ru' })).toBe('Нет строк.');
  });
});
