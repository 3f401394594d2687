import { createHmac, randomUUID } from 'node:crypto';
import type { Crm } from '../state/crm.ts';
import type { StandInClock } from '../../stand-in/clock.ts';
import type { Principal } from './principal.ts';

interface Grant extends Principal {
  readonly expiresAt: number;
}

interface Code {
  readonly principal: Principal;
  readonly expiresAt: number;
  isUsed: boolean;
}

interface Refresh {
  readonly principal: Principal;
  readonly expiresAt: number;
  isUsed: boolean;
}

export interface TokenRequest {
  /** The user the token speaks for; the first administrator by default. */
  readonly userId?: number;
  readonly isExternal?: boolean;
  /** Requests with tokens of one integration share a rate limit. */
  readonly integration?: string;
  /** Seconds of life; a long-lived token by default, five years. */
  readonly expiresIn?: number;
}

export interface TokenPair {
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly server_time: number;
  readonly access_token: string;
  readonly refresh_token: string;
}

const day = 86_400;
export const accessTokenSeconds = day;
const refreshTokenSeconds = 90 * day;
const codeSeconds = 20 * 60;
const fiveYears = 5 * 365 * day;

/** Gives out and checks codes and tokens (facts §1.2–§1.3): codes once and for 20 minutes, a refresh token once. */
export class TokenOffice {
  readonly #crm: Crm;
  readonly #clock: StandInClock;
  readonly #access = new Map<string, Grant>();
  readonly #codes = new Map<string, Code>();
  readonly #refresh = new Map<string, Refresh>();

  constructor(crm: Crm, clock: StandInClock) {
    this.#crm = crm;
    this.#clock = clock;
  }

  principal(request: TokenRequest = {}): Principal {
    const userId = request.userId ?? this.#firstAdmin();
    return {
      userId,
      isAdmin: this.isAdmin(userId),
      isExternal: request.isExternal ?? false,
      integration: request.integration ?? 'voronka',
    };
  }

  /** A user the file does not know is the administrator of an account whose users are not listed. */
  isAdmin(userId: number): boolean {
    const rights = this.#crm.users.get(userId)?.['rights'] as { is_admin?: unknown } | undefined;
    return rights === undefined ? !this.#crm.users.has(userId) : rights.is_admin === true;
  }

  /** Makes a token valid; `token` fixes its text. */
  issue(request: TokenRequest = {}, token?: string): string {
    const principal = this.principal(request);
    const expiresAt = this.#clock.now() + (request.expiresIn ?? fiveYears);
    const text = token ?? this.#jwt(principal, expiresAt);
    this.#access.set(text, { ...principal, expiresAt });
    return text;
  }

  revoke(token: string): void {
    this.#access.delete(token);
    this.#refresh.delete(token);
  }

  /** Who a token speaks for; undefined when it is unknown, expired or revoked. */
  check(token: string): Principal | undefined {
    const grant = this.#access.get(token);
    return grant !== undefined && grant.expiresAt > this.#clock.now() ? grant : undefined;
  }

  issueCode(request: TokenRequest = {}): string {
    const code = `def502${randomUUID().replaceAll('-', '')}`;
    const expiresAt = this.#clock.now() + codeSeconds;
    this.#codes.set(code, { principal: this.principal(request), expiresAt, isUsed: false });
    return code;
  }

  /** A pair for a code, or the hint of the refusal. */
  exchangeCode(text: string): TokenPair | string {
    const code = this.#codes.get(text);
    if (code === undefined) return 'Cannot decrypt the authorization code';
    if (code.isUsed) return 'Authorization code has been revoked';
    if (code.expiresAt <= this.#clock.now()) return 'Authorization code has expired';
    code.isUsed = true;
    return this.#pair(code.principal);
  }

  /** A new pair for a refresh token, which is dead from this moment, or the hint of the refusal. */
  rotate(text: string): TokenPair | string {
    const refresh = this.#refresh.get(text);
    if (refresh === undefined) return 'Invalid refresh token';
    if (refresh.isUsed || refresh.expiresAt <= this.#clock.now()) return 'Token has been revoked';
    refresh.isUsed = true;
    return this.#pair(refresh.principal);
  }

  hasRefresh(text: string): boolean {
    return this.#refresh.get(text)?.isUsed === false;
  }

  #pair(principal: Principal): TokenPair {
    const expiresAt = this.#clock.now() + accessTokenSeconds;
    const accessToken = this.#jwt(principal, expiresAt);
    const refreshToken = `def502${randomUUID().replaceAll('-', '')}${randomUUID().replaceAll('-', '')}`;
    this.#access.set(accessToken, { ...principal, expiresAt });
    this.#refresh.set(refreshToken, {
      principal,
      expiresAt: this.#clock.now() + refreshTokenSeconds,
      isUsed: false,
    });
    return {
      token_type: 'Bearer',
      expires_in: accessTokenSeconds,
      server_time: this.#clock.now(),
      access_token: accessToken,
      refresh_token: refreshToken,
    };
  }

  /** A JWT with the claims of facts §1.1, signed with a key nobody needs. */
  #jwt(principal: Principal, expiresAt: number): string {
    const now = this.#clock.now();
    const subdomain = String(this.#crm.account['subdomain']);
    const claims = {
      aud: principal.integration,
      jti: randomUUID(),
      iat: now,
      nbf: now,
      exp: expiresAt,
      sub: String(principal.userId),
      grant_type: '',
      account_id: this.#crm.accountId,
      base_domain: 'amocrm.ru',
      api_domain: `${subdomain}.amocrm.ru`,
      version: 2,
      scopes: ['crm', 'notifications', 'files'],
    };
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ typ: 'JWT', alg: 'HS256' })}.${part(claims)}`;
    return `${signed}.${createHmac('sha256', 'stand-in').update(signed).digest('base64url')}`;
  }

  #firstAdmin(): number {
    for (const [id] of this.#crm.users) if (this.isAdmin(id)) return id;
    return this.#crm.account['current_user_id'] as number;
  }
}
