import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  DatabaseTroubleError,
  type LandingRow,
  StreamNameError,
  type Warehouse,
  land,
  listRejects,
  migrate,
  openWarehouse,
  readCursor,
  retryRejects,
  streamStatus,
} from '../../pipelines/warehouse/index.ts';
import { type TestDatabase, createTestDatabase } from '../harness/database.ts';

let database: TestDatabase;
let warehouse: Warehouse;
beforeAll(async () => {
  database = await createTestDatabase();
  warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
});
afterAll(async () => {
  await warehouse.close();
  await database.drop();
});

/** Every test is an account of its own. */
let account = '0';
beforeEach(() => {
  account = String(Number(account) + 1);
});
const leads = () => ({ source: 'amocrm', account, stream: 'leads' });

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000);
const lead = (
  id: string,
  second: number | null,
  fields: object = {},
  more: Partial<LandingRow> = {},
): LandingRow => ({
  id,
  payload: JSON.stringify({ id, ...fields }),
  updatedAt: second === null ? null : at(second),
  ...more,
});
const gone = (id: string, second: number | null, deletedAt: number | null = null): LandingRow => ({
  id,
  payload: JSON.stringify({ id, name: null }),
  updatedAt: second === null ? null : at(second),
  isDeleted: true,
  deletedAt: deletedAt === null ? null : at(deletedAt),
});
const put = (...rows: LandingRow[]) => land(warehouse, { ...leads(), rows });

async function current(): Promise<Record<string, unknown>[]> {
  const { rows } = await database.pool.query(
    'select * from raw.amocrm__leads where account_id = $1 order by id',
    [account],
  );
  return rows;
}
async function history(): Promise<Record<string, unknown>[]> {
  const { rows } = await database.pool.query(
    'select * from raw.amocrm__leads__history where account_id = $1 order by id, source_updated_at, seen_at',
    [account],
  );
  return rows;
}

describe('versions', () => {
  it('never lets an older version replace a newer one, and keeps the late one in history', async () => {
    await put(lead('1', 20, { price: 200 }));
    expect(await put(lead('1', 10, { price: 100 }))).toMatchObject({ updated: 0, stale: 1 });
    expect(await current()).toMatchObject([{ payload: { price: 200 }, source_updated_at: at(20) }]);
    expect(await history()).toMatchObject([{ payload: { price: 100 }, source_updated_at: at(10) }]);
  });

  it('changes nothing at all when the same page lands twice', async () => {
    const page = [
      lead('1', 1, { n: 1 }),
      lead('2', 2),
      lead('1', 3, { n: 3 }),
      lead('1', 1, { n: 2 }),
      gone('2', 5),
      gone('9', 4),
    ];
    await put(...page);
    const before = [
      await current(),
      await history(),
      (await streamStatus(warehouse)).find((s) => s.account === account)?.history,
    ];
    expect(await put(...page)).toMatchObject({ inserted: 0, updated: 0, unchanged: 3, stale: 3 });
    const after = [
      await current(),
      await history(),
      (await streamStatus(warehouse)).find((s) => s.account === account)?.history,
    ];
    // Transaction ids, load ids and times are part of the rows: not one of them moved.
    expect(after).toEqual(before);
  });

  it('takes the later read where the source gives two contents one time', async () => {
    await put(lead('1', 5, { stage: 'a' }));
    expect(await put(lead('1', 5, { stage: 'b' }))).toMatchObject({ updated: 1 });
    expect(await current()).toMatchObject([{ payload: { stage: 'b' } }]);
    expect(await history()).toMatchObject([{ payload: { stage: 'a' } }]);
  });

  it('takes the later read where the source gives no times, and writes only what differs', async () => {
    await put(lead('1', null, { is_admin: false }));
    const [first] = await current();
    expect(await put(lead('1', null, { is_admin: false }))).toMatchObject({ unchanged: 1 });
    expect((await current())[0]).toEqual(first);
    await put(lead('1', null, { is_admin: true }));
    await put(lead('1', null, { is_admin: false }));
    expect(await current()).toMatchObject([{ payload: { is_admin: false } }]);
    expect((await history()).map((version) => version['payload'])).toMatchObject([
      { is_admin: false },
      { is_admin: true },
    ]);
  });

  it('resolves a record met twice in one page: the newest is current, the older one history', async () => {
    expect(await put(lead('1', 9, { n: 9 }), lead('1', 3, { n: 3 }), lead('1', 9, { n: 9 }))).toMatchObject({
      inserted: 1,
      stale: 2,
    });
    expect(await current()).toMatchObject([{ payload: { n: 9 } }]);
    expect(await history()).toMatchObject([{ payload: { n: 3 } }]);
  });

  it('marks what a load changed with its transaction, for incremental builds', async () => {
    await put(lead('1', 1), lead('2', 1));
    const [one, two] = await current();
    await put(lead('1', 2, { new: true }), lead('2', 1));
    const [oneAfter, twoAfter] = await current();
    expect(BigInt(oneAfter?.['loaded_xid'] as string)).toBeGreaterThan(BigInt(one?.['loaded_xid'] as string));
    expect(twoAfter?.['loaded_xid']).toBe(two?.['loaded_xid']);
    expect(oneAfter?.['first_seen_at']).toEqual(one?.['first_seen_at']);
  });

  it('keeps accounts of one type apart', async () => {
    await put(lead('1', 1, { mine: true }));
    await land(warehouse, { ...leads(), account: `${account}-other`, rows: [lead('1', 2, { mine: false })] });
    expect(await current()).toMatchObject([{ payload: { mine: true } }]);
  });
});

