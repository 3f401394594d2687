import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { consent, exchange, subdomain, type Integration } from '../auth/oauth.ts';
import type { Principal } from '../auth/principal.ts';
import type { TokenOffice } from '../auth/token-office.ts';
import type { StandInClock } from '../../stand-in/clock.ts';
import { route } from '../endpoints/router.ts';
import type { FaultBoard } from '../faults/fault-board.ts';
import type { Life } from '../life/life.ts';
import type { Crm } from '../state/crm.ts';
import type { HookBoard } from '../webhooks/hook-board.ts';
import { notFound, problem, unauthorized, type Answer } from './answer.ts';
import { agitate } from './agitation.ts';
import type { Call } from './call.ts';
import { control, type Controlled } from './control.ts';
import { deliver, pause } from './deliver.ts';
import { parseQuery } from './php-query.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { LoggedRequest } from '../../stand-in/request-log.ts';
import { blocked, tooMany, trouble } from './troubles.ts';

/** All that an answer may depend on. */
export interface World {
  readonly crm: Crm;
  readonly life: Life;
  readonly clock: StandInClock;
  readonly faults: FaultBoard;
  readonly hooks: HookBoard;
  readonly office: TokenOffice;
  readonly limiter: RateLimiter;
  readonly integration: Integration;
  readonly requests: LoggedRequest[];
  readonly unexpected: string[];
  readonly latency: () => number;
  readonly random: () => number;
  readonly controlled: Controlled;
}

const apiPrefix = '/api/v4/';

export function httpServer(world: World): Server {
  let serial = 0;
  const server = createServer((request, response) => {
    serial += 1;
    void answer(world, request, response, serial).catch((error: unknown) => {
      world.unexpected.push(
        `the stand-in failed on ${String(request.url)}: ${(error as Error).stack ?? String(error)}`,
      );
      if (!response.headersSent) response.writeHead(500).end();
      else response.destroy();
    });
  });
  server.keepAliveTimeout = 30_000;
  return server;
}

async function answer(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  serial: number,
): Promise<void> {
  const time = performance.timeOrigin + performance.now();
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const method = request.method ?? 'GET';
  const body = method === 'GET' ? '' : await bodyOf(request);
  if (path.startsWith('/_stand-in/')) {
    await control(world.controlled, method, path, query, body, response);
    return;
  }
  const logged: LoggedRequest = { time, method, path, query, status: 0, ms: -1 };
  world.requests.push(logged);
  const done = () => {
    logged.ms = performance.timeOrigin + performance.now() - time;
  };
  response.once('finish', done).once('close', () => {
    if (logged.ms < 0) done();
  });
  const { faults } = world;
  const parsed = parseQuery(query);
  const on = { path, page: typeof parsed['page'] === 'string' ? Number(parsed['page']) : 1 };
  if (!path.startsWith(apiPrefix)) {
    await outsideApi(world, request, response, { path, query, method, body, logged });
    return;
  }
  const principal = whoAsks(world, request);
  const asked = world.limiter.ask(principal?.integration ?? 'unknown', time);
  if (asked !== 'taken') {
    await deliver(response, asked === 'banned' ? blocked : tooMany(faults), on, faults, logged);
    return;
  }
  const slow = faults.strikes('slow-answer', on);
  const wait = world.latency() + (slow === undefined ? 0 : (slow.ms ?? 2000));
  if (wait > 0) await pause(wait);
  if (faults.strikes('dropped-connection', on)) {
    response.destroy();
    return;
  }
  const stuck = trouble(faults, on);
  if (stuck !== undefined || principal === undefined) {
    await deliver(response, stuck ?? unauthorized, on, faults, logged);
    return;
  }
  const call: Call = {
    method,
    path,
    segments: path.slice(apiPrefix.length).replace(/\/$/, '').split('/').map(decodeURIComponent),
    query: parsed,
    origin: `http://${request.headers.host ?? 'localhost'}`,
    principal,
    body,
    crm: world.crm,
    life: world.life,
    hooks: world.hooks,
    faults,
    serial,
    now: world.clock.now(),
    shown: [],
    unexpected: (reason) => world.unexpected.push(`${method} ${request.url ?? path}: ${reason}`),
  };
  const result = route(call);
  await deliver(response, result, on, faults, logged);
  if (result.status === 200 && method === 'GET') agitate(call, world.random);
}

interface Outside {
  readonly path: string;
  readonly query: string;
  readonly method: string;
  readonly body: string;
  readonly logged: LoggedRequest;
}

/** Authorization: the token endpoint, the consent page, the question where the account lives. */
async function outsideApi(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  outside: Outside,
): Promise<void> {
  const { path, query, method, body, logged } = outside;
  const { crm, faults, office, integration } = world;
  const wait = world.latency();
  if (wait > 0) await pause(wait);
  let result: Answer;
  if (path === '/oauth2/access_token') {
    if (method !== 'POST') result = problem(405, 'Method Not Allowed', 'Method not allowed');
    else {
      const stuck = isAimedAt(faults, path) ? trouble(faults, { path, page: 1 }) : undefined;
      const exchanged =
        stuck === undefined
          ? exchange(body, request.headers['content-type'], integration, office, faults)
          : { answer: stuck, isLost: false };
      if (exchanged.isLost) {
        response.destroy();
        return;
      }
      result = exchanged.answer;
    }
  } else if (path === '/oauth' && method === 'GET') {
    result = consent(new URLSearchParams(query), integration, office, crm, faults);
  } else if (path === '/oauth2/account/current/subdomain') {
    const refresh = request.headers['x-refresh-token'];
    result = subdomain(typeof refresh === 'string' && office.hasRefresh(refresh), crm);
  } else if (path === '/oauth2/account/subdomain') {
    result = subdomain(whoAsks(world, request) !== undefined, crm);
  } else {
    world.unexpected.push(`${method} ${request.url ?? path}: no such path`);
    result = notFound(method, path);
  }
  await deliver(response, result, { path, page: 1 }, faults, logged);
}

/** Token requests are spoiled only by faults that name their path: a 401 of the API must not break the refresh that cures it. */
function isAimedAt(faults: FaultBoard, path: string): boolean {
  return Object.values(faults.faults).some(
    (plan) => typeof plan === 'object' && plan.path !== undefined && path.includes(plan.path),
  );
}

function whoAsks(world: World, request: IncomingMessage): Principal | undefined {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined) return undefined;
  const principal = world.office.check(token);
  if (principal === undefined) return undefined;
  const { crm, faults } = world;
  const narrow = faults.state('own-leads-only');
  if (narrow !== undefined) {
    const userId =
      narrow.user ?? [...crm.users.keys()].find((id) => !world.office.isAdmin(id)) ?? principal.userId;
    return { ...principal, userId, isAdmin: false, isOwnOnly: true };
  }
  // Rights of another user: only for tokens an administrator granted (facts §1.4).
  const as = request.headers['x-context-user-id'];
  if (as === undefined) return principal;
  const user = crm.users.get(Number(as));
  const rights = user?.['rights'] as { is_free?: unknown } | undefined;
  if (!principal.isAdmin || user === undefined || rights?.is_free === true) return undefined;
  return { ...principal, userId: Number(as), isAdmin: world.office.isAdmin(Number(as)) };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
