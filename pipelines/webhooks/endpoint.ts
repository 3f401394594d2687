import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Warehouse } from '../warehouse/index.ts';
import { createPool } from '../warehouse/pool.ts';
import { sourceAt } from './address.ts';
import { BODY_LIMIT, readBody } from './body.ts';
import { HintBuffer } from './hint-buffer.ts';
import { PACE, Pace, type PaceLimits } from './pace.ts';
import { readForm } from './read-form.ts';

export interface HookEndpointOptions {
  readonly warehouse: Pick<Warehouse, 'url'>;
  /** Names of the sources that take webhooks. */
  readonly sources: readonly string[];
  /** See `webhookKey`. */
  readonly key: string;
  readonly pace?: PaceLimits;
}

export interface HookEndpoint {
  /** To be tried before other routes; calls `next` for whatever is not a post to a source's address. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
  /** Call it once no more requests come. */
  close(): Promise<void>;
}

/** Bodies in memory at once, all sources together. */
const MEMORY = 32 * 1024 * 1024;
/** amoCRM waits 2 s; a database that takes longer than this has not kept the hint in time. */
const PATIENCE_MS = 1_500;

/**
 * Takes amoCRM's posts: keeps which rows they name and answers 200 once that is on disk. A wrong address is left to the next route, so
 * that it looks like any address that does not exist. 413, 415 and 400 tell a sender that is not amoCRM what it did wrong; 503 means
 * that the hint was not kept, and amoCRM sends it again.
 */
export async function openHookEndpoint(options: HookEndpointOptions): Promise<HookEndpoint> {
  // A connection of its own: a sync and a build may hold all the others for longer than the sender waits.
  const pool = createPool(options.warehouse.url, 1);
  const buffer = new HintBuffer(pool);
  const pace = new Pace(options.pace ?? PACE);
  await buffer.learnAccounts(options.sources);
  let inMemory = 0;

  const take = async (source: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const treatment = pace.next(source);
    if (treatment === 'refuse') return refuse(request, response, 503);
    if (treatment === 'unseen') {
      request.resume();
      return answerWhen(buffer.keepUnseen(source), response);
    }
    const type = request.headers['content-type'] ?? '';
    if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) return refuse(request, response, 415);
    const announced = Number(request.headers['content-length'] ?? BODY_LIMIT);
    if (!(announced <= BODY_LIMIT)) return refuse(request, response, 413);
    if (inMemory + announced > MEMORY) return refuse(request, response, 503);
    inMemory += announced;
    try {
      const body = await readBody(request);
      if ('problem' in body) return refuse(request, response, body.problem === 'too large' ? 413 : 400);
      const { account, hints } = readForm(body.text);
      await answerWhen(buffer.keep(source, account, hints), response);
    } finally {
      inMemory -= announced;
    }
  };

  return {
    handle(request, response, next) {
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      const source = request.method === 'POST' ? sourceAt(path, options.sources, options.key) : undefined;
      if (source === undefined) next();
      else void take(source, request, response).catch(() => answer(response, 503));
    },
    async close() {
      await buffer.flushed();
      await pool.end();
    },
  };
}

async function answerWhen(kept: Promise<void>, response: ServerResponse): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<number>((resolve) => (timer = setTimeout(() => resolve(503), PATIENCE_MS)));
  const status = await Promise.race([
    kept.then(
      () => 200,
      () => 503,
    ),
    late,
  ]);
  clearTimeout(timer);
  answer(response, status);
}

/** The body, however long, is neither waited for nor kept: the connection ends with the answer. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  response.setHeader('connection', 'close');
  answer(response, status);
  request.resume();
  response.once('finish', () => setTimeout(() => request.destroy(), 500).unref());
}

function answer(response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) return;
  response.statusCode = status;
  if (status === 503) response.setHeader('retry-after', '1');
  response.end();
}
