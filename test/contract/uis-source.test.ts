import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { UisFault } from '../../demo/uis/index.ts';
import type { FaultPlan } from '../../demo/stand-in/fault-board.ts';
import { openSource } from '../../pipelines/sources/index.ts';
import { cutOff, local, openUisBench, UIS_TOKEN, uisCall, uisCompany, type UisBench } from './uis-fixture.ts';
import { readToEnd } from './amocrm-source-fixture.ts';

const now = (): number => Math.floor(Date.now() / 1_000);

let bench: UisBench;

/** Nothing goes wrong any more. */
function quiet(): void {
  for (const name of Object.keys(bench.standIn.faults) as UisFault[]) delete bench.standIn.faults[name];
}

describe('the calls of a UIS account', () => {
  beforeAll(async () => {
    bench = await openUisBench(uisCompany(400, 300));
  });
  afterEach(quiet);
  afterAll(() => bench.close());

  it('land whole, in windows of at most 90 days, with questions the documentation knows', async () => {
    await bench.sync();
    expect(await bench.differences()).toEqual([]);
    expect(bench.standIn.unexpected).toEqual([]);
    const spans = bench.standIn.requests.flatMap(({ body }) => {
      const { date_from: from, date_till: till } = (JSON.parse(body) as { params: Record<string, string> })
        .params;
      return from === undefined || till === undefined
        ? []
        : [(Date.parse(till) - Date.parse(from)) / 86_400_000];
    });
    expect(spans.length).toBeGreaterThan(5);
    expect(Math.max(...spans)).toBeLessThanOrEqual(90);
  });

  const passing: readonly (readonly [fault: UisFault, plan: FaultPlan])[] = [
    ['server-error', { every: 4 }],
    ['bad-gateway', { every: 4 }],
    ['html-instead-of-data', { every: 4 }],
    ['cut-body', { every: 4 }],
    ['cut-connection', { every: 4 }],
    ['dropped-connection', { every: 4 }],
    ['internal-error', { every: 5 }],
    ['short-page', { every: 3 }],
    ['reorder-ties', {}],
  ];
  it.each(passing)('get over %s and lose nothing', async (fault, plan) => {
    bench.standIn.faults[fault] = plan;
    const name = fault.replaceAll('-', '_');
    await bench.sync({ name });
    expect(await bench.differences(name)).toEqual([]);
  });

  it('lose nothing when the read is cut off, wherever that is', async () => {
    for (const count of [2, 3, 5, 6, 9]) {
      await cutOff(count, bench, (signal) => bench.open({ signal }, { name: 'cut' }));
    }
    await bench.sync({ name: 'cut' });
    expect(await bench.differences('cut')).toEqual([]);
  });

  it('wait out the points of a minute, and ask nothing meanwhile', async () => {
    bench.standIn.requests.length = 0;
    bench.standIn.faults['limit-exceeded'] = { times: 2, seconds: 1, path: 'get.calls_report' };
    await bench.sync({ name: 'minute' });
    expect(await bench.differences('minute')).toEqual([]);
    const asked = bench.standIn.requests.filter(({ body }) => body.includes('get.calls_report'));
    // Two lanes at once: the pause holds for both.
    const refused = asked[1]!;
    const next = bench.standIn.requests.filter(({ time }) => time > refused.time + refused.ms);
    expect(next[0]!.time - refused.time).toBeGreaterThan(900);
  });

  it('stop at the points of the day, to be gone on with later', async () => {
    bench.standIn.faults['day-limit-exceeded'] = { seconds: 7_200, path: 'get.calls_report', after: 1 };
    const before = bench.standIn.requests.length;
    await expect(bench.sync({ name: 'day' })).rejects.toMatchObject({
      code: 'UIS_DAY_LIMIT',
      retry: 'later',
    });
    await expect(bench.sync({ name: 'day' })).rejects.toThrow(/120 minutes/);
    expect(bench.standIn.requests.length - before).toBeLessThan(10);
    delete bench.standIn.faults['day-limit-exceeded'];
    await bench.sync({ name: 'day' });
    expect(await bench.differences('day')).toEqual([]);
  });
});

