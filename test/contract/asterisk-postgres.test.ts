import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WallClock } from '../../pipelines/sources/asterisk/local-time.ts';
import { openPostgresTable } from '../../pipelines/sources/asterisk/table/postgres-table.ts';
import { readTable } from '../../pipelines/sources/asterisk/table/read-table.ts';
import type { ChangeBatch } from '../../pipelines/sources/engine/connection.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';
import { openPbxBench, type PbxBench } from './asterisk-fixture.ts';

let bench: PbxBench;
let pbx: TestDatabase;
beforeAll(async () => {
  [bench, pbx] = await Promise.all([openPbxBench(), createTestDatabase('pbx')]);
});
afterAll(async () => {
  await bench.close();
  await pbx.drop();
});
beforeEach(() => pbx.pool.query('drop schema public cascade; create schema public'));
afterEach(() =>
  bench.warehouse.pool.query(
    `delete from ops.cursors; delete from ops.rejects; delete from ops.drift; delete from ops.streams;
     truncate raw.asterisk__cdr, raw.asterisk__cdr__history`,
  ),
);

/** The official schema (contrib/ast-db-manage/cdr). */
const OFFICIAL = `create table cdr (accountcode varchar(80), src varchar(80), dst varchar(80), dcontext varchar(80), clid varchar(80),
  channel varchar(80), dstchannel varchar(80), lastapp varchar(80), lastdata varchar(80), start timestamp, answer timestamp,
  "end" timestamp, duration int, billsec int, disposition varchar(45), amaflags varchar(45), userfield varchar(256),
  uniqueid varchar(150), linkedid varchar(150), peeraccount varchar(80), sequence int)`;
/** The documented table of cdr_pgsql: no answer, no end. */
const DOCUMENTED = `create table cdr (calldate timestamp not null, clid varchar(80) not null, src varchar(80) not null,
  dst varchar(80) not null, dcontext varchar(80) not null, channel varchar(80) not null, dstchannel varchar(80) not null,
  lastapp varchar(80) not null, lastdata varchar(80) not null, duration int not null, billsec int not null,
  disposition varchar(45) not null, amaflags int not null, accountcode varchar(20) not null, uniqueid varchar(150) not null,
  userfield varchar(255) not null)`;

const sync = (more: object = {}, options: object = {}) =>
  bench.sync(
    { database: { url_env: 'PBX_URL' }, time_zone: 'Europe/Moscow', ...more },
    { environment: { PBX_URL: pbx.url }, ...options },
  );

async function insert(row: Record<string, unknown>, table = 'cdr'): Promise<void> {
  const names = Object.keys(row);
  await pbx.pool.query(
    `insert into ${table} (${names.map((name) => `"${name}"`).join(', ')}) values (${names.map((_, place) => `$${place + 1}`).join(', ')})`,
    Object.values(row),
  );
}

const answered = (start: string, n: number) => ({
  src: '79161234567',
  dst: '101',
  channel: `PJSIP/provider-${n}`,
  dstchannel: `PJSIP/101-${n}`,
  lastapp: 'Dial',
  lastdata: 'PJSIP/101',
  clid: '"Anna Petrova" <79161234567>',
  userfield: 'card 4111',
  start,
  duration: 40,
  billsec: 30,
  disposition: 'ANSWERED',
  uniqueid: `${Date.parse(`${start.replace(' ', 'T')}+03:00`) / 1_000}.${n}`,
  linkedid: `${Date.parse(`${start.replace(' ', 'T')}+03:00`) / 1_000}.${n}`,
  sequence: n,
});
const texts = (row: Record<string, unknown>): Record<string, unknown> => row;

