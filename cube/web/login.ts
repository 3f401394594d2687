import type { IncomingMessage, ServerResponse } from 'node:http';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { TokenRefusedError, verifyToken } from '../auth.ts';
import { answerJson } from './answer.ts';
import type { LoginAttempts } from './login-limits.ts';
import { addressOf, COOKIE, cookieOf, isSecure, readJson } from './request.ts';
import type { NewSession, SessionStore } from './session-store.ts';
import type { WebUsers } from './web-users.ts';

const credentials = z.union([
  z.strictObject({ user: z.string().min(1).max(63), password: z.string().min(1).max(1000) }),
  z.strictObject({ token: z.string().min(1).max(8000) }),
]);
/** Tries with a token are counted under this name; users of the configuration cannot have an empty one. */
const BY_TOKEN = '';

export interface LoginParts {
  readonly users: WebUsers;
  readonly attempts: LoginAttempts;
  readonly sessions: SessionStore;
  readonly apiSecret: string;
}

/** `POST /web/login` with `{user, password}` or `{token}`: 204 and a cookie; 401, or 429 after too many failures, with a code to show. */
export async function logIn(
  request: IncomingMessage,
  response: ServerResponse,
  { users, attempts, sessions, apiSecret }: LoginParts,
): Promise<void> {
  const given = credentials.safeParse(await readJson(request)).data;
  if (given === undefined) return answerJson(response, 400, { error: 'LOGIN_MALFORMED' });
  const [name, address] = ['user' in given ? given.user : BY_TOKEN, addressOf(request)];
  const wait = await attempts.begin(name, address);
  if (wait > 0) {
    response.setHeader('retry-after', wait);
    return answerJson(response, 429, { error: 'LOGIN_TOO_MANY_ATTEMPTS', retryAfterSeconds: wait });
  }
  const session =
    'token' in given ? byToken(given.token, apiSecret) : await byPassword(given.user, given.password, users);
  if (session === undefined)
    return answerJson(response, 401, {
      error: name === BY_TOKEN ? 'LOGIN_TOKEN_REFUSED' : 'LOGIN_WRONG_PASSWORD',
    });
  await attempts.succeed(name, address);
  // A cookie from before the login is never taken over: whoever planted it would be logged in, too.
  const before = cookieOf(request);
  if (before !== undefined) await sessions.end(before);
  const { cookie, expiresAt } = await sessions.create(session);
  setCookie(request, response, cookie, `Expires=${expiresAt.toUTCString()}`);
  response.statusCode = 204;
  response.end();
}

export async function logOut(
  request: IncomingMessage,
  response: ServerResponse,
  sessions: SessionStore,
): Promise<void> {
  const cookie = cookieOf(request);
  if (cookie !== undefined) await sessions.end(cookie);
  setCookie(request, response, '', 'Max-Age=0');
  response.statusCode = 204;
  response.end();
}

async function byPassword(name: string, password: string, users: WebUsers): Promise<NewSession | undefined> {
  const user = await users.check(name, password);
  return user && { user: name, context: user.securityContext, credentialHash: user.credentialHash };
}

function byToken(token: string, secret: string): NewSession | undefined {
  try {
    const context = verifyToken(token, secret);
    const { exp } = jwt.decode(token) as { exp: number };
    return { user: undefined, context, credentialHash: undefined, notAfter: new Date(exp * 1000) };
  } catch (error) {
    if (error instanceof TokenRefusedError) return undefined;
    throw error;
  }
}

function setCookie(request: IncomingMessage, response: ServerResponse, value: string, end: string): void {
  const secure = isSecure(request) ? '; Secure' : '';
  response.setHeader('set-cookie', `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}; ${end}`);
}
