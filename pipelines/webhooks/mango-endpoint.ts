import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSignedBy, type MangoCredentials } from '../sources/mango/sign.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { createPool } from '../warehouse/pool.ts';
import { readBody } from './body.ts';
import type { HookEndpoint } from './endpoint.ts';
import { HintBuffer } from './hint-buffer.ts';
import { PACE, Pace, type PaceLimits } from './pace.ts';

export interface MangoEndpointOptions {
  readonly warehouse: Pick<Warehouse, 'url'>;
  /** By the source's name: what its posts are signed with. */
  readonly receivers: ReadonlyMap<string, MangoCredentials>;
  readonly pace?: PaceLimits;
}

/** An event is below 2 kB. */
const BODY_LIMIT = 64 * 1024;
const ADDRESS = /^\/hooks\/mango\/([a-z][a-z0-9_]{0,30})(\/[\w/-]{1,100})$/;
/** The one event that says that a call is over, and will be in the statistics. */
const SUMMARY = '/events/summary';

/** What to give to Mango Office as the address of the external system; it adds `/events/call` and the like. */
export function mangoHookPath(source: string): string {
  return `/hooks/mango/${source}`;
}

/**
 * Takes Mango Office's posts. Each is signed; the signature is checked on the text as it came, before anything of it is read, and one that is
 * wrong is answered 403 and costs the database nothing. What a post says is not believed either: the end of a call is only a reason to ask the
 * statistics, so posts may come in any order, twice, or not at all.
 */
export async function openMangoEndpoint(options: MangoEndpointOptions): Promise<HookEndpoint> {
  const { receivers } = options;
  const pool = createPool(options.warehouse.url, 1);
  const buffer = new HintBuffer(pool);
  const pace = new Pace(options.pace ?? PACE);
  await buffer.learnAccounts([...receivers.keys()]);

  const take = async (
    source: string,
    credentials: MangoCredentials,
    event: string,
    request: IncomingMessage,
  ): Promise<number> => {
    if (pace.next(source) === 'refuse') return 503;
    const type = request.headers['content-type'] ?? '';
    if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) return 415;
    const body = await readBody(request, BODY_LIMIT);
    if ('problem' in body) return body.problem === 'too large' ? 413 : 400;
    const form = new URLSearchParams(body.text);
    const [key, sign, json] = ['vpbx_api_key', 'sign', 'json'].map((name) => form.get(name));
    if (key == null || sign == null || json == null) return 400;
    if (!isSignedBy(credentials, { key, sign, json })) return 403;
    await (event === SUMMARY ? buffer.keepUnseen(source) : buffer.keep(source, source, []));
    return 200;
  };

  return {
    handle(request, response, next) {
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      const [, source = '', event = ''] = ADDRESS.exec(path) ?? [];
      const credentials = request.method === 'POST' ? receivers.get(source) : undefined;
      if (!credentials) {
        next();
        return;
      }
      void take(source, credentials, event, request).then(
        (status) => answer(request, response, status),
        () => answer(request, response, 503),
      );
    },
    async close() {
      await buffer.flushed();
      await pool.end();
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) return;
  if (status !== 200) {
    response.setHeader('connection', 'close');
    request.resume();
  }
  response.statusCode = status;
  response.end();
}
