import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { busiestWindow, type StandIn } from '../../demo/amocrm/index.ts';
import { get, started } from './stand-in-company.ts';

let standIn: StandIn;
beforeEach(async () => {
  standIn = await started({ rate: 7 });
});
afterEach(() => standIn.stop());

const burst = (count: number, token?: string) =>
  Promise.all(Array.from({ length: count }, () => get(standIn, '/account', token)));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

// The wall clock decides here: on a machine that stalls in the middle of a burst, a second has passed and another try is fair.
const ON_THE_CLOCK = { retry: 5 };

describe('seven requests a second', ON_THE_CLOCK, () => {
  it('pass, the eighth gets 429, and a second later seven pass again', async () => {
    const statuses = (await burst(8)).map((got) => got.status).sort();
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 200, 429]);
    await pause(1000);
    expect((await burst(7)).map((got) => got.status)).toEqual(Array(7).fill(200));
  });

  it('are counted over a sliding second, not by the clock', async () => {
    await burst(4);
    await pause(600);
    await burst(3);
    // 600 ms after the first four nothing has been freed yet; 1,000 ms after them, four places are.
    expect((await burst(1))[0]?.status).toBe(429);
    await pause(450);
    const statuses = (await burst(5)).map((got) => got.status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
  });

  it('are refused in JSON, and as the gateway’s page where the account is so', async () => {
    await burst(7);
    const json = (await burst(1))[0];
    expect(json?.type).toBe('application/problem+json');
    expect(json?.json).toMatchObject({ status: 429, type: 'https://httpstatus.es/429' });
    expect(json?.headers.get('retry-after')).toBeNull();
    standIn.faults['rate-limit-html'] = true;
    standIn.faults['retry-after'] = { seconds: 3 };
    const html = (await burst(1))[0];
    expect(html).toMatchObject({ status: 429, type: 'text/html', json: undefined });
    expect(html?.headers.get('retry-after')).toBe('3');
  });

  it('are each integration’s own, and fifty are the account’s', async () => {
    const others = Array.from({ length: 9 }, (_, place) =>
      standIn.issueToken({ integration: `other-${place}` }),
    );
    await burst(7);
    const taken = (await Promise.all(others.map((token) => burst(7, token)))).flat().map((got) => got.status);
    // 50 − 7 places are left to the nine others, who ask for 63.
    expect(taken.filter((status) => status === 200)).toHaveLength(43);
    expect(taken.filter((status) => status === 429)).toHaveLength(20);
  });

  it('do not matter to one who has no limit', async () => {
    const free = await started({ rate: 0 });
    const statuses = await Promise.all(Array.from({ length: 100 }, () => get(free, '/account')));
    expect(statuses.every((got) => got.status === 200)).toBe(true);
    await free.stop();
  });
});

describe('who goes on regardless', ON_THE_CLOCK, () => {
  it('is blocked: 403 with an HTML page for every call, until support lifts it', async () => {
    const strict = await started({ rate: 7, limits: { banAfter: 10 } });
    const ask = async () => (await get(strict, '/account')).status;
    const statuses: number[] = [];
    for (let left = 30; left > 0; left -= 1) statuses.push(await ask());
    expect(statuses.slice(0, 7)).toEqual(Array(7).fill(200));
    expect(statuses.slice(7, 17)).toEqual(Array(10).fill(429));
    expect(statuses.slice(17)).toEqual(Array(13).fill(403));
    await pause(1100);
    const banned = await get(strict, '/leads');
    expect(banned).toMatchObject({ status: 403, type: 'text/html' });
    expect(banned.text).toContain('nginx');
    strict.limiter.lift();
    expect(await ask()).toBe(200);
    await strict.stop();
  });
});

describe('the log of requests', ON_THE_CLOCK, () => {
  it('has every request with its time, path, query, status and duration', async () => {
    const before = Date.now();
    await get(standIn, '/leads?limit=3&order[id]=desc');
    await get(standIn, '/nowhere');
    expect(standIn.requests).toHaveLength(2);
    const [first, second] = standIn.requests;
    expect(first).toMatchObject({
      method: 'GET',
      path: '/api/v4/leads',
      query: 'limit=3&order[id]=desc',
      status: 200,
    });
    expect(second?.status).toBe(404);
    expect(first?.time).toBeGreaterThanOrEqual(before - 5);
    expect(first?.time).toBeLessThanOrEqual(Date.now() + 5);
    expect(first?.ms).toBeGreaterThanOrEqual(0);
  });

  it('tells the busiest second', () => {
    const at = (...times: number[]) => times.map((time) => ({ time }));
    expect(busiestWindow(at(0, 999, 1000, 1500, 1998))).toBe(4);
    expect(busiestWindow(at(0, 1000, 2000))).toBe(1);
    expect(busiestWindow([])).toBe(0);
  });
});

describe('latency', ON_THE_CLOCK, () => {
  it('is drawn from the range', async () => {
    const durations = async () => {
      const slow = await started({ latency: [40, 120], seed: 5 });
      for (let left = 5; left > 0; left -= 1) await get(slow, '/account');
      await slow.stop();
      return slow.requests.map((request) => request.ms);
    };
    const first = await durations();
    for (const ms of first) expect(ms).toBeGreaterThanOrEqual(39);
    expect(new Set(first.map((ms) => Math.round(ms / 5))).size).toBeGreaterThan(1);
  });
});
