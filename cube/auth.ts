import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';

import { VoronkaError } from '../pipelines/errors.ts';
import { claimsSchema, type Role, type SecurityContext } from './access.ts';

export { contextToGroups, type Role, type SecurityContext } from './access.ts';

/** Shorter secrets can be guessed offline from a single token (RFC 7518 §3.2: as long as the hash, 256 bits). */
const SHORTEST_SECRET = 32;

export class WeakSecretError extends VoronkaError {
  constructor(length: number) {
    super(
      `The API secret is ${length} characters long, at least ${SHORTEST_SECRET} are needed. ` +
        'Take a random one, for example from: openssl rand -hex 32',
      { code: 'CUBE_WEAK_SECRET', retry: 'never' },
    );
  }
}

export class TokenRefusedError extends VoronkaError {
  constructor(reason: string, cause?: unknown) {
    super(`Token refused: ${reason}`, { code: 'CUBE_TOKEN_REFUSED', retry: 'never', cause });
  }
}

export function assertStrongSecret(secret: string): void {
  if (secret.length < SHORTEST_SECRET) throw new WeakSecretError(secret.length);
}

/** As a text the library would first try it as a public key, which takes a millisecond each time. */
const keyOf = (secret: string): KeyObject => createSecretKey(secret, 'utf8');

export interface TokenRequest {
  readonly secret: string;
  readonly role: Role;
  /** Team ids or names; a head needs at least one. */
  readonly teams?: readonly string[];
  /** Manager ids, "account:id"; a manager needs at least one. */
  readonly managers?: readonly string[];
  /** Seconds, or a span as `12h`, `30d`. Default 30 days. */
  readonly ttl?: number | `${number}${'s' | 'm' | 'h' | 'd'}`;
}

/** A token for Cube's API, HS256. Throws {@link TokenRefusedError} when the server would not take it. */
export function issueToken({ secret, role, teams = [], managers = [], ttl = '30d' }: TokenRequest): string {
  assertStrongSecret(secret);
  const token = jwt.sign({ role, teams, managers }, keyOf(secret), { algorithm: 'HS256', expiresIn: ttl });
  verifyToken(token, secret);
  return token;
}

function describe(error: unknown): string {
  if (error instanceof jwt.TokenExpiredError)
    return `it expired at ${error.expiredAt.toISOString()}; ask for a new one`;
  if (error instanceof jwt.NotBeforeError) return `it is not valid before ${error.date.toISOString()}`;
  if (error instanceof jwt.JsonWebTokenError) return error.message;
  return 'it cannot be read';
}

/**
 * The security context a token stands for. Takes HS256 signatures alone (no `none`, no other family a public key could
 * be passed off with), and only tokens that expire and name a known role. Throws {@link TokenRefusedError}.
 */
export function verifyToken(token: string, secret: string): SecurityContext {
  let payload: unknown;
  try {
    payload = jwt.verify(token, keyOf(secret), { algorithms: ['HS256'] });
  } catch (error) {
    throw new TokenRefusedError(describe(error), error);
  }
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) {
    const problems = claims.error.issues.map(
      (issue) => `${issue.path.join('.') || 'claims'}: ${issue.message}`,
    );
    throw new TokenRefusedError(problems.join('; '));
  }
  const { role, teams, managers } = claims.data;
  return { role, teams, managers };
}