describe('errors that a person must mend', () => {
  beforeAll(async () => {
    bench = await openUisBench(uisCompany(3, 3));
  });
  afterEach(quiet);
  afterAll(() => bench.close());

  it('says plainly that the address of this machine is not on the list', async () => {
    bench.standIn.faults['ip-not-whitelisted'] = true;
    await expect(bench.open()).rejects.toMatchObject({ code: 'UIS_ADDRESS_NOT_ALLOWED', retry: 'never' });
    await expect(bench.open()).rejects.toThrow(/address 127\.0\.0\.1 of this machine.*list/s);
  });

  it.each(['token-invalid', 'token-expired'] as const)(
    'says that the token is refused (%s), without showing it',
    async (fault) => {
      bench.standIn.faults[fault] = true;
      const error = await bench.open().catch((reason: unknown) => reason as Error);
      expect(error).toMatchObject({ code: 'UIS_TOKEN_REJECTED', retry: 'never' });
      expect((error as Error).message).toContain(UIS_TOKEN);
      expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain(
        bench.standIn.token,
      );
    },
  );

  it('means the same by an error whatever HTTP status it comes with', async () => {
    bench.standIn.faults['status-with-errors'] = true;
    bench.standIn.faults['ip-not-whitelisted'] = true;
    await expect(bench.open()).rejects.toMatchObject({ code: 'UIS_ADDRESS_NOT_ALLOWED' });
    bench.standIn.faults['ip-not-whitelisted'] = false;
    bench.standIn.faults['limit-exceeded'] = { times: 1, seconds: 1 };
    await bench.sync();
    expect(await bench.differences()).toEqual([]);
  });

  it('stops at an account that is switched off', async () => {
    bench.standIn.faults['account-inactive'] = true;
    await expect(bench.open()).rejects.toMatchObject({ code: 'UIS_ACCOUNT_INACTIVE' });
  });

  it.each(['forbidden', 'component-disabled'] as const)(
    'goes on without the legs (%s) and says why',
    async (fault) => {
      bench.standIn.faults[fault] = { path: 'get.call_legs_report' };
      await bench.sync();
      const { rows } = await bench.warehouse.pool.query<{ stream: string; missing: string | null }>(
        `select stream, cursor->>'missing' as missing from ops.cursors order by stream`,
      );
      expect(rows.map(({ stream, missing }) => [stream, missing === null])).toEqual([
        ['call_legs', false],
        ['calls', true],
        ['employees', true],
      ]);
    },
  );

  it('says which variable is missing', async () => {
    await expect(openSource(bench.config, { warehouse: bench.warehouse, environment: {} })).rejects.toThrow(
      UIS_TOKEN,
    );
  });

  it('does not repeat a question that the API does not understand', async () => {
    const session = await bench.open();
    bench.standIn.faults['html-instead-of-data'] = false;
    const before = bench.standIn.requests.length;
    await expect(
      'fetchPage' in session.connection &&
        session.connection.fetchPage(
          {
            stream: 'calls',
            part: 'all',
            order: 'oldest-first',
            page: 30,
            limit: 5_000,
            window: { from: now() - 86_400, to: null },
          },
          session.signal,
        ),
    ).rejects.toMatchObject({ code: 'UIS_REQUEST_REFUSED', retry: 'never' });
    expect(bench.standIn.requests.length - before).toBe(1);
    expect(bench.standIn.unexpected.pop()).toMatch(/Invalid parameter value/);
    await session.close();
  });
});

