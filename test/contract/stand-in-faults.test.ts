import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  parseFaults,
  standInFaults,
  startAmocrmStandIn,
  type FaultName,
  type StandIn,
} from '../../demo/amocrm/index.ts';
import { company, followed, get, idsOf, started, t0 } from './stand-in-company.ts';

let standIn: StandIn;
beforeEach(async () => {
  standIn = await started({ data: company(30) });
});
afterEach(() => standIn.stop());

const pages = '/leads?limit=10&order[updated_at]=asc';
const idsOfPages = async () => (await followed(standIn, pages, 'leads')).map((row) => row.id as number);
const all = Array.from({ length: 30 }, (_, place) => 30 - place);

describe('troubles instead of an answer', () => {
  it.each([
    ['server-error', 500, 'application/problem+json'],
    ['bad-gateway', 502, 'text/html'],
    ['gateway-timeout', 504, 'text/html'],
    ['payment-required', 402, 'application/problem+json'],
    ['token-revoked', 401, 'application/problem+json'],
    ['too-many-requests', 429, 'application/problem+json'],
    ['banned', 403, 'text/html'],
    ['html-instead-of-json', 200, 'text/html'],
  ] as [FaultName, number, string][])(
    '%s answers %i with %s, and is over when it is off',
    async (name, status, type) => {
      expect((await get(standIn, '/leads')).status).toBe(200);
      standIn.faults[name] = true;
      expect(await get(standIn, '/leads')).toMatchObject({ status, type });
      delete standIn.faults[name];
      expect((await get(standIn, '/leads')).type).toBe('application/hal+json');
    },
  );

  it('dropped-connection and cut-connection break the request', async () => {
    for (const name of ['dropped-connection', 'cut-connection'] as const) {
      standIn.faults[name] = { times: 1 };
      await expect(get(standIn, '/leads?limit=250')).rejects.toThrow();
      expect(standIn.requests.at(-1)?.status).toBe(0);
      expect((await get(standIn, '/leads')).status).toBe(200);
    }
  });

  it('cut-json ends the body in the middle with an honest length', async () => {
    standIn.faults['cut-json'] = { times: 1 };
    await expect(get(standIn, '/leads')).rejects.toThrow(SyntaxError);
    expect((await get(standIn, '/leads')).status).toBe(200);
  });

  it('slow-answer and slow-body take their time and arrive whole', async () => {
    for (const name of ['slow-answer', 'slow-body'] as const) {
      standIn.faults[name] = { ms: 300, times: 1 };
      const begin = performance.now();
      expect(idsOf(await get(standIn, '/leads?limit=250'), 'leads')).toHaveLength(30);
      expect(performance.now() - begin).toBeGreaterThan(280);
    }
  });
});

describe('lists that do not hold still', () => {
  it('premature-204 ends a list before its rows do', async () => {
    expect(await idsOfPages()).toEqual(all);
    standIn.faults['premature-204'] = { page: 3, times: 1 };
    expect(await idsOfPages()).toEqual(all.slice(0, 20));
    expect(await idsOfPages()).toEqual(all);
    standIn.faults['premature-204'] = true;
    expect(await idsOfPages()).toEqual(all.slice(0, 10));
  });

  it('short-list gives a part of a page and no next link', async () => {
    standIn.faults['short-list'] = { page: 2, times: 1, share: 0.3 };
    expect(await idsOfPages()).toEqual(all.slice(0, 13));
    expect(await idsOfPages()).toEqual(all);
  });

  it('mutate-between-pages moves rows to the end, where they are met again', async () => {
    await standIn.clock.set(t0 + 5_000_000);
    standIn.faults['mutate-between-pages'] = { rows: 2, times: 2 };
    const ids = await idsOfPages();
    expect(ids.slice(0, 10)).toEqual(all.slice(0, 10));
    expect(ids).not.toEqual(all);
    const events = await followed(standIn, '/events?filter[type]=sale_field_changed', 'events');
    expect(events).toHaveLength(4);
    for (const event of events) {
      const row = (await get(standIn, `/leads/${event.entity_id}`)).json;
      expect(row.updated_at).toBe(t0 + 5_000_000);
    }
  });

  it('delete-between-pages shifts the pages: a reader by page number skips a row', async () => {
    standIn.faults['delete-between-pages'] = { rows: 1, times: 2 };
    const ids = await idsOfPages();
    const deleted = idsOf(await get(standIn, '/leads?with=only_deleted'), 'leads');
    expect(deleted).toHaveLength(2);
    const left = all.filter((id) => !deleted.includes(id));
    expect(left.filter((id) => !ids.includes(id)).length).toBeGreaterThan(0);
    delete standIn.faults['delete-between-pages'];
    expect(await idsOfPages()).toEqual(left);
  });

  it('reorder-ties mixes only rows of one second, differently on each request', async () => {
    await standIn.clock.set(t0 + 5_000_000);
    standIn.bulkUpdate(20, { price: 1 });
    const once = idsOf(await get(standIn, `${pages}&limit=250`), 'leads');
    expect(idsOf(await get(standIn, `${pages}&limit=250`), 'leads')).toEqual(once);
    standIn.faults['reorder-ties'] = true;
    const orders = [];
    for (let left = 3; left > 0; left -= 1)
      orders.push(idsOf(await get(standIn, `${pages}&limit=250`), 'leads'));
    expect(new Set(orders.map(String)).size).toBe(3);
    for (const order of orders) {
      expect(order.slice(0, 10)).toEqual(once.slice(0, 10));
      expect([...order].sort()).toEqual([...once].sort());
    }
  });

  it('duplicate-rows begins a page with the last row of the page before', async () => {
    standIn.faults['duplicate-rows'] = { times: 1 };
    const ids = await idsOfPages();
    expect(ids.slice(8, 12)).toEqual([all[8], all[9], all[9], all[10]]);
  });

  it('late-rows hides fresh changes from a filtered list for a while', async () => {
    const now = t0 + 5_000_000;
    await standIn.clock.set(now);
    standIn.changePrice(1, 5);
    standIn.faults['late-rows'] = { seconds: 30 };
    const path = `/leads?filter[updated_at][from]=${now}`;
    expect((await get(standIn, path)).status).toBe(204);
    await standIn.clock.advance(31);
    expect(idsOf(await get(standIn, path), 'leads')).toEqual([1]);
  });

  it('no-links and limit-falls-to-50 change what a page promises', async () => {
    standIn.faults['no-links'] = true;
    expect((await get(standIn, '/leads?limit=10')).json._links.next).toBeUndefined();
    delete standIn.faults['no-links'];
    const big = await started({ data: company(120), faults: { 'limit-falls-to-50': true } });
    expect(idsOf(await get(big, '/leads?limit=250'), 'leads')).toHaveLength(50);
    expect(await followed(big, '/leads?limit=250', 'leads')).toHaveLength(120);
    await big.stop();
  });
});

