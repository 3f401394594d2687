import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { issueToken } from '../../cube/auth.ts';
import { scryptVerifier } from '../../cube/sql-api/auth/password.ts';
import { readStatements } from '../../cube/sql-api/log/read.ts';
import { readTlsContext } from '../../cube/sql-api/tls.ts';
import { scramVerifier } from '../../pipelines/warehouse/scram.ts';
import { SECRET } from './cube-harness.ts';
import { roleToken, sqlApiOverMarts, type SqlApiOverMarts } from './sql-api-harness.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'voronka-tls-'));
const files = { cert_file: path.join(folder, 'server.crt'), key_file: path.join(folder, 'server.key') };
let hasCertificate = true;
try {
  execFileSync(
    'openssl',
    `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout ${files.key_file} -out ${files.cert_file}`.split(
      ' ',
    ),
    { stdio: 'ignore' },
  );
} catch {
  hasCertificate = false;
}

let over: SqlApiOverMarts;
const clients: pg.Client[] = [];

beforeAll(async () => {
  const executive = { role: 'executive' as const, teams: [], managers: [] };
  over = await sqlApiOverMarts({
    users: [
      { ...executive, name: 'scram', password: scramVerifier('right password') },
      { ...executive, name: 'scrypt', password: await scryptVerifier('right password') },
      { ...executive, name: 'two', password: scramVerifier('right password'), max_sessions: 2 },
    ],
    ...(hasCertificate && { tls: readTlsContext(files) }),
    limits: {
      statementTimeoutMs: 500,
      idleTimeoutMs: 600_000,
      sessions: 60,
      sessionsPerUser: 50,
      // Fewer than there will be sessions: they must share.
      backends: 4,
    },
  });
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  rmSync(folder, { recursive: true });
  expect(over.serverErrors).toEqual([]);
  await over.close();
});

async function open(user: string, password: string, config: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: over.sql.port,
    user,
    password,
    database: 'voronka',
    ...config,
  });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}
const managers = async (client: pg.Client): Promise<string[]> =>
  (await client.query<{ manager: string }>('select distinct manager from deals order by 1')).rows.map(
    (row) => row.manager,
  );

describe('logging in', () => {
  it('lets in by SCRAM, by scrypt and by a token, as whom the token says', async () => {
    for (const user of ['scram', 'scrypt']) {
      expect(await managers(await open(user, 'right password'))).toEqual(['Anna', 'Boris', 'Clara']);
    }
    expect(await managers(await open('anybody', roleToken('head')))).toEqual(['Anna', 'Boris']);
    expect(await managers(await open('anybody', roleToken('manager')))).toEqual(['Anna']);
  });

  it('refuses a wrong password in the same words as an unknown name', async () => {
    for (const user of ['scram', 'scrypt', 'nobody']) {
      await expect(open(user, 'wrong password')).rejects.toMatchObject({
        code: '28P01',
        message: `password authentication failed for user "${user}"`,
      });
    }
  });

  it('refuses tokens that are forged, unsigned, expired, of no role, or of another’s claims', async () => {
    const claims = { role: 'executive', teams: [], managers: [] };
    const [head, , signature] = roleToken('manager').split('.');
    const forged = [
      jwt.sign(claims, 'a secret that somebody else has, long enough', { expiresIn: '1h' }),
      jwt.sign(claims, '', { algorithm: 'none', expiresIn: '1h' }),
      jwt.sign(claims, SECRET, { expiresIn: -10 }),
      jwt.sign(claims, SECRET),
      jwt.sign({ ...claims, role: 'owner' }, SECRET, { expiresIn: '1h' }),
      jwt.sign(claims, SECRET, { algorithm: 'HS512', expiresIn: '1h' }),
      `${head}.${Buffer.from(JSON.stringify({ ...claims, exp: 4e9 })).toString('base64url')}.${signature}`,
    ];
    for (const [index, token] of forged.entries()) {
      await expect(open(`forger ${index}`, token)).rejects.toMatchObject({ code: '28P01' });
    }
    // The name of a user of the configuration takes that user's password only.
    await expect(open('scram', issueToken({ secret: SECRET, role: 'executive' }))).rejects.toMatchObject({
      code: '28P01',
    });
  });

  it('does not start a session with settings a session may not have', async () => {
    const asked = [
      '-c role=postgres',
      '-c search_path=marts',
      '-c voronka.role=executive',
      '-c session_replication_role=replica',
    ];
    for (const options of asked) {
      await expect(open('scram', 'right password', { options })).rejects.toMatchObject({
        code: /42501|42704/,
      });
    }
  });

  it.skipIf(!hasCertificate)('speaks TLS where there is a certificate (openssl makes it)', async () => {
    const ca = readFileSync(files.cert_file, 'utf8');
    const client = await open('scrypt', 'right password', { ssl: { ca } });
    expect(await managers(client)).toHaveLength(3);
    const { stream } = (client as unknown as { connection: { stream: { getProtocol(): string } } })
      .connection;
    expect(stream.getProtocol()).toBe('TLSv1.3');
  });
});

