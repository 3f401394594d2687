import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MangoFault } from '../../demo/mango/index.ts';
import type { FaultPlan } from '../../demo/stand-in/fault-board.ts';
import { openSource } from '../../pipelines/sources/index.ts';
import {
  MANGO_KEY,
  MANGO_SALT,
  mangoCall,
  mangoCompany,
  openMangoBench,
  type MangoBench,
} from './mango-fixture.ts';
import { readToEnd } from './amocrm-source-fixture.ts';
import { cutOff } from './uis-fixture.ts';

const now = (): number => Math.floor(Date.now() / 1_000);

let bench: MangoBench;

/** Nothing goes wrong any more. */
function quiet(): void {
  for (const name of Object.keys(bench.standIn.faults) as MangoFault[]) delete bench.standIn.faults[name];
}

function asked(path: string): readonly Record<string, string>[] {
  return bench.standIn.requests
    .filter((request) => request.path === path)
    .map(({ body }) => JSON.parse(new URLSearchParams(body).get('json') ?? '{}') as Record<string, string>);
}

describe('the legs of a Mango Office PBX', () => {
  beforeAll(async () => {
    bench = await openMangoBench(mangoCompany(300, 90));
  });
  afterEach(quiet);
  afterAll(() => bench.close());

  it('land whole, asked for by the month at most, in words the documentation knows', async () => {
    await bench.sync();
    expect(await bench.differences()).toEqual([]);
    expect(bench.standIn.unexpected).toEqual([]);
    const spans = asked('/vpbx/stats/request').map(
      ({ date_from, date_to }) => (Number(date_to) - Number(date_from)) / 86_400,
    );
    expect(spans.length).toBe(4);
    expect(Math.max(...spans)).toBeLessThanOrEqual(28);
    const { rows } = await bench.warehouse.pool.query('select id from raw.mango__users order by id');
    expect(rows).toEqual([{ id: '300001' }, { id: '300002' }, { id: '300003' }]);
  });

  it('are the same rows when they are read again', async () => {
    await bench.sync();
    await bench.warehouse.pool.query(`delete from ops.cursors`);
    bench.standIn.faults['reorder-rows'] = true;
    await bench.sync();
    expect(await bench.differences()).toEqual([]);
    const { rows } = await bench.warehouse.pool.query(
      `select count(*)::int from raw.mango__calls__history where account_id = 'pbx'`,
    );
    expect(rows).toEqual([{ count: 0 }]);
  });

  const passing: readonly (readonly [fault: MangoFault, plan: FaultPlan])[] = [
    ['server-error', { every: 4 }],
    ['bad-gateway', { every: 4 }],
    ['html-instead-of-data', { every: 4 }],
    ['cut-connection', { every: 4 }],
    ['dropped-connection', { every: 4 }],
    ['overloaded', { every: 4 }],
    ['too-many-requests', { every: 5 }],
    ['not-ready', { times: 6 }],
    ['key-expired', { times: 2 }],
    ['reorder-rows', {}],
    ['end-excluded', {}],
    ['records-bare', {}],
  ];
  it.each(passing)('get over %s and lose nothing', async (fault, plan) => {
    bench.standIn.faults[fault] = plan;
    const name = fault.replaceAll('-', '_');
    await bench.sync({ name });
    expect(await bench.differences(name)).toEqual([]);
    expect(bench.standIn.requests.filter(({ status }) => status === 400 || status === 401)).toEqual([]);
  });

  it('lose nothing when the read is cut off, wherever that is', async () => {
    for (const count of [2, 3, 4, 6, 7]) {
      await cutOff(count, bench, (signal) => bench.open({ signal }, { name: 'cut' }));
    }
    await bench.sync({ name: 'cut' });
    expect(await bench.differences('cut')).toEqual([]);
  });

  it('that cannot be read for a semicolon too many are kept among the rejects, and the others land', async () => {
    bench.standIn.faults['stray-semicolon'] = { times: 1 };
    await bench.sync({ name: 'stray' });
    const { rows } = await bench.warehouse.pool.query<{ payload: string }>(
      `select convert_from(payload, 'utf8') as payload from ops.rejects where account_id = 'stray'`,
    );
    expect(rows.length).toBe(1);
    expect(rows[0]!.payload).toContain(';1;');
    // The first one of the window is missing, and nothing else.
    expect(await bench.differences('stray')).toHaveLength(1);
  });

  it('show when they end, also when they began before the last read', async () => {
    await bench.sync({ name: 'late' });
    bench.standIn.addCall(mangoCall('long', now() - 7_200, 2).map((leg) => ({ ...leg, finish: now() - 1 })));
    await bench.sync({ name: 'late' });
    expect(await bench.differences('late')).toEqual([]);
  });
});

