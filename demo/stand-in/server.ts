import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StandInPortError } from './errors.ts';
import type { FaultBoard, FaultPlan } from './fault-board.ts';
import type { LoggedRequest } from './request-log.ts';

/** Troubles on the way that any HTTP service may make. */
export const wayFaults = {
  'server-error': 'answers 500',
  'bad-gateway': 'answers 502 with an HTML page',
  'gateway-timeout': 'answers 504 with an HTML page',
  'html-instead-of-data': 'answers 200 with an HTML page',
  'slow-answer': 'the answer starts late (ms, default 2000)',
  'cut-body': 'the body ends in the middle, with a right Content-Length',
  'cut-connection': 'the connection breaks in the middle of the body',
  'dropped-connection': 'the connection breaks before anything is answered',
} as const;

export type WayFault = keyof typeof wayFaults;

export interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly ip: string;
}

export interface Outgoing {
  readonly status: number;
  /** Empty with 204. */
  readonly body: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as it was logged, with its body: what was asked stands there, not in the path. */
export interface LoggedPost extends LoggedRequest {
  readonly body: string;
}

export interface ServedOptions {
  readonly host: string;
  readonly port: number;
  readonly answer: (incoming: Incoming) => Outgoing | Promise<Outgoing>;
  readonly faults: Pick<FaultBoard<WayFault>, 'strikes'>;
  /** Its methods may be called from another process, at `POST /_stand-in/call {"method", "args"}`. */
  readonly controlled: Readonly<Record<string, (...args: never[]) => unknown>>;
}

export interface Served {
  readonly url: string;
  readonly port: number;
  /** Every request since the start, the stand-in's own door excepted. */
  readonly requests: LoggedPost[];
  /** What clients asked for that the documentation does not know; a test can demand that it is empty. */
  readonly unexpected: string[];
  stop(): Promise<void>;
}

/** Listens, logs, and spoils answers on the way by whatever faults strike. Throws StandInPortError. */
export async function serve(options: ServedOptions): Promise<Served> {
  const { host, port: wanted } = options;
  const requests: LoggedPost[] = [];
  const unexpected: string[] = [];
  const server = createServer((request, response) => {
    void exchange(options, request, response, requests, unexpected).catch((error: unknown) => {
      unexpected.push(
        `the stand-in failed on ${request.url ?? ''}: ${(error as Error).stack ?? String(error)}`,
      );
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new StandInPortError(wanted, host, error)));
    server.listen(wanted, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    port,
    requests,
    unexpected,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function exchange(
  { answer, faults, controlled }: ServedOptions,
  request: IncomingMessage,
  response: ServerResponse,
  requests: LoggedPost[],
  unexpected: string[],
): Promise<void> {
  const time = performance.timeOrigin + performance.now();
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const method = request.method ?? 'GET';
  const body = await bodyOf(request);
  if (path.startsWith('/_stand-in/')) {
    const told = { requests, unexpected };
    send(response, await control(controlled, told, method, path.slice('/_stand-in/'.length), body));
    return;
  }
  const logged: LoggedPost = { time, method, path, query, body, status: 0, ms: -1 };
  requests.push(logged);
  response.once('close', () => (logged.ms = performance.timeOrigin + performance.now() - time));
  // A request is told apart by what it asks for, which may stand in the body.
  const on = { path: `${path} ${body}`, page: 1 };
  const strikes = (name: WayFault): FaultPlan | undefined => faults.strikes(name, on);
  const slow = strikes('slow-answer');
  if (slow) await pause(slow.ms ?? 2_000);
  if (strikes('dropped-connection')) {
    response.destroy();
    return;
  }
  const result = trouble(strikes) ?? (await answer(incomingOf(request, { method, path, query, body })));
  logged.status = result.status;
  if (result.status === 200 && result.body.length > 2) {
    const half = result.body.slice(0, Math.floor(result.body.length / 2));
    if (strikes('cut-body')) {
      send(response, { ...result, body: half });
      return;
    }
    if (strikes('cut-connection')) {
      logged.status = 0;
      response.setHeader('content-length', Buffer.byteLength(result.body));
      response.write(half);
      await pause(20);
      response.destroy();
      return;
    }
  }
  send(response, result);
}

function trouble(strikes: (name: WayFault) => FaultPlan | undefined): Outgoing | undefined {
  if (strikes('server-error')) return page(500, 'Internal Server Error');
  if (strikes('bad-gateway')) return page(502, 'Bad Gateway');
  if (strikes('gateway-timeout')) return page(504, 'Gateway Time-out');
  return strikes('html-instead-of-data') ? page(200, 'Maintenance') : undefined;
}

function page(status: number, title: string): Outgoing {
  const body = `<html><head><title>${title}</title></head><body><h1>${status} ${title}</h1></body></html>`;
  return { status, contentType: 'text/html', body };
}

/** The stand-in's own door, for tests and people in another process. Not rated, not logged. */
async function control(
  controlled: ServedOptions['controlled'],
  told: Readonly<Record<string, unknown>>,
  method: string,
  what: string,
  body: string,
): Promise<Outgoing> {
  const json = (status: number, value: unknown): Outgoing => ({
    status,
    contentType: 'application/json',
    body: JSON.stringify(value ?? null),
  });
  if (method === 'GET' && what in told) return json(200, told[what]);
  if (method !== 'POST' || what !== 'call') return json(404, { error: `there is no ${method} ${what}` });
  try {
    const call = JSON.parse(body) as { method?: string; args?: readonly unknown[] };
    const run = Object.hasOwn(controlled, call.method ?? '') ? controlled[call.method ?? ''] : undefined;
    if (!run) return json(404, { error: `there is no method ${call.method ?? ''}` });
    return json(200, await run(...((call.args ?? []) as never[])));
  } catch (error) {
    return json(400, { error: (error as Error).message });
  }
}

function incomingOf(request: IncomingMessage, parts: Omit<Incoming, 'headers' | 'ip'>): Incoming {
  return { ...parts, headers: request.headers, ip: request.socket.remoteAddress ?? '' };
}

function send(response: ServerResponse, { status, body, contentType, headers = {} }: Outgoing): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (contentType !== undefined) response.setHeader('content-type', contentType);
  response.writeHead(status, status === 204 ? {} : { 'content-length': Buffer.byteLength(body) });
  response.end(status === 204 ? undefined : body);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
