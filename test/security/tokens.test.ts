import { createHmac, generateKeyPairSync } from 'node:crypto';

import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { issueToken, TokenRefusedError, verifyToken, WeakSecretError } from '../../cube/auth.ts';
import { cubeOverMarts, SECRET, type CubeOverMarts } from '../api/cube-harness.ts';

let api: CubeOverMarts;
beforeAll(async () => {
  api = await cubeOverMarts();
});
afterAll(() => api.close());

const QUERY = { measures: ['funnel.leads_new'] };
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;
const claims = () => ({ role: 'executive', teams: [], managers: [], exp: inAnHour() });
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** A token with any header, signed by HMAC-SHA256 with any key. */
const handmade = (header: object, payload: object, key: string): string => {
  const body = `${base64(header)}.${base64(payload)}`;
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
};

const REFUSED: [string, () => string][] = [
  ['none at all', () => ''],
  ['nonsense', () => 'nonsense'],
  ['a forged signature', () => jwt.sign(claims(), 'another secret of forty characters or more')],
  ['claims changed after signing', () => {
    const [header, , signature] = issueToken({ secret: SECRET, role: 'manager', managers: ['1:101'] }).split('.');
    return `${header}.${base64(claims())}.${signature}`;
  }],
  ['no signature', () => `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64(claims())}.`],
  ['algorithm none', () => jwt.sign(claims(), '', { algorithm: 'none' })],
  ['algorithm None with a signature', () => handmade({ alg: 'None', typ: 'JWT' }, claims(), SECRET)],
  ['HS384 with the right secret', () => jwt.sign(claims(), SECRET, { algorithm: 'HS384' })],
  ['HS512 with the right secret', () => jwt.sign(claims(), SECRET, { algorithm: 'HS512' })],
  ['RS256', () => jwt.sign(claims(), privateKey, { algorithm: 'RS256' })],
  ['HS256 signed with a public key', () => handmade({ alg: 'HS256', typ: 'JWT' }, claims(), publicPem)],
  ['an expired one', () => jwt.sign({ ...claims(), exp: Math.floor(Date.now() / 1000) - 1 }, SECRET)],
  ['one not valid yet', () => jwt.sign({ ...claims(), nbf: inAnHour() }, SECRET)],
  ['one that never expires', () => jwt.sign({ role: 'executive' }, SECRET)],
  ['no claims', () => jwt.sign({ exp: inAnHour() }, SECRET)],
  ['no role', () => jwt.sign({ teams: ['North'], managers: ['1:101'], exp: inAnHour() }, SECRET)],
  ['an unknown role', () => jwt.sign({ ...claims(), role: 'admin' }, SECRET)],
  ['a list of roles', () => jwt.sign({ ...claims(), role: ['executive'] }, SECRET)],
  ['a role inside the old "u" claim', () => jwt.sign({ u: claims(), exp: inAnHour() }, SECRET)],
  ['a head without teams', () => jwt.sign({ role: 'head', teams: [], exp: inAnHour() }, SECRET)],
  ['a manager without ids', () => jwt.sign({ role: 'manager', exp: inAnHour() }, SECRET)],
  ['a manager whose id is empty', () => jwt.sign({ role: 'manager', managers: [''], exp: inAnHour() }, SECRET)],
  ['a manager whose ids are no list', () => jwt.sign({ role: 'manager', managers: '1:101', exp: inAnHour() }, SECRET)],
  ['a manager whose ids are objects', () => jwt.sign({ role: 'manager', managers: [{ $ne: 1 }], exp: inAnHour() }, SECRET)],
]; // prettier-ignore

describe('a token is refused with 403, no data and no data model', () => {
  it.each(REFUSED)('%s', async (_name, make) => {
    const bad = make();
    for (const answer of [await api.load(QUERY, bad), await api.get('/meta', bad)]) {
      expect(answer.status).toBe(403);
      expect(Object.keys(answer.body)).toEqual(['error']);
    }
  });

  it('on every address of the API, whatever the method', async () => {
    const addresses = [
      'load',
      'sql',
      'meta',
      'meta?extended',
      'dry-run',
      'subscribe',
      'cubesql',
      'convert-query',
    ].concat(['pre-aggregations/jobs', 'pre-aggregations/can-use', 'running-query/1', 'graphql-to-json']);
    for (const address of [...addresses.map((name) => `v1/${name}`), 'graphql']) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const response = await fetch(`${api.cube.url}/cubejs-api/${address}`, {
          method,
          headers: { 'content-type': 'application/json' },
          ...(method === 'POST' ? { body: JSON.stringify({ query: QUERY }) } : {}),
        });
        expect([403, 404], `${method} ${address}`).toContain(response.status);
        expect(await response.text()).not.toMatch(/leads_new/);
      }
    }
  });

  it('the token does not reach the log', async () => {
    const bad = jwt.sign(claims(), 'another secret of forty characters or more');
    await api.load(QUERY, bad);
    expect(api.errors).toEqual([]);
  });
});

describe('a good token', () => {
  it.each([
    ['as it is', ''],
    ['after Bearer', 'Bearer '],
  ])('is taken %s', async (_name, prefix) => {
    expect((await api.load(QUERY, prefix + api.executive)).status).toBe(200);
  });

  it('carries nothing but role, teams and managers into the security context', () => {
    const signed = jwt.sign(
      { ...claims(), role: 'head', teams: ['North'], groups: ['executive'], sub: 'x' },
      SECRET,
    );
    expect(verifyToken(signed, SECRET)).toEqual({ role: 'head', teams: ['North'], managers: [] });
  });

  it('expires when it says', async () => {
    const short = issueToken({ secret: SECRET, role: 'executive', ttl: 1 });
    expect((await api.load(QUERY, short)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const { status, body } = await api.load(QUERY, short);
    expect(status).toBe(403);
    expect(body.error).toMatch(/it expired at/);
  });
});

describe('issuing', () => {
  it('refuses claims the server would refuse', () => {
    expect(() => issueToken({ secret: SECRET, role: 'head' })).toThrow(TokenRefusedError);
    expect(() => issueToken({ secret: SECRET, role: 'manager', managers: [] })).toThrow(
      /at least one manager id/,
    );
  });

  it('refuses a secret short enough to guess', () => {
    expect(() => issueToken({ secret: 'secret', role: 'executive' })).toThrow(WeakSecretError);
  });
});