describe('a PBX whose clock tells Moscow time as UTC', () => {
  beforeAll(async () => {
    bench = await openMangoBench(mangoCompany(2_000, 80));
    bench.standIn.faults['epoch-offset'] = true;
  });
  afterAll(() => bench.close());

  it('is noticed, with what to do, before its last calls land three hours late', async () => {
    await expect(bench.sync()).rejects.toMatchObject({ code: 'MANGO_CLOCK', retry: 'never' });
    await expect(bench.sync()).rejects.toThrow(/epoch_offset is 0h; set it to 3h/);
  });

  it('is read rightly once the configuration says so, also what had landed before', async () => {
    // Two windows were committed before the last calls showed the mistake.
    expect(await bench.differences('pbx', 10_800)).not.toEqual([]);
    const session = await bench.open({}, { epoch_offset: '3h' });
    const range = { from: new Date(Date.now() - 100 * 86_400_000), to: new Date(Date.now() + 10_800_000) };
    await readToEnd(session, 'calls', { range });
    await readToEnd(session, 'calls');
    await session.close();
    expect(await bench.differences('pbx', 10_800)).toEqual([]);
  });
});

describe('what a person must mend', () => {
  beforeAll(async () => {
    bench = await openMangoBench(mangoCompany(4, 4));
  });
  afterEach(async () => {
    quiet();
    await bench.standIn.clock.advance(200);
  });
  afterAll(() => bench.close());

  it.each([
    ['wrong-sign', MANGO_SALT],
    ['wrong-key', MANGO_KEY],
  ] as const)(
    'says which of the two is wrong (%s), shows neither, and asks once',
    async (fault, variable) => {
      bench.standIn.faults[fault] = true;
      const before = bench.standIn.requests.length;
      const error = await bench.open().catch((reason: unknown) => reason as Error);
      expect(error).toMatchObject({ code: 'MANGO_CREDENTIALS', retry: 'never' });
      const text = JSON.stringify([error, (error as Error).message, (error as Error).stack]);
      expect(text).toContain(variable);
      expect(text).not.toContain(bench.standIn.key);
      expect(text).not.toContain(bench.standIn.salt);
      expect(bench.standIn.requests.length - before).toBe(1);
    },
  );

  it('means the same by an error that comes with status 200', async () => {
    bench.standIn.faults['errors-with-200'] = true;
    bench.standIn.faults['wrong-sign'] = true;
    await expect(bench.open()).rejects.toMatchObject({ code: 'MANGO_CREDENTIALS' });
  });

  it.each(['missing-parameter', 'bad-dates'] as const)(
    'never repeats a question that was refused (%s)',
    async (fault) => {
      bench.standIn.faults[fault] = true;
      const before = bench.standIn.requests.length;
      await expect(bench.sync()).rejects.toMatchObject({ code: 'MANGO_REFUSED', retry: 'never' });
      expect(asked('/vpbx/stats/request').length).toBeGreaterThan(0);
      // The list of users, and the one question.
      expect(bench.standIn.requests.length - before).toBe(2);
    },
  );

  it('keeps everybody quiet after a wrong request, so that the account is not locked', async () => {
    bench.standIn.faults['wrong-sign'] = { times: 1 };
    const impatient = { http: { pollMs: 5, penaltyMs: 2_000 } };
    await expect(bench.open(impatient)).rejects.toMatchObject({ code: 'MANGO_CREDENTIALS' });
    const refused = bench.standIn.requests.at(-1)!;
    // Another process with the same key.
    const session = await bench.open(impatient);
    await session.close();
    expect(bench.standIn.requests.at(-1)!.time - refused.time).toBeGreaterThan(1_900);
  });

  it('says that the account is locked, and to try later', async () => {
    bench.standIn.faults['blocked'] = true;
    await expect(bench.open()).rejects.toMatchObject({ code: 'MANGO_BLOCKED', retry: 'later' });
  });

  it('says which variable is missing', async () => {
    await expect(openSource(bench.config, { warehouse: bench.warehouse, environment: {} })).rejects.toThrow(
      MANGO_KEY,
    );
  });
});

describe('the stand-in itself', () => {
  it('locks the account at the second wrong request in two minutes, and opens it after them', async () => {
    bench = await openMangoBench(mangoCompany(1, 1), { now: now() });
    const post = async (): Promise<number> =>
      (
        await fetch(`${bench.standIn.url}/vpbx/stats/request`, {
          method: 'POST',
          body: new URLSearchParams({ vpbx_api_key: 'x' }),
        })
      ).status;
    expect([await post(), await post(), await post()]).toEqual([400, 401, 401]);
    await bench.standIn.clock.advance(121);
    expect(await post()).toBe(400);
    await bench.close();
  });

  it('is met at the pace it allows: ten a second, a statistic in two seconds', async () => {
    bench = await openMangoBench(mangoCompany(8, 60), { limits: { perSecond: 10, apart: 1 } });
    await bench.sync({ report_every: '1s' });
    expect(await bench.differences()).toEqual([]);
    expect(bench.standIn.requests.filter(({ status }) => status === 429)).toEqual([]);
    await bench.close();
  });
});
