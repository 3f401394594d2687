import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseConfig, type Config } from '../../pipelines/config/index.ts';
import { hookPath, openHookEndpoint, watchHints } from '../../pipelines/webhooks/index.ts';
import type { PaceLimits } from '../../pipelines/webhooks/pace.ts';
import { enqueueSync, startRuntime } from '../../pipelines/workflows/index.ts';
import { openBench, type Bench } from './amocrm-source-fixture.ts';

export const KEY = 'the webhook key of the tests';
export const ACCOUNT = 777;
export const TOKEN = 'WEBHOOKS_TEST_TOKEN';

export interface HookBench extends Bench {
  readonly whole: Config;
  /** Where the stand-in posts to. */
  readonly destination: string;
  /** Where another path of the same server is. */
  readonly origin: string;
  post(body: string | Buffer, options?: PostOptions): Promise<Response>;
  /** Milliseconds from the arrival of each request to the end of its answer. */
  readonly served: readonly number[];
  /** One number of the database. */
  count(sql: string): Promise<number>;
  /** Waits until no hint is left and the stand-in has delivered all. */
  answered(seconds?: number): Promise<void>;
  fullSync(): Promise<void>;
}

export interface PostOptions {
  readonly to?: string;
  readonly type?: string;
  readonly method?: string;
}

export interface HookBenchOptions {
  readonly standIn?: Parameters<typeof openBench>[1];
  readonly requestsPerSecond?: number;
  readonly debounce?: string;
  readonly pace?: PaceLimits;
}

/** The stand-in with its sender, the endpoint over HTTP, the workflows: everything of `voronka serve` but Cube. */
export async function openHookBench(
  data: Parameters<typeof openBench>[0],
  options: HookBenchOptions = {},
): Promise<HookBench> {
  const bench = await openBench(data, options.standIn);
  process.env[TOKEN] = bench.standIn.token;
  const whole = parseConfig(
    JSON.stringify({
      account: { name: 'Hooks', time_zone: 'Europe/Moscow', currency: 'RUB' },
      sources: [
        {
          type: 'amocrm',
          base_url: bench.standIn.url,
          token_env: TOKEN,
          requests_per_second: options.requestsPerSecond ?? 500,
          webhooks: { enabled: true, debounce: options.debounce ?? '1s' },
        },
      ],
    }),
    'voronka.yaml',
  );
  const { warehouse } = bench;
  const runtime = await startRuntime({
    config: whole,
    warehouse,
    schedules: false,
    onExecutorLost: (error) => {
      throw error;
    },
  });
  const endpoint = await openHookEndpoint({
    warehouse,
    sources: ['amocrm'],
    key: KEY,
    ...(options.pace && { pace: options.pace }),
  });
  const watch = watchHints(whole, warehouse);
  const served: number[] = [];
  const server = createServer((request, response) => {
    const arrived = performance.now();
    response.once('finish', () => served.push(performance.now() - arrived));
    endpoint.handle(request, response, () => {
      response.statusCode = 404;
      response.end('no such page');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const destination = `${origin}${hookPath('amocrm', KEY)}`;
  const count = async (sql: string): Promise<number> =>
    Number(Object.values((await warehouse.pool.query<Record<string, number>>(sql)).rows[0] ?? {})[0]);
  return {
    ...bench,
    whole,
    origin,
    destination,
    served,
    count,
    post: (body, { to = destination, type = 'application/x-www-form-urlencoded', method = 'POST' } = {}) =>
      fetch(to, {
        method,
        headers: { 'content-type': type },
        ...(method === 'POST' && { body: new Uint8Array(Buffer.from(body)) }),
      }),
    async answered(seconds = 60) {
      await bench.standIn.hooks.settled();
      await until(
        'no hint is left',
        async () => (await count('select count(*) from ops.hints')) === 0,
        seconds,
      );
    },
    async fullSync() {
      await (await enqueueSync({ source: 'amocrm', thenBuild: false })).getResult();
    },
    async close() {
      await watch.stop();
      await closed(server);
      await endpoint.close();
      await runtime.stop();
      await bench.close();
    },
  };
}

/** Registers the address in the stand-in as an administrator would, for every kind of change. */
export async function subscribe(bench: HookBench, settings: readonly string[]): Promise<void> {
  const answer = await fetch(`${bench.standIn.url}/api/v4/webhooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bench.standIn.token}` },
    body: JSON.stringify({ destination: bench.destination, settings }),
  });
  if (answer.status !== 201) throw new Error(`the stand-in answered ${answer.status}`);
}

export function leadForm(id: number | string, account: number | string = ACCOUNT): string {
  return new URLSearchParams({
    'leads[update][0][id]': String(id),
    'account[id]': String(account),
  }).toString();
}

export async function until(what: string, condition: () => Promise<boolean>, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s in vain until ${what}`);
    await sleep(50);
  }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