describe('the shapes in the wild', () => {
  it('reads the official table, whose "end" is a reserved word, and stores neither names nor free text', async () => {
    await pbx.pool.query(OFFICIAL);
    await insert({
      ...answered('2025-03-03 09:00:00', 1),
      answer: '2025-03-03 09:00:10',
      end: '2025-03-03 09:00:40',
    });
    await sync();
    const [leg] = await bench.legs();
    expect(leg).toMatchObject({
      start: '2025-03-03T06:00:00.000Z',
      answer: '2025-03-03T06:00:10.000Z',
      end: '2025-03-03T06:00:40.000Z',
    });
    expect(leg?.row).toMatchObject(texts({ src: '79161234567', sequence: '1', accountcode: null }));
    expect(Object.keys(leg?.row ?? {})).not.toContain('clid');
    expect(JSON.stringify(leg)).not.toMatch(/Anna|4111|PJSIP\/101"/);
  });

  it('works out answer and end where the table has neither', async () => {
    await pbx.pool.query(DOCUMENTED);
    const { start, linkedid: _linkedid, sequence: _sequence, ...row } = answered('2025-03-03 09:00:00', 1);
    const documented = { ...row, calldate: start, dcontext: '', amaflags: 3, accountcode: '' };
    await insert(documented);
    await insert({ ...documented, dstchannel: 'PJSIP/102-2', billsec: 0, disposition: 'NO ANSWER' });
    await sync();
    expect((await bench.legs()).map(({ answer, end }) => [answer, end]).sort()).toEqual([
      [null, '2025-03-03T06:00:40.000Z'],
      ['2025-03-03T06:00:10.000Z', '2025-03-03T06:00:40.000Z'],
    ]);
  });

  it('reads numbers for times and results, other names as mapped, and unset answers as none', async () => {
    await pbx.pool.query(
      `create table "Calls" (began int, src_num text, dst_num text, "UNIQUEID" text, endtime int, answer int, disposition int, tag text)`,
    );
    const at = 1_740_981_600;
    await pbx.pool.query(
      `insert into "Calls" values (${at}, '101', '84951234567', '${at}.1', ${at + 20}, 0, 0, 'vip')`,
    );
    await sync({
      database: { url_env: 'PBX_URL', table: 'public.Calls' },
      columns: { start: 'began' },
      keep_columns: ['tag'],
    });
    expect(await bench.legs()).toMatchObject([
      {
        start: '2025-03-03T06:00:00.000Z',
        answer: null,
        end: '2025-03-03T06:00:20.000Z',
        row: { src: '101', dst: '84951234567', disposition: '0', tag: 'vip' },
      },
    ]);
  });

  it('takes 1970 for no answer, a timestamp with zone for what it is, and rejects a row without a start', async () => {
    await pbx.pool.query(OFFICIAL.replace('start timestamp', 'start timestamptz'));
    const row = answered('2025-03-03 09:00:00', 1);
    await insert({
      ...row,
      start: '2025-03-03 09:00:00+05',
      answer: '1970-01-01 00:00:00',
      end: '2025-03-03 09:00:40',
      disposition: 'NO ANSWER',
      billsec: 0,
    });
    await insert({ ...row, start: null, sequence: 2 });
    await sync();
    expect(await bench.legs()).toMatchObject([{ start: '2025-03-03T04:00:00.000Z', answer: null }]);
    expect((await bench.rejects()).map(({ reason }) => reason)).toEqual(['start: the row has no time']);
    expect((await bench.rejects())[0]?.payload).not.toContain('Anna');
  });
});

describe('what comes late', () => {
  it('finds a row that was written hours after its start, and leaves the others as they are', async () => {
    await pbx.pool.query(OFFICIAL);
    for (let n = 0; n < 5; n += 1)
      await insert({ ...answered(`2025-03-03 1${n}:00:00`, n), end: `2025-03-03 1${n}:00:40` });
    await sync();
    // A call of five hours, written at its end; then Asterisk starts again and counts from 0.
    await insert({ ...answered('2025-03-03 10:30:00', 9), end: '2025-03-03 15:30:00', duration: 18_000 });
    await insert({ ...answered('2025-03-03 15:40:00', 0), end: '2025-03-03 15:40:40' });
    const { inserted, updated } = await sync();
    expect([inserted, updated]).toEqual([2, 0]);
    expect(await bench.legs()).toHaveLength(7);
    // Outside a short overlap it is not looked for.
    await insert({ ...answered('2025-03-03 11:30:00', 10), end: '2025-03-03 15:50:00' });
    expect((await sync({ overlap: '1h' })).inserted).toBe(0);
    expect((await sync({ overlap: '6h' })).inserted).toBe(1);
  });

  it('is not led astray by a clock that once ran ahead', async () => {
    await pbx.pool.query(OFFICIAL);
    const soon = new Date(Date.now() - 60_000).toISOString().slice(0, 19).replace('T', ' ');
    await insert({ ...answered('2099-01-01 00:00:00', 1), end: '2099-01-01 00:00:40' });
    await sync({ time_zone: 'UTC' });
    await insert({ ...answered(soon, 2), end: soon });
    await sync({ time_zone: 'UTC', overlap: '1h' });
    expect(await bench.legs()).toHaveLength(2);
  });

  it('takes a row that is there twice for one', async () => {
    await pbx.pool.query(`${OFFICIAL}; alter table cdr drop column sequence`);
    const { sequence: _sequence, ...row } = answered('2025-03-03 09:00:00', 1);
    await insert({ ...row, end: '2025-03-03 09:00:40' });
    await insert({ ...row, end: '2025-03-03 09:00:40' });
    await sync();
    await sync();
    expect(await bench.legs()).toHaveLength(1);
    expect(await bench.superseded()).toBe(0);
  });
});

it('reads pages across seconds with more rows than a page, in bounded pieces, wherever it is cut off', async () => {
  await pbx.pool.query(OFFICIAL);
  // 20 seconds; every fifth of them holds 25 rows, the others 3.
  await pbx.pool.query(
    `insert into cdr (src, dst, start, "end", duration, disposition, uniqueid, linkedid, sequence)
     select '101', '102', at, at + interval '1 s', 1, 'ANSWERED', '1740981600.' || n, '1740981600.' || n, n
     from (select *, row_number() over () as n from (
       select timestamp '2025-03-03 09:00:00' + second * interval '1 s' as at, second
       from generate_series(0, 19) second cross join lateral generate_series(1, case when second % 5 = 0 then 25 else 3 end)) s) r`,
  );
  const address = { url: new URL(pbx.url), table: 'cdr', server: 'test' };
  const clock = new WallClock('Europe/Moscow');
  const open = async () => ({
    table: await openPostgresTable(address),
    place: 'cdr',
    settings: { columns: {}, keep_columns: [] },
    clock,
    isStored: () => true,
    overlapSeconds: 3_600,
    historyFrom: null,
    now: () => Date.now() / 1_000,
    pageSize: 10,
    onLegs: () => Promise.resolve(),
  });
  const met: string[] = [];
  let state: unknown = null;
  let batches = 0;
  // Each batch from what the one before left, as after a kill.
  for (;;) {
    const reading = await open();
    const next: IteratorResult<ChangeBatch> = await readTable(reading, state).next();
    const batch = next.value as ChangeBatch | undefined;
    await reading.table.close();
    if (!batch) throw new Error('no batch');
    batches += 1;
    expect(batches).toBeLessThan(60);
    met.push(...batch.rows.map(({ value }) => (value as { leg_key: string }).leg_key));
    expect(batch.rows.length).toBeLessThanOrEqual(10);
    state = JSON.parse(JSON.stringify(batch.state));
    if (!('page' in (state as object))) break;
  }
  expect(new Set(met).size).toBe(4 * 25 + 16 * 3);
  expect(met).toHaveLength(4 * 25 + 16 * 3);
});

describe('errors and manners', () => {
  it('says which table it does not find, and which there are', async () => {
    await pbx.pool.query('create table calls (id int)');
    await expect(sync()).rejects.toMatchObject({
      code: 'ASTERISK_TABLE_MISSING',
      message: expect.stringMatching(/no table cdr in .*Tables it sees: public\.calls\./),
    });
  });

  it('says which columns it found and what to map', async () => {
    await pbx.pool.query(
      'create table cdr (began timestamp, who text, dst text, disposition text, duration int)',
    );
    await expect(sync({ columns: { src: 'caller' } })).rejects.toMatchObject({
      code: 'ASTERISK_COLUMNS_MISSING',
      message: expect.stringMatching(
        /no column for start, src, and has no column caller \(columns\.src\).* Its columns are: began, who, dst, disposition, duration\. .*"columns"/,
      ),
    });
  });

  it('says who is refused, without the password', async () => {
    await pbx.pool.query(
      `${OFFICIAL}; drop role if exists pbx_stranger; create role pbx_stranger login password 'hush-hush'`,
    );
    const url = new URL(pbx.url);
    [url.username, url.password] = ['pbx_stranger', 'hush-hush'];
    const failure = await sync({}, { environment: { PBX_URL: url.href } }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: expect.stringMatching(/^ASTERISK_(ACCESS_DENIED|TABLE_MISSING)$/),
    });
    url.pathname = '/nowhere';
    const nowhere = await sync({}, { environment: { PBX_URL: url.href } }).catch((error: unknown) => error);
    expect(nowhere).toMatchObject({ code: 'ASTERISK_ACCESS_DENIED' });
    expect(`${String(failure)}${String(nowhere)}`).not.toContain('hush-hush');
    await pbx.pool.query('drop role pbx_stranger');
  });

  it('calls a server that is away unreachable, to be tried again, and an address that is none by its name', async () => {
    await expect(sync({}, { environment: { PBX_URL: 'postgres://u@127.0.0.1:1/x' } })).rejects.toMatchObject({
      code: 'ASTERISK_UNREACHABLE',
      retry: 'later',
    });
    await expect(sync({}, { environment: { PBX_URL: 'http://x' } })).rejects.toMatchObject({
      code: 'ASTERISK_ADDRESS_INVALID',
    });
    await expect(sync({}, { environment: {} })).rejects.toMatchObject({ code: 'SECRET_MISSING' });
  });

  it('opens sessions that cannot write', async () => {
    await pbx.pool.query(OFFICIAL);
    await insert({ ...answered('2025-03-03 09:00:00', 1), end: '2025-03-03 09:00:40' });
    await pbx.pool.query(`
      create function note(t text) returns text volatile language plpgsql as $$ begin insert into cdr (src) values (t); return t; end $$;
      create view writing as select *, note(src) as noted from cdr`);
    const database = { url_env: 'PBX_URL', table: 'writing' };
    await expect(sync({ database, keep_columns: ['noted'] })).rejects.toMatchObject({ code: '25006' });
    expect((await pbx.pool.query('select from cdr')).rowCount).toBe(1);
  });
});
