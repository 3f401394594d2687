import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HAS_MARIADB, startMariaDb, type MariaDb } from '../harness/mariadb.ts';
import { openPbxBench, type PbxBench } from './asterisk-fixture.ts';

/** FreePBX's own table (Cdr.class.php, install.php). */
const FREEPBX = `create table cdr (calldate datetime not null default '0000-00-00 00:00:00', clid varchar(80) not null default '',
  src varchar(80) not null default '', dst varchar(80) not null default '', dcontext varchar(80) not null default '',
  channel varchar(80) not null default '', dstchannel varchar(80) not null default '', lastapp varchar(80) not null default '',
  lastdata varchar(80) not null default '', duration int not null default 0, billsec int not null default 0,
  disposition varchar(45) not null default '', amaflags int not null default 0, accountcode varchar(20) not null default '',
  uniqueid varchar(32) not null default '', userfield varchar(255) not null default '', did varchar(50) not null default '',
  recordingfile varchar(255) not null default '', cnum varchar(80) not null default '', cnam varchar(80) not null default '',
  outbound_cnum varchar(80) not null default '', outbound_cnam varchar(80) not null default '', dst_cnam varchar(80) not null default '',
  linkedid varchar(32) not null default '', peeraccount varchar(80) not null default '', sequence int not null default 0,
  key calldate (calldate)) default charset utf8mb4`;

