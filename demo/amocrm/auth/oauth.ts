import type { FaultBoard } from '../faults/fault-board.ts';
import { halValue, problem, unauthorized, type Answer } from '../http/answer.ts';
import { isObject, type Json } from '../../stand-in/json.ts';
import type { Crm } from '../state/crm.ts';
import { wireOf } from '../wire-text.ts';
import type { TokenOffice } from './token-office.ts';

/** The integration as it is registered in the account's settings. */
export interface Integration {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

export const demoIntegration: Integration = {
  clientId: '00000000-0000-4000-8000-000000000001',
  clientSecret: 'stand-in-secret',
  redirectUri: 'http://localhost:8787/callback',
};

/** The undocumented body that refused token requests have on real accounts (issues 123, 269, 315). */
function refused(status: number, hint: string): Answer {
  const body: Json = {
    hint,
    title: 'Некорректный запрос',
    type: 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson',
    status,
    detail: 'В запросе отсутствует ряд параметров или параметры невалидны',
  };
  return { status, contentType: 'application/problem+json', body: wireOf(body) };
}

/** What the caller of the token endpoint gets; `lost` when the answer must never arrive. */
export interface TokenAnswer {
  readonly answer: Answer;
  readonly isLost: boolean;
}

/** `POST /oauth2/access_token` (facts §1.2): JSON only, `redirect_uri` checked in both grants. */
export function exchange(
  body: string,
  contentType: string | undefined,
  integration: Integration,
  office: TokenOffice,
  faults: FaultBoard,
): TokenAnswer {
  const given = (answer: Answer) => ({ answer, isLost: false });
  if (contentType === undefined || !contentType.includes('json')) return given(unauthorized);
  const request = parsed(body);
  if (request === undefined) return given(refused(400, 'Check the request body'));
  for (const name of ['client_id', 'client_secret', 'grant_type', 'redirect_uri']) {
    if (typeof request[name] !== 'string') return given(refused(400, `Check the \`${name}\` parameter`));
  }
  if (request['client_id'] !== integration.clientId)
    return given(refused(401, 'Client authentication failed'));
  if (request['client_secret'] !== integration.clientSecret)
    return given(refused(401, 'Client authentication failed'));
  if (request['redirect_uri'] !== integration.redirectUri)
    return given(refused(400, 'Check the `redirect_uri` parameter'));
  const pair =
    request['grant_type'] === 'authorization_code'
      ? office.exchangeCode(String(request['code']))
      : request['grant_type'] === 'refresh_token'
        ? office.rotate(String(request['refresh_token']))
        : 'The authorization grant type is not supported by the authorization server';
  if (typeof pair === 'string') return given(refused(pair === 'Token has been revoked' ? 401 : 400, pair));
  const answer = { ...halValue(pair), contentType: 'application/json' };
  return {
    answer,
    isLost: faults.strikes('token-answer-lost', { path: '/oauth2/access_token', page: 1 }) !== undefined,
  };
}

function parsed(body: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The consent page: the administrator agrees at once and is sent back with a code (facts §1.1). */
export function consent(
  query: URLSearchParams,
  integration: Integration,
  office: TokenOffice,
  crm: Crm,
  faults: FaultBoard,
): Answer {
  if (query.get('client_id') !== integration.clientId)
    return problem(400, 'Bad Request', 'Unknown client_id');
  const back = new URL(integration.redirectUri);
  const state = query.get('state');
  if (faults.strikes('consent-refused', { path: '/oauth', page: 1 }))
    back.searchParams.set('error', 'access_denied');
  else {
    back.searchParams.set('code', office.issueCode({ integration: integration.clientId }));
    back.searchParams.set('referer', `${String(crm.account['subdomain'])}.amocrm.ru`);
    back.searchParams.set('platform', '1');
  }
  if (state !== null) back.searchParams.set('state', state);
  return { status: 302, contentType: 'text/html', body: '', headers: { location: back.href } };
}

/** Where the account lives now, asked with a refresh token or (the old way) an access token (facts §1.5). */
export function subdomain(isKnown: boolean, crm: Crm): Answer {
  if (!isKnown) return unauthorized;
  const name = String(crm.account['subdomain']);
  return halValue({
    id: crm.accountId,
    subdomain: name,
    domain: `${name}.amocrm.ru`,
    top_level_domain: 'ru',
  });
}
