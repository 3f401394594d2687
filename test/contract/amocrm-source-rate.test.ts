import { afterEach, expect, it } from 'vitest';
import { busiestWindow } from '../../demo/amocrm/index.ts';
import { RateLimiter } from '../../pipelines/sources/engine/rate-limiter.ts';
import { startSync } from '../durability/sync-process.ts';
import { company, openBench, TOKEN_ENV, type Bench } from './amocrm-source-fixture.ts';

let bench: Bench;
afterEach(() => bench.close());

it('never sends more than 7 requests in any sliding second with two processes at work, and uses what is allowed', async () => {
  bench = await openBench(
    company({ leads: 12_000, contacts: 4_000, companies: 4_000, events: 2_000 }),
    { latency: [300, 700] },
    { requests_per_second: 7 },
  );
  const environment = { [TOKEN_ENV]: bench.standIn.token };
  const task = { databaseUrl: bench.warehouse.url, config: bench.config, isParallel: true };
  const syncs = [
    startSync({ ...task, streams: ['leads'] }, environment),
    startSync({ ...task, streams: ['contacts', 'companies', 'events'] }, environment),
  ];
  await Promise.all(syncs.map(({ opened }) => opened));
  const from = performance.timeOrigin + performance.now();
  const ends = await Promise.all(
    syncs.map(async ({ ended }) => ({ ...(await ended), at: performance.timeOrigin + performance.now() })),
  );
  expect(ends.map(({ isDone, errors }) => [isDone, errors])).toEqual([
    [true, ''],
    [true, ''],
  ]);
  const sends = ends.flatMap((end) => end.sends.map((time) => ({ time })));
  const both = Math.min(...ends.map(({ at }) => at));
  const rate = sends.filter(({ time }) => time > from && time < both).length / ((both - from) / 1_000);
  const { requests } = bench.standIn;
  const [sent, arrived] = [busiestWindow(sends, 1_000), busiestWindow(requests, 1_000)];
  console.log(
    `worst sliding second: ${sent} sent, ${arrived} arrived; ${rate.toFixed(2)}/s of ${sends.length} while both ran`,
  );
  expect(sends.length).toBe(requests.length);
  expect(sent).toBeLessThanOrEqual(7);
  // A machine under load may hand two requests over closer together than they were sent.
  expect(busiestWindow(requests, 900)).toBeLessThanOrEqual(7);
  expect(rate).toBeGreaterThan(5.5);
}, 90_000);

it('grants 300 requests a second for a local source, in order and within the limit', async () => {
  bench = await openBench(company({ leads: 1 }));
  const limiter = new RateLimiter({ pool: bench.warehouse.pool, bucket: 'fast', perSecond: 300 });
  const sent: { time: number }[] = [];
  await Promise.all(
    Array.from({ length: 24 }, async () => {
      for (let turn = 0; turn < 40; turn += 1) {
        (await limiter.acquire()).sent();
        sent.push({ time: performance.now() });
      }
    }),
  );
  const seconds = (sent.at(-1)!.time - sent[0]!.time) / 1_000;
  console.log(`960 grants in ${seconds.toFixed(2)} s; worst sliding second: ${busiestWindow(sent, 1_000)}`);
  expect(busiestWindow(sent, 1_000)).toBeLessThanOrEqual(300);
  // 960 are three full seconds and the beginning of a fourth.
  expect(seconds).toBeLessThan(6);
});

it('lets nobody send while the source has asked for a pause', async () => {
  bench = await openBench(company({ leads: 1 }));
  const { pool } = bench.warehouse;
  const one = new RateLimiter({ pool, bucket: 'shared', perSecond: 7 });
  const other = new RateLimiter({ pool, bucket: 'shared', perSecond: 7 });
  await one.pauseFor(800);
  const from = performance.now();
  await other.acquire();
  expect(performance.now() - from).toBeGreaterThan(780);
});