describe.skipIf(!HAS_MARIADB)("a real MariaDB (needs Debian's mariadb-server)", () => {
  let bench: PbxBench;
  let server: MariaDb;
  let connection: Connection;
  beforeAll(async () => {
    [bench, server] = await Promise.all([openPbxBench(), startMariaDb()]);
    connection = await createConnection(server.url);
    await connection.query(`set session sql_mode = ''`);
  }, 60_000);
  afterAll(async () => {
    await connection?.end();
    await server?.stop();
    await bench?.close();
  });
  beforeEach(() => connection.query('drop table if exists cdr'));
  afterEach(() =>
    bench.warehouse.pool.query(
      `delete from ops.cursors; delete from ops.rejects; delete from ops.drift; delete from ops.streams;
       truncate raw.asterisk__cdr, raw.asterisk__cdr__history`,
    ),
  );

  const sync = (more: object = {}, url: string = server.url, options: object = {}) =>
    bench.sync(
      { database: { url_env: 'PBX_URL' }, time_zone: 'Europe/Moscow', ...more },
      { environment: { PBX_URL: url }, ...options },
    );
  const insert = (row: Record<string, string | number | null>) =>
    connection.query('insert into cdr set ?', row);
  const call = (calldate: string, n: number) => ({
    calldate,
    clid: '"Анна Петрова" <79161234567>',
    cnam: 'Анна Петрова',
    src: '79161234567',
    dst: '600',
    did: '84952000001',
    channel: `SIP/provider-${n}`,
    dstchannel: `SIP/101-${n}`,
    lastapp: 'Queue',
    lastdata: 'sales,t,,,30',
    duration: 40,
    billsec: 30,
    disposition: 'ANSWERED',
    uniqueid: `${Date.parse(`${calldate.replace(' ', 'T')}+03:00`) / 1_000}.${n}`,
    linkedid: `${Date.parse(`${calldate.replace(' ', 'T')}+03:00`) / 1_000}.${n}`,
    sequence: n,
  });

  it('reads the table of FreePBX: answer and end worked out, no names stored, zero dates set aside', async () => {
    await connection.query(FREEPBX);
    await insert(call('2025-03-03 09:00:00', 1));
    await insert({ ...call('2025-03-03 09:05:00', 2), disposition: 'NO ANSWER', billsec: 0 });
    await insert({ ...call('2025-03-03 09:06:00', 3), calldate: '0000-00-00 00:00:00' });
    await sync();
    const legs = await bench.legs();
    expect(legs).toMatchObject([
      {
        start: '2025-03-03T06:00:00.000Z',
        answer: '2025-03-03T06:00:10.000Z',
        end: '2025-03-03T06:00:40.000Z',
        row: { did: '84952000001', lastdata: 'sales', start: '2025-03-03 09:00:00' },
      },
      { start: '2025-03-03T06:05:00.000Z', answer: null },
    ]);
    expect(JSON.stringify(legs)).not.toContain('Петрова');
    expect((await bench.rejects()).map(({ reason }) => reason)).toEqual(['start: the row has no time']);
    // What is read again is the same, and so is what is rejected.
    expect(await sync()).toMatchObject({ inserted: 0, updated: 0 });
    expect(await bench.rejects()).toHaveLength(1);
  });

  it('reads the official columns: a reserved word, unset answers of every kind, a TIMESTAMP in UTC, numbers for results', async () => {
    await connection.query(
      "create table cdr (src varchar(80), dst varchar(80), start timestamp null, answer datetime default '0000-00-00 00:00:00', `end` datetime, disposition int, uniqueid varchar(150))",
    );
    // The session writes in +05:00, so that 09:00 is 04:00 UTC.
    await connection.query(`set session time_zone = '+05:00'`);
    for (const answer of ['0000-00-00 00:00:00', '1970-01-01 00:00:00', null, '2025-03-03 07:00:05']) {
      await insert({
        src: '101',
        dst: '102',
        start: '2025-03-03 09:00:00',
        answer,
        end: '2025-03-03 07:00:20',
        disposition: answer?.startsWith('2025') ? 8 : 0,
        uniqueid: `a.${String(answer)}`,
      });
    }
    await connection.query(`set session time_zone = '+00:00'`);
    await sync();
    const legs = await bench.legs();
    expect(legs.map(({ start, end }) => [start, end])).toEqual(
      Array.from({ length: 4 }, () => ['2025-03-03T04:00:00.000Z', '2025-03-03T04:00:20.000Z']),
    );
    expect(legs.map(({ answer }) => answer).filter((answer) => answer !== null)).toEqual([
      '2025-03-03T04:00:05.000Z',
    ]);
  });

  it('reads a table page by page and finds late rows', async () => {
    await connection.query(FREEPBX);
    await connection.query(
      `insert into cdr (calldate, src, dst, duration, disposition, uniqueid, linkedid, sequence)
       select '2025-03-03 09:00:00' + interval (seq div 4) second, '101', '102', 1, 'ANSWERED',
         concat('1740981600.', seq), concat('1740981600.', seq), seq from seq_1_to_6000`,
    );
    expect(await sync()).toMatchObject({ inserted: 6_000, pages: 2, done: true });
    await insert(call('2025-03-03 08:30:00', 20_000));
    expect(await sync()).toMatchObject({ inserted: 1, updated: 0 });
  });

  it('says what is wrong: the table, the columns, the rights, the database, the server', async () => {
    await expect(sync()).rejects.toMatchObject({ code: 'ASTERISK_TABLE_MISSING' });
    await connection.query('create table cdr (a int, dst text)');
    await expect(sync()).rejects.toMatchObject({
      code: 'ASTERISK_COLUMNS_MISSING',
      message: expect.stringContaining('Its columns are: a, dst.'),
    });
    await connection.query(`create or replace user stranger identified by 'hush-hush'`);
    const at = new URL(server.url);
    [at.username, at.password] = ['stranger', 'hush-hush'];
    const denied = await sync({}, at.href).catch((error: unknown) => error);
    at.password = 'wrong';
    const wrong = await sync({}, at.href).catch((error: unknown) => error);
    for (const error of [denied, wrong]) expect(error).toMatchObject({ code: 'ASTERISK_ACCESS_DENIED' });
    expect(`${String(denied)}${String(wrong)}`).not.toContain('hush-hush');
    await expect(sync({}, server.url.replace('asteriskcdrdb', 'nowhere'))).rejects.toMatchObject({
      code: 'ASTERISK_ACCESS_DENIED',
    });
    await expect(sync({}, 'mysql://root@127.0.0.1:1/x')).rejects.toMatchObject({
      code: 'ASTERISK_UNREACHABLE',
      retry: 'later',
    });
  });

  it('reads with sessions that cannot write, and asks for nothing but rows', async () => {
    await connection.query(FREEPBX);
    await insert(call('2025-03-03 09:00:00', 1));
    await connection.query(`create or replace user reader identified by 'r'`);
    await connection.query('grant select on asteriskcdrdb.cdr to reader');
    await connection.query(`set global log_output = 'TABLE'`);
    await connection.query('set global general_log = on');
    const url = new URL(server.url);
    [url.username, url.password] = ['reader', 'r'];
    await sync({}, url.href);
    await connection.query('set global general_log = off');
    const [rows] = await connection.query<RowDataPacket[]>(
      `select convert(argument using utf8mb4) as text from mysql.general_log
       where user_host like 'reader%' and command_type in ('Query', 'Execute') order by event_time`,
    );
    const texts = rows.map((row) => row['text'] as string);
    expect(texts[0]).toBe('set session transaction read only');
    expect(texts.length).toBeGreaterThan(4);
    expect(texts.filter((text) => !/^(select|set session) /.test(text))).toEqual([]);
    expect(await bench.legs()).toHaveLength(1);
  });
});
