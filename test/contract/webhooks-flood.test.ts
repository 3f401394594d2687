import { subscribe as listen, unsubscribe as unlisten } from 'node:diagnostics_channel';
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { busiestWindow } from '../../demo/stand-in/request-log.ts';
import { HOOK_CODES } from '../../pipelines/webhooks/index.ts';
import { company } from './amocrm-source-fixture.ts';
import { leadForm, openHookBench, subscribe, until, type HookBench } from './webhooks-fixture.ts';

const POSTS = 5_000;
const PER_SECOND = 40;

let bench: HookBench;
beforeAll(async () => {
  bench = await openHookBench(
    company({ leads: 3_000, contacts: 100, companies: 20, events: 200, tasks: 30, notes: 30 }),
    { requestsPerSecond: PER_SECOND },
  );
  await bench.fullSync();
  await subscribe(bench, HOOK_CODES);
});
afterAll(() => bench.close());

/** Notes when each request left for the stand-in, in milliseconds, until `stop`. */
function watchSends(): { readonly sends: readonly { time: number }[]; stop(): void } {
  const sends: { time: number }[] = [];
  const note = (message: unknown): void => {
    const { origin } = (message as { request: { origin: string } }).request;
    if (String(origin).startsWith(bench.standIn.url)) sends.push({ time: performance.now() });
  };
  listen('undici:client:sendHeaders', note);
  return { sends, stop: () => void unlisten('undici:client:sendHeaders', note) };
}

/**
 * Posts all of them over 100 connections, one at a time on each, so that nothing waits on this side. Resolves to the statuses and
 * how long each answer took, in milliseconds.
 */
async function flood(bodies: readonly string[]): Promise<{ statuses: Set<number>; waits: number[] }> {
  const queue = [...bodies];
  const statuses = new Set<number>();
  const waits: number[] = [];
  const sender = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let body = queue.pop(); body !== undefined; body = queue.pop()) {
      const began = performance.now();
      statuses.add(await post(body, agent));
      waits.push(performance.now() - began);
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: 100 }, sender));
  return { statuses, waits };
}

function post(body: string, agent: Agent): Promise<number> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
  };
  return new Promise((resolve, reject) => {
    request(bench.destination, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    })
      .on('error', reject)
      .end(body);
  });
}

it('five thousand forged posts are each answered within two seconds and cost few requests, at the allowed pace', async () => {
  const { requests } = bench.standIn;
  const before = requests.length;
  const servedBefore = bench.served.length;
  const memory = process.memoryUsage().rss;
  const watch = watchSends();
  // A third names real rows again and again, the rest rows that do not exist, each another one.
  const bodies = Array.from({ length: POSTS }, (_, at) =>
    leadForm(at % 3 === 0 ? 1_000 + (at % 60) : 50_000_000 + at),
  );
  const { statuses, waits } = await flood(bodies);
  expect([...statuses]).toEqual([200]);
  const served = bench.served.slice(servedBefore);
  expect(served).toHaveLength(POSTS);
  expect(Math.max(...served)).toBeLessThan(2_000);
  // Sender, receiver and CRM share this process: a single wait says more about it than about the endpoint.
  expect(waits.sort((left, right) => left - right)[Math.floor(POSTS * 0.99)]).toBeLessThan(2_000);
  await bench.answered(120);
  await until(
    'no sync is under way',
    async () => (await bench.count(`select count(*) from ops.syncs where status = 'running'`)) === 0,
  );
  watch.stop();
  const caused = requests.slice(before);
  // Naively one a post. At most: two questions per fifty made-up ids, the real ones, the events, and one sync of what is new.
  expect(caused.length).toBeLessThan((POSTS / 50) * 2 + 150);
  expect(watch.sends.length).toBe(caused.length);
  // As they left: five thousand posts to the same process delay the moment at which the stand-in looks at them.
  expect(busiestWindow(watch.sends)).toBeLessThanOrEqual(PER_SECOND);
  expect(busiestWindow(caused, 900)).toBeLessThanOrEqual(PER_SECOND);
  expect(process.memoryUsage().rss - memory).toBeLessThan(200 * 1024 * 1024);
  expect(await bench.differences()).toEqual([]);
}, 180_000);

it('a mass edit of real rows, one post a row, is in raw completely, and amoCRM does not give the address up', async () => {
  const { standIn } = bench;
  const before = standIn.requests.length;
  const delivered = standIn.hooks.deliveries.length;
  for (let id = 1_000; id < 4_000; id += 1) {
    standIn.changePrice(id, 31);
    // amoCRM posts many at a time, not thousands.
    if (id % 100 === 99) await standIn.hooks.settled();
  }
  await bench.answered(120);
  await until(
    'no sync is under way',
    async () => (await bench.count(`select count(*) from ops.syncs where status = 'running'`)) === 0,
  );
  expect(await bench.differences()).toEqual([]);
  // Row by row it would be 6,000 (the row and its events). How many rounds it takes depends on how fast the sender is: 100 to 900 seen.
  expect(standIn.requests.length - before).toBeLessThan(1_500);
  const [hook] = standIn.hooks.hooks.values();
  expect(hook?.disabled).toBe(false);
  expect(standIn.hooks.deliveries.filter(({ status }) => status !== 200)).toEqual([]);
  expect(standIn.hooks.deliveries.length - delivered).toBe(3_000);
}, 180_000);