describe('deletions', () => {
  it('keeps the last full payload of a deleted record', async () => {
    await put(lead('1', 1, { name: 'Ромашка', price: 5 }));
    await put(gone('1', 2));
    expect(await current()).toMatchObject([
      { is_deleted: true, deleted_at: at(2), payload: { name: 'Ромашка', price: 5 } },
    ]);
    expect(await history()).toMatchObject([{ is_deleted: false, payload: { name: 'Ромашка' } }]);
  });

  it('does not bring a record back for a version of the same time or older, but fills in what it last was', async () => {
    await put(gone('1', 5));
    await put(lead('1', 5, { name: 'last' }));
    await put(lead('1', 3, { name: 'before' }));
    expect(await current()).toMatchObject([
      { is_deleted: true, source_updated_at: at(5), payload: { name: 'last' } },
    ]);
    expect(await history()).toHaveLength(2);
  });

  it('brings a record back for a newer full version', async () => {
    await put(lead('1', 1, { name: 'x' }));
    await put(gone('1', 2));
    await put(lead('1', 3, { name: 'restored' }));
    expect(await current()).toMatchObject([
      { is_deleted: false, deleted_at: null, payload: { name: 'restored' } },
    ]);
    expect((await history()).map((version) => version['is_deleted'])).toEqual([false, true]);
  });

  it('takes a deletion without a time (a sweep) as of its deletedAt, and as of the current version without that', async () => {
    await put(lead('1', 10), lead('2', 10));
    await put(gone('1', null), gone('2', null, 30));
    expect(await current()).toMatchObject([
      { is_deleted: true, source_updated_at: at(10) },
      { is_deleted: true, source_updated_at: at(30), deleted_at: at(30) },
    ]);
    const before = await current();
    expect(await put(gone('1', null), gone('2', null, 30))).toMatchObject({ unchanged: 2 });
    expect(await current()).toEqual(before);
    // A page that was on its way while the record was deleted.
    await put(lead('2', 20, { late: true }));
    expect((await current())[1]).toMatchObject({ is_deleted: true, payload: { late: true } });
  });
});

