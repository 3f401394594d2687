import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import pg from 'pg';
import Cursor from 'pg-cursor';
import QueryStream from 'pg-query-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { sqlApiOverMarts, type SqlApiOverMarts } from './sql-api-harness.ts';

let over: SqlApiOverMarts;
const clients: pg.Client[] = [];

beforeAll(async () => {
  over = await sqlApiOverMarts();
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  expect(over.serverErrors).toEqual([]);
  await over.close();
});

async function open(config: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: over.url(), ...config });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

const BY_MANAGER = 'select manager, measure(deals_count) as n from deals group by 1 order by 1';
const ANSWER = [
  { manager: 'Anna', n: '1' },
  { manager: 'Boris', n: '3' },
  { manager: 'Clara', n: '3' },
];

/** A session spoken by hand: what is written is written, and messages come back as their types. */
async function raw(): Promise<{ socket: Socket; types: (until: string) => Promise<string> }> {
  const client = await open();
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.removeAllListeners('data');
  let kept = Buffer.alloc(0);
  let seen = '';
  stream.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]);
    while (kept.length >= 5 && kept.length > kept.readUInt32BE(1)) {
      seen += String.fromCharCode(kept[0]!);
      kept = kept.subarray(1 + kept.readUInt32BE(1));
    }
    stream.emit('seen');
  });
  return {
    socket: stream,
    types: async (until) => {
      while (!seen.endsWith(until)) await once(stream, 'seen');
      const all = seen;
      seen = '';
      return all;
    },
  };
}

function message(type: string, body: string): Buffer {
  const bytes = Buffer.from(`${type}0000${body}`, 'latin1');
  bytes.writeUInt32BE(bytes.length - 1, 1);
  return bytes;
}

describe('node-postgres', () => {
  it('gets the same rows by a simple query, with parameters, from a named statement, in binary', async () => {
    const client = await open();
    expect((await client.query(BY_MANAGER)).rows).toEqual(ANSWER);
    const filtered = `select manager, measure(deals_count) as n from deals where manager <> $1 group by 1 order by 1`;
    expect((await client.query(filtered, ['Anna'])).rows).toEqual(ANSWER.slice(1));
    const named = { name: 'by manager', text: filtered };
    expect((await client.query({ ...named, values: ['Boris'] })).rows).toEqual([ANSWER[0], ANSWER[2]]);
    expect((await client.query({ ...named, values: ['nobody'] })).rows).toEqual(ANSWER);
    const binary = await client.query({ text: BY_MANAGER, binary: true } as pg.QueryConfig);
    expect(binary.rows.map((row) => ({ ...row, n: String(row.n) }))).toEqual(ANSWER);
  });

  it('fetches through a cursor and a stream', async () => {
    const client = await open();
    const cursor = client.query(new Cursor(BY_MANAGER));
    expect(await cursor.read(2)).toEqual(ANSWER.slice(0, 2));
    expect(await cursor.read(2)).toEqual(ANSWER.slice(2));
    await cursor.close();
    const stream = client.query(new QueryStream('select deal_id, n from deals, generate_series(1, 3000) n'));
    let rows = 0;
    for await (const row of stream) rows += (row as { n: number }).n > 0 ? 1 : 0;
    expect(rows).toBe(7 * 3000);
  });

  it('takes several statements in one Query, and in a transaction undoes to a savepoint after an error', async () => {
    const client = await open();
    const results = (await client.query(
      `begin; savepoint s; ${BY_MANAGER}; select 1 as one`,
    )) as unknown as pg.QueryResult[];
    expect(results.map(({ command }) => command)).toEqual(['BEGIN', 'SAVEPOINT', 'SELECT', 'SELECT']);
    expect(results[2]!.rows).toEqual(ANSWER);
    await expect(client.query('select nothing_of_the_kind from deals')).rejects.toMatchObject({
      code: '42703',
    });
    await expect(client.query(BY_MANAGER)).rejects.toMatchObject({ code: '25P02' });
    await client.query('rollback to s');
    expect((await client.query(BY_MANAGER)).rows).toEqual(ANSWER);
    await client.query('commit');
  });

  it('declares, fetches and closes cursors, prepares and executes, explains with both plans, copies out', async () => {
    const client = await open();
    await client.query(`begin; declare c cursor with hold for ${BY_MANAGER}; commit`);
    expect((await client.query('fetch 2 from c')).rows).toEqual(ANSWER.slice(0, 2));
    await client.query('close c');
    await client.query(
      `prepare p (text) as select manager, measure(deals_count) as n from deals where manager = $1 group by 1`,
    );
    expect((await client.query(`execute p('Anna')`)).rows).toEqual([ANSWER[0]]);
    const plan = (await client.query(`explain ${BY_MANAGER}`)).rows.map((row) => row['QUERY PLAN'] as string);
    expect(plan[0]).toMatch(/^(Sort|GroupAggregate|HashAggregate)/);
    expect(plan).toContainEqual(expect.stringMatching(/^Cube: deals: /));
    const json = await client.query(`explain (format json) ${BY_MANAGER}`);
    expect(json.rows[0]['QUERY PLAN']).toHaveLength(1);
  });

  it('keeps days in the account’s zone whatever zone the driver brings along, until SET TIME ZONE', async () => {
    const day = `select cast(min(created_at) as date)::text as day from deals where crm_id = '7'`;
    const client = await open({ options: '-c TimeZone=America/New_York' });
    expect((await client.query('show timezone')).rows[0].TimeZone).toBe('Europe/Moscow');
    expect((await client.query(day)).rows).toEqual([{ day: '2025-02-28' }]);
    await client.query(`set time zone 'Asia/Vladivostok'`);
    expect((await client.query(day)).rows).toEqual([{ day: '2025-03-01' }]);
    const both = (await client.query(
      `set time zone 'UTC'; ${day}; reset time zone; ${day}`,
    )) as unknown as pg.QueryResult[];
    expect(both[1]!.rows).toEqual([{ day: '2025-02-28' }]);
    await client.query(`set time zone '+10'`);
    await expect(client.query(day)).rejects.toMatchObject({ code: '22023' });
    await client.query('discard all');
    expect((await client.query(day)).rows).toEqual([{ day: '2025-02-28' }]);
  });
});

