import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StandIn } from '../../demo/amocrm/index.ts';
import { get, started, t0 } from './stand-in-company.ts';

let standIn: StandIn;
beforeEach(async () => {
  standIn = await started({ now: t0 });
});
afterEach(() => standIn.stop());

async function exchange(fields: Record<string, string>, type = 'application/json') {
  const { clientId, clientSecret, redirectUri } = standIn.integration;
  const body = { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri, ...fields };
  const answer = await fetch(`${standIn.url}/oauth2/access_token`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: type.includes('json') ? JSON.stringify(body) : new URLSearchParams(body).toString(),
  });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),

    json: await answer.json(),
  };
}

const byCode = (code: string, more = {}) => exchange({ grant_type: 'authorization_code', code, ...more });
const byRefresh = (token: string, more = {}) =>
  exchange({ grant_type: 'refresh_token', refresh_token: token, ...more });

describe('the code', () => {
  it('is exchanged for a pair that lives a day, and the token works', async () => {
    const { status, type, json } = await byCode(standIn.issueCode());
    expect(status).toBe(200);
    expect(type).toBe('application/json');
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 86400, server_time: t0 });
    expect((await get(standIn, '/account', json.access_token)).status).toBe(200);
    const claims = JSON.parse(Buffer.from(json.access_token.split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({ account_id: 28805383, api_domain: 'roga.amocrm.ru' });
  });

  it('works once, and for 20 minutes', async () => {
    const code = standIn.issueCode();
    await byCode(code);
    const again = await byCode(code);
    expect(again.status).toBe(400);
    expect(again.json.hint).toBe('Authorization code has been revoked');
    const late = standIn.issueCode();
    await standIn.clock.advance(20 * 60);
    expect((await byCode(late)).json.hint).toBe('Authorization code has expired');
    expect((await byCode('nonsense')).json.hint).toBe('Cannot decrypt the authorization code');
  });

  it('comes back from the consent page with state, referer and platform', async () => {
    const page = `${standIn.url}/oauth?client_id=${standIn.integration.clientId}&state=xyz&mode=popup`;
    const answer = await fetch(page, { redirect: 'manual' });
    const back = new URL(answer.headers.get('location') ?? '');
    expect(`${back.origin}${back.pathname}`).toBe(standIn.integration.redirectUri);
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      state: 'xyz',
      referer: 'roga.amocrm.ru',
      platform: '1',
    });
    expect((await byCode(back.searchParams.get('code') ?? '')).status).toBe(200);
    standIn.faults['consent-refused'] = true;
    const refused = new URL((await fetch(page, { redirect: 'manual' })).headers.get('location') ?? '');
    expect(Object.fromEntries(refused.searchParams)).toEqual({ error: 'access_denied', state: 'xyz' });
  });
});

describe('the refresh token', () => {
  it('rotates: the old one is dead at once, and says so as real accounts do', async () => {
    const first = (await byCode(standIn.issueCode())).json;
    const second = await byRefresh(first.refresh_token);
    expect(second.status).toBe(200);
    expect(second.json.refresh_token).not.toBe(first.refresh_token);
    const again = await byRefresh(first.refresh_token);
    expect(again.status).toBe(401);
    expect(again.type).toBe('application/problem+json');
    expect(again.json).toEqual({
      hint: 'Token has been revoked',
      title: 'Некорректный запрос',
      type: 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson',
      status: 401,
      detail: 'В запросе отсутствует ряд параметров или параметры невалидны',
    });
    expect((await byRefresh('made up')).json).toMatchObject({ status: 400, hint: 'Invalid refresh token' });
  });

  it('lives three months', async () => {
    const { refresh_token: token } = (await byCode(standIn.issueCode())).json;
    await standIn.clock.advance(91 * 86400);
    expect((await byRefresh(token)).status).toBe(401);
  });

  it('of two at once, only one wins', async () => {
    const { refresh_token: token } = (await byCode(standIn.issueCode())).json;
    const both = await Promise.all([byRefresh(token), byRefresh(token)]);
    expect(both.map((one) => one.status).sort()).toEqual([200, 401]);
  });

  it('is lost for good when the answer is lost on the way', async () => {
    const { refresh_token: token } = (await byCode(standIn.issueCode())).json;
    standIn.faults['token-answer-lost'] = { times: 1 };
    await expect(byRefresh(token)).rejects.toThrow();
    expect((await byRefresh(token)).status).toBe(401);
  });
});

describe('both grants', () => {
  it('need the registered redirect_uri, client and secret', async () => {
    const { refresh_token: token } = (await byCode(standIn.issueCode())).json;
    for (const wrong of [
      { redirect_uri: 'https://elsewhere.example' },
      { client_id: 'x' },
      { client_secret: 'x' },
    ]) {
      expect((await byCode(standIn.issueCode(), wrong)).status).toBeGreaterThanOrEqual(400);
      expect((await byRefresh(token, wrong)).status).toBeGreaterThanOrEqual(400);
    }
    expect((await byRefresh(token)).status).toBe(200);
  });

  it('take JSON only: a form gets 401', async () => {
    const form = await exchange(
      { grant_type: 'refresh_token', refresh_token: 'x' },
      'application/x-www-form-urlencoded',
    );
    expect(form.status).toBe(401);
  });
});

describe('the access token', () => {
  it('answers 401 when missing, unknown, expired or revoked', async () => {
    const unauthorized = {
      title: 'Unauthorized',
      type: 'https://httpstatus.es/401',
      status: 401,
      detail: 'Invalid user name or password',
    };
    const nobody = await fetch(`${standIn.url}/api/v4/leads`);
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get('content-type')).toBe('application/problem+json');
    expect(await nobody.json()).toEqual(unauthorized);
    expect((await get(standIn, '/leads', 'made up')).json).toEqual(unauthorized);
    const { access_token: token } = (await byCode(standIn.issueCode())).json;
    await standIn.clock.advance(86_399);
    expect((await get(standIn, '/leads', token)).status).toBe(200);
    await standIn.clock.advance(1);
    expect((await get(standIn, '/leads', token)).status).toBe(401);
    const longLived = standIn.issueToken({ expiresIn: 5 * 365 * 86400 });
    await standIn.clock.advance(4 * 365 * 86400);
    expect((await get(standIn, '/leads', longLived)).status).toBe(200);
    standIn.revokeToken(longLived);
    expect((await get(standIn, '/leads', longLived)).status).toBe(401);
  });

  it('or the refresh token tells where the account lives', async () => {
    const { refresh_token: token } = (await byCode(standIn.issueCode())).json;
    const answer = await fetch(`${standIn.url}/oauth2/account/current/subdomain`, {
      headers: { 'x-refresh-token': token },
    });
    expect(await answer.json()).toEqual({
      id: 28805383,
      subdomain: 'roga',
      domain: 'roga.amocrm.ru',
      top_level_domain: 'ru',
    });
    expect((await fetch(`${standIn.url}/oauth2/account/current/subdomain`)).status).toBe(401);
  });
});