describe('calls that change', () => {
  const recent = { history_from: local(now() - 20 * 86_400).slice(0, 10) };
  let sync: () => Promise<void>;
  let differences: () => Promise<string[]>;
  let tests = 0;
  beforeAll(async () => {
    bench = await openUisBench(uisCompany(20, 10));
  });
  beforeEach(() => {
    const name = `change_${(tests += 1)}`;
    sync = () => bench.sync({ ...recent, name });
    differences = () => bench.differences(name);
  });
  afterEach(quiet);
  afterAll(() => bench.close());

  it('are met again inside the overlap when they were edited, and replace what was known', async () => {
    await sync();
    const id = 19;
    bench.standIn.editCall(id, { lost_call_processing_duration: 4_321 });
    await sync();
    expect(await differences()).toEqual([]);
  });

  it('show when they end, however long ago they began', async () => {
    const call = uisCall(900, now() - 2 * 86_400, 'answered');
    bench.standIn.addCall({
      ...call,
      call: { ...call.call, finish_time: local(bench.standIn.clock.now() + 3_600) },
    });
    await sync();
    expect((await differences()).sort()).toEqual([
      'call_legs 9001: missing',
      'call_legs 9002: missing',
      'calls 900: missing',
    ]);
    await bench.standIn.clock.advance(4_000);
    await sync();
    expect(await differences()).toEqual([]);
  });

  it('that go on, and show although nobody asked, are replaced when they end', async () => {
    bench.standIn.faults['ongoing-included'] = true;
    const call = uisCall(901, now() - 60, 'answered');
    bench.standIn.addCall({
      ...call,
      call: { ...call.call, finish_time: local(bench.standIn.clock.now() + 3_600) },
    });
    await sync();
    await bench.standIn.clock.advance(4_000);
    await sync();
    expect(await differences()).toEqual([]);
  });

  it('that show an hour late are not lost', async () => {
    bench.standIn.faults['late-rows'] = { seconds: 36_000 };
    await sync();
    delete bench.standIn.faults['late-rows'];
    await sync();
    expect(await differences()).toEqual([]);
  });

  it('land with anything for nothing: null, [] and {}', async () => {
    bench.standIn.faults['empties-vary'] = true;
    await sync();
    const { rows } = await bench.warehouse.pool.query(
      `select (select count(distinct id)::int from raw.uis__calls where account_id = $1) as calls, (select count(*)::int from ops.rejects) as rejects`,
      [`change_${tests}`],
    );
    expect(rows).toEqual([{ calls: bench.standIn.truth('calls').length, rejects: 0 }]);
  });

  it('land without an address of a recording, whatever the API gives', async () => {
    bench.standIn.faults['records-are-urls'] = true;
    await sync();
    const { rows } = await bench.warehouse.pool.query<{ text: string }>(
      `select payload::text as text from raw.uis__calls union all select payload::text from raw.uis__call_legs`,
    );
    expect(rows.filter(({ text }) => /https?:/.test(text))).toEqual([]);
    expect(await differences()).toEqual([]);
  });
});

it('reads crowded seconds and accounts in a zone with summer time to the last row', async () => {
  // The night of 27 October 2024, when the hour from one to two comes twice in London.
  const zone = { app_id: 1, name: 'London', timezone: 'Europe/London' };
  const calls = Array.from({ length: 60 }, (_, place) => ({
    id: place + 1,
    // Local times 00:30 to 02:30, the doubled hour written twice.
    start_time: `2024-10-27 0${[0, 1, 1, 2][Math.floor(place / 15)]}:${String(30 + (place % 15)).padStart(2, '0')}:00`,
    finish_time: '2024-10-27 03:00:00',
    direction: 'in',
    contact_phone_number: '442071234567',
  }));
  const crowd = Array.from({ length: 5_200 }, (_, place) => ({
    id: 1_000 + place,
    start_time: '2024-11-05 12:00:00',
    finish_time: '2024-11-05 12:01:00',
    direction: 'in',
    contact_phone_number: '442071234567',
  }));
  bench = await openUisBench({ account: zone, employees: [], calls: [...calls, ...crowd], call_legs: [] });
  const session = await bench.open({}, { history_from: '2024-10-01' });
  await readToEnd(session, 'calls');
  await session.close();
  const { rows } = await bench.warehouse.pool.query('select count(*)::int from raw.uis__calls');
  expect(rows).toEqual([{ count: 5_260 }]);
  await bench.close();
});

it('counts down the points and waits before it is refused', async () => {
  bench = await openUisBench(uisCompany(30, 20), {
    points: { minute: 5, day: 1_000 },
    now: now() - (now() % 60) + 58,
  });
  // The account’s clock stands two seconds before the minute’s end; the test turns it.
  const turning = setInterval(() => void bench.standIn.clock.advance(1), 1_000);
  try {
    await bench.sync({ history_from: local(now() - 25 * 86_400).slice(0, 10) });
    await bench.sync();
  } finally {
    clearInterval(turning);
  }
  expect(await bench.differences()).toEqual([]);
  expect(bench.standIn.requests.length).toBeGreaterThan(5);
  expect(bench.standIn.unexpected).toEqual([]);
  await bench.close();
});
