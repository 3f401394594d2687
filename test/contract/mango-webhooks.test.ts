import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { signedForm, type MangoFault } from '../../demo/mango/index.ts';
import { parseConfig } from '../../pipelines/config/index.ts';
import {
  mangoHookPath,
  openMangoEndpoint,
  watchHints,
  type HookEndpoint,
} from '../../pipelines/webhooks/index.ts';
import { enqueueSync, startRuntime, type Runtime } from '../../pipelines/workflows/index.ts';
import {
  MANGO_KEY,
  MANGO_SALT,
  mangoCall,
  mangoCompany,
  openMangoBench,
  type MangoBench,
} from './mango-fixture.ts';
import { until } from './webhooks-fixture.ts';

const now = (): number => Math.floor(Date.now() / 1_000);

let bench: MangoBench;
let runtime: Runtime;
let endpoint: HookEndpoint;
let watch: { stop(): Promise<void> };
let server: Server;
let origin: string;
let calls = 0;

beforeAll(async () => {
  bench = await openMangoBench(mangoCompany(12, 5));
  const { key, salt, url } = bench.standIn;
  process.env[MANGO_KEY] = key;
  process.env[MANGO_SALT] = salt;
  const config = parseConfig(
    JSON.stringify({
      account: { name: 'Hooks', time_zone: 'Europe/Moscow', currency: 'RUB' },
      sources: [
        {
          type: 'mango',
          name: 'pbx',
          base_url: url,
          key_env: MANGO_KEY,
          salt_env: MANGO_SALT,
          report_every: '0s',
          history_from: bench.config.history_from,
          webhooks: { enabled: true, debounce: '0s' },
        },
      ],
    }),
    'voronka.yaml',
  );
  runtime = await startRuntime({
    config,
    warehouse: bench.warehouse,
    schedules: false,
    onExecutorLost: (error) => {
      throw error;
    },
  });
  await (await enqueueSync({ source: 'pbx', thenBuild: false })).getResult();
  endpoint = await openMangoEndpoint({
    warehouse: bench.warehouse,
    receivers: new Map([['pbx', { key, salt }]]),
  });
  watch = watchHints(config, bench.warehouse);
  server = createServer((request, response) =>
    endpoint.handle(request, response, () => {
      response.statusCode = 404;
      response.end();
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  bench.standIn.subscribe(origin + mangoHookPath('pbx'));
});
afterEach(() => {
  for (const name of Object.keys(bench.standIn.faults) as MangoFault[]) delete bench.standIn.faults[name];
});
afterAll(async () => {
  await watch.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await endpoint.close();
  await runtime.stop();
  await bench.close();
});

/** A call of each kind has just ended. */
function ring(): void {
  for (let kind = 0; kind < 4; kind += 1) {
    calls += 1;
    bench.standIn.addCall(mangoCall(`rung${calls}`, now() - 120, kind));
  }
}

async function hints(): Promise<number> {
  const { rows } = await bench.warehouse.pool.query<{ count: number }>('select count(*)::int from ops.hints');
  return rows[0]!.count;
}

async function post(path: string, body: string, type = 'application/x-www-form-urlencoded'): Promise<number> {
  return (await fetch(`${origin}${path}`, { method: 'POST', headers: { 'content-type': type }, body }))
    .status;
}

it('believes no post whose signature is not that of the very text', async () => {
  const { key, salt } = bench.standIn;
  const path = `${mangoHookPath('pbx')}/events/summary`;
  const json = JSON.stringify({ entry_id: 'x', call_direction: 1, talk_time: 0, entry_result: 1 });
  const good = signedForm(key, json, salt);
  expect(await post(path, signedForm(key, json, `${salt}x`))).toBe(403);
  expect(await post(path, signedForm('another key', json, salt))).toBe(403);
  expect(await post(path, good.replace('talk_time', 'talk_timE'))).toBe(403);
  expect(await post(path, new URLSearchParams({ vpbx_api_key: key, sign: '', json }).toString())).toBe(403);
  expect(await post(path, new URLSearchParams({ json }).toString())).toBe(400);
  expect(await post(path, JSON.stringify({ json }), 'application/json')).toBe(415);
  expect(await post(path, `${good}&more=${'x'.repeat(70_000)}`)).toBe(413);
  expect(await post(`${mangoHookPath('other')}/events/summary`, good)).toBe(404);
  expect(await hints()).toBe(0);
  const { rows } = await bench.warehouse.pool.query('select posts from ops.webhooks');
  expect(rows).toEqual([]);
});

it('reads the calls that webhooks tell of, in whatever order and however often they come', async () => {
  bench.standIn.faults['webhooks-shuffled'] = true;
  bench.standIn.faults['webhooks-doubled'] = true;
  ring();
  await bench.standIn.settled();
  expect(new Set(bench.standIn.deliveries.map(({ status }) => status))).toEqual(new Set([200]));
  await until('the calls have landed', async () => (await bench.differences()).length === 0, 90);
  // A replay is a reason to look again, and nothing else.
  const { url, json } = bench.standIn.deliveries.find((one) => one.url.endsWith('/events/summary'))!;
  const { key, salt } = bench.standIn;
  expect(await post(new URL(url).pathname, signedForm(key, json, salt))).toBe(200);
  await (await enqueueSync({ source: 'pbx', thenBuild: false })).getResult();
  expect(await bench.differences()).toEqual([]);
});

it('reads by the schedule what no webhook told of', async () => {
  bench.standIn.faults['webhooks-lost'] = true;
  ring();
  await bench.standIn.settled();
  bench.standIn.faults['webhooks-lost'] = false;
  // The first one may be that of the webhooks before, begun too early for these calls.
  for (let syncs = 0; syncs < 2; syncs += 1)
    await (await enqueueSync({ source: 'pbx', thenBuild: false })).getResult();
  expect(await bench.differences()).toEqual([]);
});