describe('cursors', () => {
  it('commits the cursor with the rows', async () => {
    expect(await readCursor(warehouse, leads())).toBeUndefined();
    await land(warehouse, { ...leads(), rows: [lead('1', 1)], cursor: { updated_at: 1, note: "it's" } });
    expect(await readCursor(warehouse, leads())).toEqual({ updated_at: 1, note: "it's" });
    await land(warehouse, { ...leads(), rows: [], cursor: { updated_at: 2 } });
    expect(await readCursor(warehouse, leads())).toEqual({ updated_at: 2 });
  });

  it('leaves nothing half-written when its backend is ended in the middle, wherever that is', async () => {
    await land(warehouse, { ...leads(), rows: [lead('1', 1)], cursor: { page: 1 } });
    const before = await current();
    for (const wait of [0, 5, 20, 60, 120]) {
      // The stream of rows has no end: only the kill ends it.
      const landing = land(warehouse, { ...leads(), rows: endless(), cursor: { page: 2 } });
      let ended = false;
      const outcome = expect(landing)
        .rejects.toBeInstanceOf(DatabaseTroubleError)
        .finally(() => (ended = true));
      await sleep(wait);
      while (!ended) {
        await database.pool.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and application_name = 'voronka' and state <> 'idle'`,
        );
        await sleep(10);
      }
      await outcome;
      expect(await current()).toEqual(before);
      expect(await readCursor(warehouse, leads())).toEqual({ page: 1 });
    }
    expect(await land(warehouse, { ...leads(), rows: [lead('2', 1)], cursor: { page: 2 } })).toMatchObject({
      inserted: 1,
    });
  });

  it('leaves nothing when the reader of the source fails half-way', async () => {
    const failing = (async function* () {
      yield* Array.from({ length: 25_000 }, (_, n) => lead(String(n), n));
      await sleep(1);
      throw new Error('the line went dead');
    })();
    await expect(land(warehouse, { ...leads(), rows: failing, cursor: { page: 9 } })).rejects.toThrow(
      'the line went dead',
    );
    expect(await current()).toEqual([]);
    expect(await readCursor(warehouse, leads())).toBeUndefined();
    expect(await put(lead('1', 1))).toMatchObject({ inserted: 1 });
  });
});

async function* endless(): AsyncGenerator<LandingRow> {
  for (let n = 0; ; n++) {
    yield lead(`endless-${n}`, n, { text: 'x'.repeat(200) });
    if (n % 500 === 0) await sleep(1);
  }
}

describe('concurrency', () => {
  it('ends two landings of the same rows as if they had come one after the other', async () => {
    const older = Array.from({ length: 500 }, (_, n) => lead(String(n), 1, { v: 1 }));
    const newer = Array.from({ length: 500 }, (_, n) => lead(String(499 - n), 2, { v: 2 }));
    const results = await Promise.all([put(...newer), put(...older), put(...newer), put(...older)]);
    expect(results.reduce((sum, result) => sum + result.inserted, 0)).toBe(500);
    const rows = await current();
    expect(rows).toHaveLength(500);
    expect(rows.every((row) => (row['payload'] as { v: number }).v === 2)).toBe(true);
    const old = await history();
    expect(old).toHaveLength(500);
    expect(old.every((row) => (row['payload'] as { v: number }).v === 1)).toBe(true);
  });

  it('creates the tables of a stream once for all who ask at the same moment', async () => {
    const pools = await Promise.all(Array.from({ length: 4 }, () => openWarehouse({ url: database.url })));
    const results = await Promise.all(
      pools.map((one, n) => land(one, { ...leads(), stream: 'fresh', rows: [lead(String(n), 1)] })),
    );
    expect(results.map((result) => result.inserted)).toEqual([1, 1, 1, 1]);
    await Promise.all(pools.map((one) => one.close()));
  });
});

describe('what does not fit', () => {
  it('lands a record with NUL characters and broken surrogates, replaced and counted', async () => {
    const texts = [
      '{"name":"a\\u0000b\\u0000"}',
      '{"name":"half \\ud83d of \\ud83d\\ude00"}',
      '{"name":"kept \\\\u0000 text"}',
    ];
    const rows = texts.map((payload, n) => ({ id: String(n), payload, updatedAt: at(1) }));
    expect(await put(...rows)).toMatchObject({ inserted: 3, mended: 2, rejected: 0 });
    expect((await current()).map((row) => (row['payload'] as { name: string }).name)).toEqual([
      'a\ufffdb\ufffd',
      'half \ufffd of 😀',
      'kept \\u0000 text',
    ]);
    expect(await put(...rows)).toMatchObject({ unchanged: 3 });
  });

  it('sets aside what is not JSON, keeps its bytes, and lands the rest of the page', async () => {
    const bad = ['{"name": ', '{"n": 1e999999}', 'raw \0 byte', '['.repeat(200_000)];
    const rows = [
      lead('ok', 1),
      ...bad.map((payload, n) => ({ id: `bad-${n}`, payload, updatedAt: at(1) })),
      lead('also', 1),
    ];
    expect(await land(warehouse, { ...leads(), rows, cursor: { page: 1 } })).toMatchObject({
      inserted: 2,
      rejected: 4,
    });
    const rejects = await listRejects(warehouse, { account });
    expect(new Map(rejects.map(({ id, payload }) => [id, payload]))).toEqual(
      new Map(bad.map((text, n) => [`bad-${n}`, text])),
    );
    expect(rejects.every(({ reason }) => reason.length > 10)).toBe(true);
    // Read again by the next overlapping window: still one reject each.
    await land(warehouse, { ...leads(), rows });
    expect(await listRejects(warehouse, { account })).toHaveLength(4);
    expect((await streamStatus(warehouse)).find((stream) => stream.account === account)).toMatchObject({
      rows: 2,
      openRejects: 4,
    });
  });

  it('sets aside a record without an id or with an impossible time', async () => {
    const rows = [
      lead('', 1),
      lead('1', 1, {}, { updatedAt: new Date(Number.NaN) }),
      lead('x'.repeat(5000), 1),
      lead('fine', 1),
    ];
    expect(await put(...rows)).toMatchObject({ inserted: 1, rejected: 3 });
  });

  it('lands a payload of 5 MB unchanged', async () => {
    const text = 'Договор поставки, приложение. '.repeat(180_000);
    await put(lead('big', 1, { text }), lead('small', 1));
    const [big] = await current();
    expect((big?.['payload'] as { text: string }).text).toBe(text);
    expect(await put(lead('big', 1, { text }))).toMatchObject({ unchanged: 1 });
  });

  it('keeps rejects of the schema until they can be landed, and then lands them by the same rules', async () => {
    const rejects = [
      { id: '1', reason: 'price: expected number', payload: '{"id":"1","price":"many"}', updatedAt: at(5) },
      { id: '2', reason: 'status_id: required', payload: '{"id":"2"}', updatedAt: at(5) },
    ];
    await land(warehouse, { ...leads(), rows: [lead('1', 9, { price: 1 })], rejects, cursor: { page: 1 } });
    const result = await retryRejects(warehouse, leads(), (reject) =>
      reject.id === '1'
        ? { id: '1', payload: reject.payload, updatedAt: reject.updatedAt }
        : { reason: 'status_id: still required' },
    );
    expect(result).toEqual({ landed: 1, stillRejected: 1 });
    expect(await current()).toMatchObject([{ id: '1', payload: { price: 1 } }]);
    expect(await history()).toMatchObject([{ id: '1', payload: { price: 'many' } }]);
    expect(await listRejects(warehouse, { account })).toMatchObject([
      { id: '2', reason: 'status_id: still required', tries: 2 },
    ]);
  });

  it('refuses names that could not be tables', async () => {
    for (const stream of ['Leads', 'a__b', 'leads; drop', '_x', 'x_', 'x'.repeat(25)]) {
      await expect(land(warehouse, { ...leads(), stream, rows: [] })).rejects.toBeInstanceOf(StreamNameError);
    }
  });
});