describe('the protocol', () => {
  it('answers pipelined messages in their order, and skips to the Sync after an error', async () => {
    const { socket, types } = await raw();
    const run = (name: string, sql: string) => [
      message('P', `${name}\0${sql}\0\0\0`),
      message('B', `\0${name}\0\0\0\0\0\0\0`),
      message('D', 'P\0'),
      message('E', '\0\0\0\0\0'),
    ];
    socket.write(Buffer.concat([...run('', BY_MANAGER), ...run('', 'select 1'), message('S', '')]));
    expect(await types('Z')).toBe('12TDDDC12TDCZ');
    socket.write(
      Buffer.concat([
        ...run('', 'select 1'),
        ...run('', 'select * from marts.fct_deals'),
        ...run('', BY_MANAGER),
        message('S', ''),
        ...run('', BY_MANAGER),
        message('S', ''),
      ]),
    );
    expect(await types('CZ')).toBe('12TDCEZ12TDDDCZ');
  });

  it('answers GSSENCRequest and SSLRequest with N where there is no certificate, and ends who speaks nonsense', async () => {
    const socket = connect(over.sql.port, '127.0.0.1');
    for (const code of [80_877_104, 80_877_103]) {
      const request = Buffer.alloc(8);
      request.writeUInt32BE(8, 0);
      request.writeUInt32BE(code, 4);
      socket.write(request);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toBe('N');
    }
    socket.write('GET / HTTP/1.1\r\n\r\n');
    const [refused] = (await once(socket, 'data')) as [Buffer];
    expect(refused.toString('latin1')).toContain('08P01');
    await once(socket, 'close');
  });

  it('refuses a call past any statement, and a text that is too long', async () => {
    const called = await raw();
    called.socket.write(message('F', '\0\0\0\0\0\0\0\0\0\0'));
    expect(await called.types('Z')).toBe('EZ');
    const long = await raw();
    const head = Buffer.alloc(5);
    head.write('Q');
    head.writeUInt32BE(50_000_000, 1);
    long.socket.write(head);
    expect(await long.types('E')).toBe('E');
    await once(long.socket, 'close');
  });

  it('cancels a running statement, and with a wrong key does nothing', async () => {
    const client = await open();
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    const cancel = async (key: number): Promise<void> => {
      const socket = connect(over.sql.port, '127.0.0.1');
      const request = Buffer.alloc(16);
      [16, 80_877_102, processID, key].forEach((word, index) => request.writeInt32BE(word, index * 4));
      socket.write(request);
      await once(socket.resume(), 'close');
    };
    const slow = client.query(`select pg_sleep(20), deal_id from deals`);
    const refused = expect(slow).rejects.toMatchObject({ code: '57014' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await cancel(secretKey ^ 1);
    expect(over.sql.sessions).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await cancel(secretKey);
    await refused;
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('holds back a long answer for a client that does not read, and loses none of it', async () => {
    const { socket, types } = await raw();
    socket.pause();
    const before = process.memoryUsage().rss;
    socket.write(message('Q', `select repeat('x', 1000) from generate_series(1, 200000)\0`));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
    socket.resume();
    expect((await types('Z')).replaceAll('D', '')).toBe('TCZ');
  });

  it('takes and gives texts in the client’s encoding', async () => {
    const { socket, types } = await raw();
    socket.write(message('Q', `set client_encoding = 'WIN1251'\0`));
    expect(await types('Z')).toBe('CSZ');
    const director = Buffer.from([0xc4, 0xe8, 0xf0, 0xe5, 0xea, 0xf2, 0xee, 0xf0]).toString('latin1');
    let answer = '';
    const keep = (chunk: Buffer): unknown => (answer += chunk.toString('latin1'));
    socket.on('data', keep);
    socket.write(message('Q', `select '${director}' as who, measure(deals_count) from deals\0`));
    await types('Z');
    socket.off('data', keep);
    expect(answer).toContain(director);
    expect(answer).toContain('SELECT 1');
  });
});
