import type { IncomingMessage, ServerResponse } from 'node:http';
import { createPool } from '../../pipelines/warehouse/pool.ts';
import { issueToken } from '../auth.ts';
import type { Middleware } from '../cube-packages.ts';
import type { SqlUser } from '../sql-api/auth/users.ts';
import { answerJson, setSecurityHeaders } from './answer.ts';
import { LoginAttempts, type LoginLimits } from './login-limits.ts';
import { logIn, logOut } from './login.ts';
import { readProgress } from './progress.ts';
import { cookieOf, isOwnPage, pathOf, readJson } from './request.ts';
import { newSavedView, SavedViews } from './saved-views.ts';
import { SessionStore, type Session } from './session-store.ts';
import { StaticFiles } from './static-files.ts';
import { answerWaiting } from './waiting-page.ts';
import { WebUsers } from './web-users.ts';

export interface WebOptions {
  /** URL of the warehouse's owner: sessions and saved views are kept in its schema `ops`. */
  readonly databaseUrl: string;
  readonly users: readonly SqlUser[];
  readonly apiSecret: string;
  readonly account: WebAccount;
  /** Folder of the built dashboard; until it is there a page says so. */
  readonly bundle: Promise<string>;
  readonly loginLimits?: LoginLimits;
}

/** What every page needs to know of the account to show numbers and days as it counts them. */
export interface WebAccount {
  readonly name: string;
  readonly timeZone: string;
  readonly currency: string;
}

export interface Web {
  /** To be tried before Cube's routes: serves the dashboard, and turns a session into a token for Cube. */
  readonly handle: Middleware;
  /** Call it once no more requests come. */
  close(): Promise<void>;
}

/**
 * What the dashboard sends in place of a token. A page of another site cannot send it along with the cookie: the header needs a
 * preflight, which Cube answers for everybody, and browsers send no cookies to "everybody".
 */
const SESSION_MARK = 'session';
const PAGE = /^\/[a-z-]*$/;

/** The dashboard at `/`, its log-in and its saved views below `/web/`. What it shows it asks Cube, with the rights of the session. */
export function openWeb(options: WebOptions): Web {
  const { apiSecret, account } = options;
  // Apart from the pool that a sync or a build may hold.
  const pool = createPool(options.databaseUrl, 3);
  const users = new WebUsers(options.users);
  const sessions = new SessionStore(pool, users);
  const login = { users, sessions, apiSecret, attempts: new LoginAttempts(pool, options.loginLimits) };
  const views = new SavedViews(pool);
  let files: StaticFiles | undefined;
  let failure: string | undefined;
  options.bundle.then(
    (folder) => (files = new StaticFiles(folder)),
    (error: Error) => (failure = error.message),
  );

  const sessionOf = async (request: IncomingMessage): Promise<Session | undefined> => {
    const cookie = cookieOf(request);
    return cookie === undefined ? undefined : sessions.find(cookie);
  };

  /** Cube knows tokens only, and checks this one as any other. */
  const passToCube = async (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const session = isOwnPage(request) ? await sessionOf(request) : undefined;
    if (session === undefined) return answerJson(response, 403, { error: 'Not logged in' });
    response.setHeader('cache-control', 'no-store');
    request.headers.authorization = issueToken({ secret: apiSecret, ...session.context, ttl: '10m' });
    next();
  };

  const answerOwn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    setSecurityHeaders(request, response);
    const path = pathOf(request);
    const route = `${request.method} ${path}`;
    if (request.method !== 'GET' && !isOwnPage(request)) {
      return answerJson(response, 403, { error: 'OTHER_SITE' });
    }
    if (route === 'POST /web/login') return logIn(request, response, login);
    if (route === 'POST /web/logout') return logOut(request, response, sessions);
    const session = await sessionOf(request);
    // Not 401: "nobody" is an answer, and browsers log a 401 as an error of the page.
    if (route === 'GET /web/session')
      return answerJson(response, 200, session ? { ...describe(session), account } : { role: null });
    if (session === undefined) return answerJson(response, 401, { error: 'NOT_LOGGED_IN' });
    if (route === 'GET /web/progress') return answerJson(response, 200, await readProgress(pool));
    if (route === 'GET /web/views') return answerJson(response, 200, await views.list(session));
    if (route === 'POST /web/views') {
      const view = newSavedView.safeParse(await readJson(request)).data;
      if (view === undefined) return answerJson(response, 400, { error: 'VIEW_MALFORMED' });
      if (!(await views.save(session, view))) return answerJson(response, 409, { error: 'VIEWS_TOO_MANY' });
      return answerJson(response, 200, await views.list(session));
    }
    if (request.method === 'DELETE' && path.startsWith('/web/views/')) {
      await views.remove(session, path.slice('/web/views/'.length));
      return answerJson(response, 200, await views.list(session));
    }
    answerJson(response, 404, { error: 'NOT_FOUND' });
  };

  const answerPage = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const path = pathOf(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const isPage = PAGE.test(path) && /text\/html/.test(request.headers.accept ?? '');
    if (!isPage && !path.startsWith('/assets/') && !/^\/[a-z-]+\.(?:svg|webmanifest)$/.test(path))
      return next();
    setSecurityHeaders(request, response);
    if (files === undefined) return isPage ? answerWaiting(response, failure) : next();
    if (!files.serve(request, response, isPage ? '/index.html' : path)) next();
  };

  return {
    handle(request, response, next) {
      const path = pathOf(request);
      const failed = (): void =>
        response.headersSent ? void response.destroy() : answerJson(response, 503, { error: 'UNAVAILABLE' });
      if (path.startsWith('/cubejs-api/') && request.headers.authorization === SESSION_MARK) {
        passToCube(request, response, next).catch(failed);
      } else if (path.startsWith('/web/')) {
        answerOwn(request, response).catch(failed);
      } else {
        answerPage(request, response, next);
      }
    },
    close: () => pool.end(),
  };
}

const describe = ({ user, context }: Session): object => ({ user: user ?? null, ...context });
