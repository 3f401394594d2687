import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOOK_CODES } from '../../pipelines/webhooks/index.ts';
import { company } from './amocrm-source-fixture.ts';
import { leadForm, openHookBench, subscribe, until, type HookBench } from './webhooks-fixture.ts';

const small = { leads: 300, contacts: 60, companies: 20, events: 120, tasks: 30, notes: 30 };

describe('the endpoint', () => {
  let bench: HookBench;
  beforeAll(async () => {
    // Nothing is read again here: what is kept can be looked at.
    bench = await openHookBench(company(small), { debounce: '1h' });
  });
  afterAll(() => bench.close());

  const hints = async (): Promise<Record<string, number>> => {
    const { rows } = await bench.warehouse.pool.query<{ hint: string; posts: number }>(
      `select kind || ' ' || id as hint, posts from ops.hints order by 1`,
    );
    return Object.fromEntries(rows.map(({ hint, posts }) => [hint, posts]));
  };

  it('answers 200 once the row is noted, and notes a repeated one once', async () => {
    const answer = await bench.post(leadForm(1_001));
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('');
    expect(await hints()).toEqual({ 'leads 1001': 1 });
    await Promise.all(Array.from({ length: 50 }, () => bench.post(leadForm(1_001))));
    expect(await hints()).toEqual({ 'leads 1001': 51 });
    await bench.warehouse.pool.query('truncate ops.hints');
  });

  it('takes no content, only ids: nothing else of a post is anywhere in the database', async () => {
    await bench.post(`${leadForm(1_002)}&leads[update][0][name]=Sesame&leads[update][0][price]=987654321`);
    const { rows } = await bench.warehouse.pool.query<{ text: string }>(
      `select to_jsonb(hints)::text as text from ops.hints union all select to_jsonb(webhooks)::text from ops.webhooks`,
    );
    expect(rows.map(({ text }) => text).join()).not.toMatch(/Sesame|987654321/);
    await bench.warehouse.pool.query('truncate ops.hints');
  });

  it('looks, to a wrong address, like any page that does not exist', async () => {
    const seen = async (to: string, method = 'POST') => {
      const answer = await bench.post(leadForm(1), { to, method });
      const headers: Record<string, string> = {};
      answer.headers.forEach((value, name) => name !== 'date' && (headers[name] = value));
      return { status: answer.status, headers, body: await answer.text() };
    };
    const nowhere = await seen(`${bench.origin}/nowhere`);
    expect(nowhere.status).toBe(404);
    for (const wrong of [
      `${bench.destination.slice(0, -1)}_`,
      `${bench.destination}x`,
      bench.destination.replace('/amocrm/amocrm/', '/amocrm/other/'),
      `${bench.origin}/hooks/amocrm/amocrm/`,
      `${bench.origin}/hooks`,
    ]) {
      expect(await seen(wrong), wrong).toEqual(nowhere);
    }
    expect(await seen(bench.destination, 'GET')).toEqual(await seen(`${bench.origin}/nowhere`, 'GET'));
    expect(await hints()).toEqual({});
  });

  it('keeps nothing of a post without an id, and counts it', async () => {
    const unread = () => bench.count('select unread_posts from ops.webhooks');
    const before = await unread();
    for (const id of ['0', '-7', '1.5', 'abc', '9'.repeat(30), "1' or '1'='1"])
      expect((await bench.post(leadForm(id))).status).toBe(200);
    expect(await hints()).toEqual({});
    expect((await unread()) - before).toBe(6);
  });

  it('refuses another content type and a huge body, and goes on', async () => {
    expect((await bench.post('{"leads":1}', { type: 'application/json' })).status).toBe(415);
    expect((await bench.post(Buffer.alloc(1_500_000, 'a'))).status).toBe(413);
    expect(await chunked(bench.destination, 3_000_000)).toBe(413);
    expect(
      (await bench.post(leadForm(1_003), { type: 'application/x-www-form-urlencoded; charset=UTF-8' }))
        .status,
    ).toBe(200);
    expect(await hints()).toEqual({ 'leads 1003': 1 });
    await bench.warehouse.pool.query('truncate ops.hints');
  });

  it('holds 32 MB of bodies at most: more stalled ones are turned away at once', async () => {
    const stalled = Array.from({ length: 80 }, () => stall(bench.destination, 1_000_000));
    await until('those above are refused', () =>
      Promise.resolve(stalled.filter(({ status }) => status() === 503).length >= 80 - 33),
    );
    expect(stalled.filter(({ status }) => status() === undefined).length).toBeLessThanOrEqual(33);
    for (const { end } of stalled) end();
    await until('the memory is free again', async () => (await bench.post(leadForm(1_004))).status === 200);
    await bench.warehouse.pool.query('truncate ops.hints');
  });

  it('answers 503 within two seconds while the database does not, so that amoCRM sends it again', async () => {
    const client = await bench.warehouse.pool.connect();
    await client.query('begin; lock table ops.hints in access exclusive mode');
    try {
      const began = performance.now();
      const answers = await Promise.all([1, 2, 3].map((id) => bench.post(leadForm(id))));
      expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
      expect(performance.now() - began).toBeLessThan(2_000);
    } finally {
      await client.query('rollback');
      client.release();
    }
    expect((await bench.post(leadForm(4))).status).toBe(200);
    await bench.warehouse.pool.query('truncate ops.hints');
  });

  it('keeps ten thousand rows at most; above that one hint says "everything new"', async () => {
    const post = (from: number) => {
      const form = new URLSearchParams({ 'account[id]': '777' });
      for (let at = 0; at < 900; at += 1) form.append(`leads[update][${at}][id]`, String(from + at));
      return bench.post(form.toString());
    };
    for (let at = 0; at < 14; at += 1) expect((await post(1 + at * 900)).status).toBe(200);
    expect(await bench.count('select count(*) from ops.hints')).toBeLessThanOrEqual(10_000 + 900 + 1);
    expect(await hints()).toMatchObject({ '* 0': expect.any(Number) as number });
    await bench.warehouse.pool.query('truncate ops.hints');
  });
});