describe('sessions', () => {
  it('has no more of a user’s than allowed', async () => {
    const two = await Promise.all([open('two', 'right password'), open('two', 'right password')]);
    await expect(open('two', 'right password')).rejects.toMatchObject({ code: '53300' });
    await two[0].end();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await managers(await open('two', 'right password'))).toHaveLength(3);
  });

  it('keeps settings, prepared statements and cursors of more sessions than there are connections', async () => {
    const many = await Promise.all(Array.from({ length: 9 }, () => open('scram', 'right password')));
    const text = `select current_setting('application_name') as name, measure(deals_count) as n from deals where manager = $1`;
    for (const [index, client] of many.entries()) {
      await client.query(`set application_name = 'tool ${index}'; prepare mine as select ${index} as mine`);
      await client.query({ name: 'by name', text, values: ['Anna'] });
    }
    // The third holds what cannot be made again, and keeps its connection.
    await many[2]!.query(
      `begin; declare c cursor with hold for select deal_id from deals order by 1; commit; fetch 1 from c`,
    );
    for (let round = 0; round < 2; round += 1) {
      for (const [index, client] of many.entries()) {
        const { rows } = await client.query({ name: 'by name', text, values: ['Boris'] });
        expect(rows).toEqual([{ name: `tool ${index}`, n: '3' }]);
        expect((await client.query('execute mine')).rows).toEqual([{ mine: index }]);
      }
    }
    expect((await many[2]!.query('fetch all from c')).rows).toHaveLength(6);
    await many[2]!.query('close c');
    const { rows } = await over.database.pool.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where usename = 'voronka_reader' and datname = current_database()`,
    );
    expect(rows[0]!.n).toBeLessThanOrEqual(4);
  });

  it('ends a statement that takes too long, whatever the session asks for', async () => {
    const client = await open('scram', 'right password');
    await client.query('set statement_timeout = 0');
    expect((await client.query('show statement_timeout')).rows[0].statement_timeout).toBe('500ms');
    await expect(client.query('select pg_sleep(5), deal_id from deals')).rejects.toMatchObject({
      code: '57014',
    });
  });

  it('logs who asked what, what Postgres was given, how long it took and how it ended', async () => {
    const client = await open('scram', 'right password', { application_name: 'a tool' });
    await client.query('select manager, measure(deals_count) from deals group by 1');
    await client.query('select * from marts.fct_deals').catch(() => undefined);
    await client.query('select 1/0 from deals').catch(() => undefined);
    await over.sql.flushLog();
    const log = await readStatements(over.database.pool, { limit: 3, user: 'scram' });
    expect(
      log.map(({ outcome, sqlState, rows, client: tool, role }) => ({ outcome, sqlState, rows, tool, role })),
    ).toEqual([
      { outcome: 'failed', sqlState: '22012', rows: 0, tool: 'a tool', role: 'executive' },
      { outcome: 'refused', sqlState: '42501', rows: 0, tool: 'a tool', role: 'executive' },
      { outcome: 'answered', sqlState: null, rows: 3, tool: 'a tool', role: 'executive' },
    ]);
    expect(log[2]!.views).toEqual(['deals']);
    expect(log[2]!.rewritten).toContain('marts.');
    expect(log[1]!.rewritten).toBeNull();
    const slow = await readStatements(over.database.pool, { limit: 5, slowerThanMs: 400 });
    expect(slow.map(({ outcome }) => outcome)).toContain('cancelled');
  });
});
