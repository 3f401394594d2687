import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { issueToken, verifyToken } from '../../cube/auth.ts';
import { openWeb, type Web } from '../../cube/web/index.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { scramVerifier } from '../../pipelines/warehouse/scram.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';

const SECRET = 'a secret of the tests of the log-in, long enough';
const user = (password: string) => ({
  name: 'anna',
  password: scramVerifier(password),
  role: 'head' as const,
  teams: ['North'],
  managers: [],
});

let database: TestDatabase;
let warehouse: Warehouse;
const running: { server: Server; web: Web }[] = [];

/** The web over a server that answers, in Cube's place, with the token it was given. */
async function open(users = [user('correct horse')]): Promise<string> {
  const web = openWeb({
    databaseUrl: database.url,
    users,
    apiSecret: SECRET,
    account: { name: 'Test', timeZone: 'Europe/Moscow', currency: 'RUB' },
    bundle: Promise.reject(new Error('not needed here')),
  });
  const server = createServer((request, response) =>
    web.handle(request, response, () => response.end(request.headers.authorization ?? '')),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push({ server, web });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  database = await createTestDatabase();
  warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
});

afterAll(async () => {
  for (const { server, web } of running) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await web.close();
  }
  await warehouse?.close();
  await database?.drop();
});

const logIn = (url: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/web/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const cookieOf = (response: Response): string => (response.headers.get('set-cookie') ?? '').split(';')[0]!;
const asSession = (url: string, cookie: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/cubejs-api/v1/meta`, { headers: { cookie, authorization: 'session', ...headers } });
const forgetAttempts = () => database.pool.query('truncate ops.web_login_attempts');

it('turns the session of a user into a token with the rights of the configuration, and of nobody else', async () => {
  await forgetAttempts();
  const url = await open();
  const answer = await logIn(url, { user: 'anna', password: 'correct horse' });
  expect(answer.status).toBe(204);
  expect(answer.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict; Expires=/);
  const passed = await asSession(url, cookieOf(answer));
  expect(verifyToken(await passed.text(), SECRET)).toEqual({ role: 'head', teams: ['North'], managers: [] });
  expect((await asSession(url, 'voronka_session=guessed')).status).toBe(403);
  expect((await asSession(url, '')).status).toBe(403);
  // The cookie is nowhere in the database.
  const { rows } = await database.pool.query<{ text: string }>(
    'select s::text as text from ops.web_sessions s',
  );
  expect(rows.some(({ text }) => text.includes(cookieOf(answer).split('=')[1]!))).toBe(false);
});

it('ends a session with its log-out, with its user, and with its password', async () => {
  await forgetAttempts();
  const url = await open();
  const [first, second] = [
    cookieOf(await logIn(url, { user: 'anna', password: 'correct horse' })),
    cookieOf(await logIn(url, { user: 'anna', password: 'correct horse' })),
  ];
  await fetch(`${url}/web/logout`, { method: 'POST', headers: { cookie: first } });
  expect((await asSession(url, first)).status).toBe(403);
  expect((await asSession(url, second)).status).toBe(200);
  expect((await asSession(await open([]), second)).status).toBe(403);
  expect((await asSession(await open([user('another horse')]), second)).status).toBe(403);
});

it('takes a token of a link for as long as the token is good, and no forged one', async () => {
  await forgetAttempts();
  const url = await open();
  const good = issueToken({ secret: SECRET, role: 'manager', managers: ['1:7'], ttl: '1h' });
  const cookie = cookieOf(await logIn(url, { token: good }));
  expect(verifyToken(await (await asSession(url, cookie)).text(), SECRET).managers).toEqual(['1:7']);
  const { rows } = await database.pool.query<{ minutes: number }>(
    `select extract(epoch from max(expires_at) filter (where user_name is null) - now())::float8 / 60 as minutes from ops.web_sessions`,
  );
  expect(rows[0]!.minutes).toBeLessThanOrEqual(60);
  const forged = issueToken({ secret: 'x'.repeat(40), role: 'executive' });
  expect((await logIn(url, { token: forged })).status).toBe(401);
});

it('looks at no password after five failures, whatever the process, and says the same of an unknown name', async () => {
  await forgetAttempts();
  const url = await open();
  const wrong = await logIn(url, { user: 'anna', password: 'wrong' });
  const unknown = await logIn(url, { user: 'boris', password: 'wrong' });
  expect([wrong.status, await wrong.text()]).toEqual([unknown.status, await unknown.text()]);
  // At once, as a guesser would.
  await Promise.all(Array.from({ length: 8 }, () => logIn(url, { user: 'anna', password: 'wrong' })));
  expect((await logIn(url, { user: 'anna', password: 'correct horse' })).status).toBe(429);
  expect((await logIn(await open(), { user: 'anna', password: 'correct horse' })).status).toBe(429);
  await database.pool.query(`update ops.web_login_attempts set attempted_at = now() - interval '16 minutes'`);
  expect((await logIn(url, { user: 'anna', password: 'correct horse' })).status).toBe(204);
});

it('does nothing for a page of another site', async () => {
  await forgetAttempts();
  const url = await open();
  const cookie = cookieOf(await logIn(url, { user: 'anna', password: 'correct horse' }));
  expect((await asSession(url, cookie, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await asSession(url, cookie, { 'sec-fetch-site': 'same-site' })).status).toBe(403);
  expect((await asSession(url, cookie, { origin: 'https://evil.example' })).status).toBe(403);
  const form = await fetch(`${url}/web/views`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'text/plain' },
    body: JSON.stringify({ title: 'x', address: '/' }),
  });
  expect(form.status).toBe(400);
  const away = await fetch(`${url}/web/views`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'x', address: '//evil.example' }),
  });
  expect(away.status).toBe(400);
  expect(
    (await logIn(url, { user: 'anna', password: 'correct horse' }, { origin: 'https://evil.example' }))
      .status,
  ).toBe(403);
  // Without the mark the cookie is no credential at all: the request passes on as it came.
  const bare = await fetch(`${url}/cubejs-api/v1/meta`, { headers: { cookie } });
  expect(await bare.text()).toBe('');
});

it('says in its headers that nothing foreign may run, frame or guess', async () => {
  const url = await open();
  const { headers } = await fetch(`${url}/`, { headers: { accept: 'text/html' } });
  expect(headers.get('content-security-policy')).toMatch(
    /default-src 'none'; script-src 'self'.*frame-ancestors 'none'/,
  );
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  const secure = await fetch(`${url}/`, { headers: { accept: 'text/html', 'x-forwarded-proto': 'https' } });
  expect(secure.headers.get('strict-transport-security')).toBeTruthy();
});
