import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { issueToken, TokenRefusedError, verifyToken, WeakSecretError } from '../../cube/auth.ts';
import { cubeOverMarts, SECRET, type CubeOverMarts } from '../api/cube-harness.ts';
import { refusedTokens } from './refused-tokens.ts';

let api: CubeOverMarts;
beforeAll(async () => {
  api = await cubeOverMarts();
});
afterAll(() => api.close());

const QUERY = { measures: ['funnel.leads_new'] };
const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;
const claims = () => ({ role: 'executive', teams: [], managers: [], exp: inAnHour() });
const REFUSED = refusedTokens(SECRET);

describe('a token is refused with 403, no data and no data model', () => {
  it.each(REFUSED)('%s', async (_name, make) => {
    const bad = make();
    for (const answer of [await api.load(QUERY, bad), await api.get('/meta', bad)]) {
      expect(answer.status).toBe(403);
      expect(Object.keys(answer.body)).toEqual(['error']);
    }
  });

  it('for a measure of any view, whatever is wrong with it', async () => {
    const views = (await api.get('/meta')).body['cubes'] as { name: string; measures: { name: string }[] }[];
    expect(views.length).toBeGreaterThan(15);
    for (const { measures } of views) {
      for (const [wrong, make] of REFUSED) {
        const { status, body } = await api.load({ measures: [measures[0]?.name] }, make());
        expect([status, Object.keys(body)], `${measures[0]?.name}, ${wrong}`).toEqual([403, ['error']]);
      }
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