describe('when a fault strikes', () => {
  const statuses = async (count: number, path = '/leads') => {
    const seen: number[] = [];
    for (let left = count; left > 0; left -= 1) seen.push((await get(standIn, path)).status);
    return seen;
  };

  it('is said by after, times, every, path and page', async () => {
    standIn.faults['server-error'] = { after: 1, times: 2 };
    expect(await statuses(4)).toEqual([200, 500, 500, 200]);
    standIn.faults['server-error'] = { every: 3 };
    expect(await statuses(6)).toEqual([200, 200, 500, 200, 200, 500]);
    standIn.faults['server-error'] = { path: '/contacts' };
    expect(await statuses(1)).toEqual([200]);
    expect(await statuses(1, '/contacts')).toEqual([500]);
    standIn.faults['server-error'] = { page: 2 };
    expect(await statuses(1, '/leads?page=1&limit=5')).toEqual([200]);
    expect(await statuses(1, '/leads?page=2&limit=5')).toEqual([500]);
  });

  it('by chance is the same with the same seed', async () => {
    const run = async (seed: number) => {
      standIn = await started({ seed, faults: { 'server-error': { chance: 0.5 } } });
      const seen = await statuses(40);
      await standIn.stop();
      return seen.join();
    };
    await standIn.stop();
    const first = await run(1);
    expect(first).toContain('200');
    expect(first).toContain('500');
    expect(await run(1)).toBe(first);
    expect(await run(2)).not.toBe(first);
    standIn = await started();
  });

  it('leaves the token endpoint alone unless its path is named', async () => {
    const refresh = () =>
      fetch(`${standIn.url}/oauth2/access_token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
    standIn.faults['server-error'] = true;
    expect((await refresh()).status).toBe(400);
    standIn.faults['server-error'] = { path: '/oauth2' };
    expect((await refresh()).status).toBe(500);
  });
});

describe('the names of faults', () => {
  it('are read from a command line with their settings, and a wrong one is named', async () => {
    expect(
      parseFaults(['slow-body', 'premature-204:page=3,times=1', 'server-error:path=/leads,chance=0.5']),
    ).toEqual({
      'slow-body': true,
      'premature-204': { page: 3, times: 1 },
      'server-error': { path: '/leads', chance: 0.5 },
    });
    expect(() => parseFaults(['no-such-fault'])).toThrow(/no fault "no-such-fault".*premature-204/s);
    expect(() => parseFaults(['slow-body:ms'])).toThrow(/"ms" is not a setting/);
    expect(() => parseFaults(['slow-body:milliseconds=5'])).toThrow(/ms/);
    await expect(
      startAmocrmStandIn({ data: company(1), faults: { nonsense: true } as never }),
    ).rejects.toThrow(/nonsense/);
  });

  it('each have one line that says what they do', () => {
    for (const text of Object.values(standInFaults)) expect(text).toMatch(/^\S[^\n]{15,}$/);
  });
});
