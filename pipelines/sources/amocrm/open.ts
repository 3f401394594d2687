import type pg from 'pg';
import { readSecret } from '../../config/index.ts';
import type { Warehouse } from '../../warehouse/index.ts';
import type { SourceAccount } from '../engine/connection.ts';
import { RateLimiter } from '../engine/rate-limiter.ts';
import { blockedSince, mayAskAgain, unblockAccount } from './account-blocks.ts';
import { AmocrmClient } from './client.ts';
import { AmocrmConnection } from './connection.ts';
import { AccountBlockedError, NoRightsError, NotAuthorizedError, SourceUnavailableError } from './errors.ts';
import { Http, HTTP_DEFAULTS, type HttpSettings } from '../http/client.ts';
import { OAuthTokens } from './oauth.ts';
import { listOf, questionFor } from './questions.ts';
import type { AmocrmSettings } from './settings.ts';
import { longLivedToken, type TokenProvider } from './tokens.ts';

export interface OpenAmocrmOptions {
  readonly warehouse: Warehouse;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly http?: Partial<HttpSettings>;
  readonly maxTries?: number;
  readonly concurrency?: number;
}

/** Finds the account behind the address and the token. Throws what the client throws. */
export async function openAmocrm(
  config: AmocrmSettings,
  options: OpenAmocrmOptions,
): Promise<AmocrmConnection> {
  const { warehouse, environment, signal } = options;
  const { pool } = warehouse;
  const baseUrl = new URL(config.base_url);
  // The host stands for the account: its numeric id is not known before the first question.
  const bucket = `amocrm ${baseUrl.host}`;
  // A second's requests may all be under way at once, after a pause; one more waits for its turn.
  const concurrency =
    options.concurrency ?? Math.min(16, Math.max(2, Math.ceil(config.requests_per_second) + 1));
  const http = new Http({ ...HTTP_DEFAULTS, ...options.http });
  try {
    const limiter = new RateLimiter({ pool, bucket, perSecond: config.requests_per_second });
    const tokens = tokensOf(config, http, pool, environment);
    const client = new AmocrmClient({
      baseUrl,
      http,
      tokens,
      limiter,
      bucket,
      pool,
      ...(options.maxTries !== undefined && { maxTries: options.maxTries }),
    });
    const since = await blockedSince(pool, bucket);
    if (since) {
      if (!(await mayAskAgain(pool, bucket))) throw new AccountBlockedError(baseUrl.host, since);
      await limiter.resume();
    }
    const account = discover(client, baseUrl, signal);
    // Side by side, so that opening costs one answer's time; after a block a single question is asked first.
    const rights = since ? account.then(() => outOfReach(client, signal)) : outOfReach(client, signal);
    const [found, missing] = await Promise.all([account, rights]);
    if (since) await unblockAccount(pool, bucket);
    return new AmocrmConnection(client, found, { missing, concurrency, close: () => http.close() });
  } catch (error) {
    await http.close();
    throw error;
  }
}

/** Throws SecretMissingError and SecretKeyError. */
export function tokensOf(
  config: AmocrmSettings,
  http: Http,
  pool: pg.Pool,
  environment: NodeJS.ProcessEnv,
): TokenProvider {
  if (config.oauth) return oauthTokens(config, http, pool, environment);
  const variable = config.token_env ?? '';
  const token = readSecret(variable, 'the long-lived token of amoCRM', environment);
  return longLivedToken(token, new URL(config.base_url).host, variable);
}

/** Throws SecretMissingError, SecretKeyError, and NotAuthorizedError for a source that is not configured for OAuth. */
export function oauthTokens(
  config: AmocrmSettings,
  http: Http,
  pool: pg.Pool,
  environment: NodeJS.ProcessEnv,
): OAuthTokens {
  const { oauth } = config;
  if (!oauth) throw new NotAuthorizedError(config.name, 'its configuration has token_env, not oauth.');
  return new OAuthTokens({
    source: config.name,
    baseUrl: new URL(config.base_url),
    http,
    pool,
    clientId: readSecret(oauth.client_id_env, 'the integration id of the amoCRM integration', environment),
    clientSecret: readSecret(
      oauth.client_secret_env,
      'the secret key of the amoCRM integration',
      environment,
    ),
    redirectUri: oauth.redirect_uri,
    environment,
  });
}

/** Rights differ from stream to stream only where a stream needs an administrator's; what an account lacks shows when it is read. */
async function outOfReach(client: AmocrmClient, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const request = { stream: 'users', part: 'all', order: 'by-id', page: 1, limit: 1 } as const;
  try {
    await client.get(questionFor(request), signal);
    return new Map();
  } catch (error) {
    if (error instanceof NoRightsError) return new Map([[request.stream, error.message]]);
    throw error;
  }
}

async function discover(client: AmocrmClient, baseUrl: URL, signal: AbortSignal): Promise<SourceAccount> {
  const list = listOf('account', 'all');
  const answer = await client.get({ path: list.path, query: [['with', list.with ?? '']] }, signal);
  const body = (answer?.body ?? {}) as Record<string, unknown>;
  if (typeof body['id'] !== 'number') {
    throw new SourceUnavailableError(baseUrl.host, 'account', 1, 'an answer without an account id');
  }
  const embedded = (body['_embedded'] ?? {}) as Record<string, unknown>;
  const times = (embedded['datetime_settings'] ?? {}) as Record<string, unknown>;
  return {
    id: String(body['id']),
    name: text(body['name']) ?? text(body['subdomain']) ?? baseUrl.host,
    place: baseUrl.origin,
    timeZone: text(times['timezone']),
    currency: text(body['currency']),
    windowsHonoured:
      typeof body['is_api_filter_enabled'] === 'boolean' ? body['is_api_filter_enabled'] : null,
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
