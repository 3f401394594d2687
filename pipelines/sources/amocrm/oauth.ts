import type pg from 'pg';
import { NotAuthorizedError, SourceUnavailableError, TokenRejectedError } from './errors.ts';
import { describeFailure, type Http } from '../http/client.ts';
import { openSealed, seal, sealingKey } from './sealed.ts';
import { TokenVault, type TokenPair } from './token-vault.ts';
import type { TokenProvider } from './tokens.ts';

export interface OAuthOptions {
  readonly source: string;
  readonly baseUrl: URL;
  readonly http: Http;
  readonly pool: pg.Pool;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Must equal the registered one to the letter, in both grants. */
  readonly redirectUri: string;
  /** Holds VORONKA_SECRET_KEY. */
  readonly environment: NodeJS.ProcessEnv;
}

/** Renewed this long before it expires, so that no request meets an expired token. */
const AHEAD_MS = 5 * 60_000;

/**
 * Access tokens by OAuth. A refresh token dies the moment it is used, so only one process may use it: rotation happens under an advisory
 * lock, the new pair is committed before anybody sees it, and whoever waited for the lock takes the pair it finds.
 * (amocrm-api-php issues 123, 269, 315: concurrent refresh is the most reported way to lose an account.)
 */
export class OAuthTokens implements TokenProvider {
  readonly #options: OAuthOptions;
  readonly #vault: TokenVault;
  readonly #seen = new Set<string>();
  #pair: TokenPair | undefined;
  #rotating: Promise<TokenPair> | undefined;

  constructor(options: OAuthOptions) {
    const key = sealingKey(options.environment);
    this.#options = options;
    this.#vault = new TokenVault(options.pool, options.source, {
      seal: (text) => seal(text, key, options.source),
      open: (sealed) => openSealed(sealed, key, options.source),
    });
    this.#seen.add(options.clientSecret);
  }

  async current(signal?: AbortSignal): Promise<string> {
    this.#pair ??= await this.#vault.read();
    if (!this.#pair) throw new NotAuthorizedError(this.#options.source, 'nobody has granted access yet.');
    if (this.#pair.expiresAt - Date.now() < AHEAD_MS) return this.renew(this.#pair.accessToken, signal);
    return this.#remember(this.#pair).accessToken;
  }

  async renew(rejected: string, signal?: AbortSignal): Promise<string> {
    // Requests of one process that were refused together rotate once.
    if (this.#pair && this.#pair.accessToken !== rejected) return this.#pair.accessToken;
    this.#rotating ??= this.#rotate(rejected, signal).finally(() => (this.#rotating = undefined));
    return (await this.#rotating).accessToken;
  }

  secrets(): readonly string[] {
    return [...this.#seen];
  }

  /** Exchanges the code of the consent page (20 minutes, once) for the first pair and keeps it. */
  async exchangeCode(code: string, signal?: AbortSignal): Promise<void> {
    this.#pair = await this.#vault.rotate(() =>
      this.#ask({ grant_type: 'authorization_code', code }, signal),
    );
  }

  async #rotate(rejected: string, signal: AbortSignal | undefined): Promise<TokenPair> {
    const pair = await this.#vault.rotate(async (kept) => {
      if (!kept) throw new NotAuthorizedError(this.#options.source, 'nobody has granted access yet.');
      this.#remember(kept);
      if (kept.accessToken !== rejected) return kept;
      return this.#ask({ grant_type: 'refresh_token', refresh_token: kept.refreshToken }, signal);
    });
    this.#pair = pair;
    return this.#remember(pair);
  }

  async #ask(grant: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Promise<TokenPair> {
    const { baseUrl, http, clientId, clientSecret, redirectUri } = this.#options;
    const path = 'oauth2/access_token';
    const json = { client_id: clientId, client_secret: clientSecret, ...grant, redirect_uri: redirectUri };
    let answer;
    try {
      answer = await http.send(new URL(`/${path}`, baseUrl), { json, ...(signal && { signal }) });
    } catch (error) {
      // Whether the old token is dead now is not known; the next try tells.
      throw new SourceUnavailableError(baseUrl.host, path, 1, describeFailure(error, this.secrets()), error);
    }
    if (answer.status >= 500 || answer.status === 429) {
      throw new SourceUnavailableError(baseUrl.host, path, 1, String(answer.status));
    }
    const body = parse(answer.text);
    const { access_token: access, refresh_token: refresh, expires_in: seconds } = body;
    if (answer.status !== 200 || typeof access !== 'string' || typeof refresh !== 'string') {
      const hint = typeof body['hint'] === 'string' ? ` amoCRM says: ${body['hint']}.` : '';
      throw new TokenRejectedError(
        baseUrl.host,
        `The grant was refused (${answer.status}).${hint} Connect the account again: run "voronka auth amocrm".`,
      );
    }
    const lifetime = typeof seconds === 'number' ? seconds : 86_400;
    return { accessToken: access, refreshToken: refresh, expiresAt: Date.now() + lifetime * 1_000 };
  }

  #remember(pair: TokenPair): TokenPair {
    this.#seen.add(pair.accessToken).add(pair.refreshToken);
    return pair;
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const body = JSON.parse(text) as unknown;
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