/** Sends a body of unannounced length. Resolves to the status, 0 when the connection ended without one. */
function chunked(to: string, length: number): Promise<number> {
  return new Promise((resolve) => {
    const request = httpRequest(
      to,
      { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on('error', () => resolve(0));
    for (let sent = 0; sent < length; sent += 100_000) request.write(Buffer.alloc(100_000, 'a'));
    request.end();
  });
}

/** Announces a body and sends none of it. */
function stall(to: string, length: number): { status: () => number | undefined; end: () => void } {
  let status: number | undefined;
  const request = httpRequest(
    to,
    {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(length) },
    },
    (response) => {
      response.resume();
      status = response.statusCode;
    },
  );
  request.on('error', () => undefined);
  request.flushHeaders();
  return { status: () => status, end: () => request.destroy() };
}

describe('a change in the CRM', () => {
  let bench: HookBench;
  beforeAll(async () => {
    bench = await openHookBench(company(small));
    await bench.fullSync();
    await subscribe(bench, HOOK_CODES);
  });
  afterAll(() => bench.close());

  it('is in raw within seconds, by hooks alone, whatever kind it is', async () => {
    const { standIn } = bench;
    const began = Date.now();
    const deal = standIn.createLead({ name: 'New', price: 5 });
    const contact = standIn.createContact({ name: 'Ann' });
    const firm = standIn.createCompany({ name: 'Firm' });
    standIn.linkContact(deal, contact);
    standIn.changePrice(1_001, 4_711);
    standIn.changeOwner(1_002, 502);
    standIn.moveLead(1_003, { status_id: 12 });
    standIn.closeWon(1_004, 900);
    standIn.closeLost(1_005, 71);
    standIn.updateContact(1_006, { name: 'Renamed' });
    standIn.updateCompany(1_007, { name: 'Renamed Ltd' });
    standIn.deleteLead(1_010);
    standIn.deleteLead(1_011);
    standIn.restoreLead(1_011);
    standIn.deleteContact(1_012);
    standIn.deleteCompany(1_013);
    const task = standIn.createTask({ entity_id: deal, entity_type: 'leads' });
    standIn.completeTask(task, 'done');
    standIn.addNote('leads', deal);
    standIn.addNote('contacts', contact);
    standIn.addNote('companies', firm);
    standIn.addCall('contacts', contact, { direction: 'in', duration: 60, phone: '+79990000000' });
    await bench.answered();
    expect(await bench.differences()).toEqual([]);
    expect(Date.now() - began).toBeLessThan(15_000);
    const { rows } = await bench.warehouse.pool.query(
      `select id from raw.amocrm__contacts where is_deleted union all select id from raw.amocrm__companies where is_deleted order by id`,
    );
    expect(rows).toEqual([{ id: '1012' }, { id: '1013' }]);
    expect(await bench.count('select count(*) from ops.syncs')).toBe(1);
    expect(standIn.unexpected).toEqual([]);
  });

  it('has its stage history in raw and is in the marts soon after', async () => {
    const { standIn } = bench;
    standIn.moveLead(1_020, { status_id: 12 });
    standIn.changePrice(1_020, 123_456);
    await bench.answered();
    expect(
      await bench.count(
        `select count(*) from raw.amocrm__events where payload ->> 'entity_id' = '1020' and payload ->> 'type' = 'sale_field_changed'`,
      ),
    ).toBe(1);
    await until(
      'the marts have it',
      async () =>
        (await bench.count(
          `select case when to_regclass('marts.fct_deals') is null then 0 else (xpath('/row/c/text()', query_to_xml(
             'select count(*) as c from marts.fct_deals where crm_id = ''1020'' and amount = 123456', false, true, '')))[1]::text::int end`,
        )) === 1,
      120,
    );
  }, 150_000);

  it('that is told twice, or ten times in a moment, is read in one question', async () => {
    const { standIn } = bench;
    standIn.faults['webhooks-doubled'] = {};
    const before = standIn.requests.length;
    for (let at = 0; at < 10; at += 1) standIn.changePrice(1_030, at);
    await bench.answered();
    delete standIn.faults['webhooks-doubled'];
    const asked = standIn.requests.slice(before).filter(({ path }) => path === '/api/v4/leads');
    expect(asked.length).toBeLessThanOrEqual(3);
    expect(decodeURIComponent(asked[0]?.query ?? '')).toContain('filter[id][]=1030');
    expect(await bench.differences()).toEqual([]);
  });

  it('of another account is not asked about, and counted', async () => {
    const { standIn } = bench;
    const before = standIn.requests.length;
    const counted = () => bench.count('select foreign_posts from ops.webhooks');
    const already = await counted();
    expect((await bench.post(leadForm(1_040, 778))).status).toBe(200);
    expect((await bench.post('leads[update][0][id]=1040')).status).toBe(200);
    await bench.answered();
    expect((await counted()) - already).toBe(2);
    expect(standIn.requests.length).toBe(before);
  });

  it('that never happened (a forged id) adds no row and deletes none', async () => {
    const rows = () => bench.count('select sum(rows) from ops.streams');
    const deleted = () => bench.count('select sum(deleted) from ops.streams');
    const before = [await rows(), await deleted()];
    const form = new URLSearchParams({ 'account[id]': '777' });
    for (const [at, id] of [88_000_001, 88_000_002, 1_050].entries())
      form.append(`leads[delete][${at}][id]`, String(id));
    form.append('contacts[delete][0][id]', '1051');
    expect((await bench.post(form.toString())).status).toBe(200);
    await bench.answered();
    expect([await rows(), await deleted()]).toEqual(before);
    expect(await bench.differences()).toEqual([]);
  });

  it('is read though the first answer about it lacks the row', async () => {
    const { standIn } = bench;
    standIn.changePrice(1_060, 6_000);
    standIn.faults['premature-204'] = { path: '/leads', page: 1, times: 1 };
    await bench.answered();
    delete standIn.faults['premature-204'];
    expect(await bench.differences()).toEqual([]);
  });

  it('waits when amoCRM refuses to answer, says why, and is read once it answers again', async () => {
    const { standIn } = bench;
    standIn.faults['payment-required'] = {};
    standIn.changePrice(1_070, 7_000);
    const error = async () =>
      (await bench.warehouse.pool.query<{ error: string | null }>('select error from ops.webhooks')).rows[0]
        ?.error;
    await until('the failure is noted', async () => (await error()) !== null);
    expect(await error()).toMatch(/402/);
    expect(await bench.count('select count(*) from ops.hints')).toBeGreaterThan(0);
    delete standIn.faults['payment-required'];
    await bench.answered();
    expect(await bench.differences()).toEqual([]);
    // The hints go with their rows; that all is well again is noted after them.
    await until('the failure is forgotten', async () => (await error()) === null);
  });

  it('leaves the registration alive: every post was answered with 200', () => {
    const { hooks } = bench.standIn;
    expect(hooks.deliveries.length).toBeGreaterThan(30);
    expect(hooks.deliveries.filter(({ status }) => status !== 200)).toEqual([]);
    expect([...hooks.hooks.values()].map(({ disabled }) => disabled)).toEqual([false]);
  });
});

describe('hints of an account whose filters are off', () => {
  let bench: HookBench;
  beforeAll(async () => {
    const data = company({ ...small, leads: 1_200 });
    bench = await openHookBench(
      { ...data, account: { ...data.account, is_api_filter_enabled: false } },
      { debounce: '1s' },
    );
    await bench.fullSync();
    await subscribe(bench, HOOK_CODES);
  });
  afterAll(() => bench.close());

  const leadQuestions = (from: number) =>
    bench.standIn.requests.slice(from).filter(({ path }) => /^\/api\/v4\/leads(\/\d+)?$/.test(path));

  it('are read one by one while they are few', async () => {
    const { standIn } = bench;
    const before = standIn.requests.length;
    for (const id of [1_001, 1_002, 1_003]) standIn.changePrice(id, 7);
    standIn.deleteLead(1_004);
    await bench.answered();
    expect(await bench.differences()).toEqual([]);
    expect(
      leadQuestions(before)
        .map(({ path }) => path)
        .sort(),
    ).toEqual([1_001, 1_002, 1_003, 1_004].map((id) => `/api/v4/leads/${id}`));
  });

  it('are answered by a scan of what is new when they are many', async () => {
    const { standIn } = bench;
    const before = standIn.requests.length;
    for (let id = 1_100; id < 1_300; id += 1) standIn.changePrice(id, 8);
    await bench.answered();
    expect(await bench.differences()).toEqual([]);
    expect(leadQuestions(before).length).toBeLessThan(30);
  });
});

describe('before anything is known of the account', () => {
  it('hints wait, and those of another account go when the source has been asked', async () => {
    const bench = await openHookBench(company(small), { debounce: '1s' });
    try {
      await bench.post(leadForm(1_001, 31_337));
      await bench.post(leadForm(1_002));
      await bench.answered();
      expect(await bench.count(`select count(*) from raw.amocrm__leads where id = '1002'`)).toBe(1);
      expect(await bench.count(`select count(*) from raw.amocrm__leads where id = '1001'`)).toBe(0);
      expect(await bench.count('select foreign_posts from ops.webhooks')).toBe(1);
      // Nothing was claimed to be read that was not: the sync begins at the beginning.
      expect(await bench.count('select count(*) from ops.cursors')).toBe(0);
      await bench.fullSync();
      expect(await bench.differences()).toEqual([]);
    } finally {
      await bench.close();
    }
  });
});
