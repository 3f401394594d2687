import { randomUUID } from 'node:crypto';
import { StandInClock } from '../stand-in/clock.ts';
import { StandInUsageError } from '../stand-in/errors.ts';
import { FaultBoard, type FaultPlan, type Struck } from '../stand-in/fault-board.ts';
import { folderOf, valuesOf } from '../stand-in/folder.ts';
import { isObject, objectOf, type Json } from '../stand-in/json.ts';
import { seededRandom } from '../stand-in/random.ts';
import { serve, type Incoming, type LoggedPost, type Outgoing } from '../stand-in/server.ts';
import { UisAccount, uisRules, type NewCall, type UisData } from './account.ts';
import { uisFaults, type UisFault, type UisFaults } from './faults.ts';
import type { UisList } from './fields.ts';
import { methods, troubleOf } from './methods.ts';
import { Points, usualPoints, type PointLimits } from './points.ts';
import { parameterMissed, RpcError } from './rpc-error.ts';

export interface UisOptions {
  /** A folder in the form of README.md. Either this or `data`. */
  readonly dataDir?: string;
  readonly data?: UisData;
  readonly host?: string;
  /** 0 = any free port (default). */
  readonly port?: number;
  /** The access token; made up when absent. */
  readonly token?: string;
  readonly points?: Partial<PointLimits>;
  readonly faults?: UisFaults;
  /** Unix seconds at which the clock stands from the start; the machine's running time when absent. */
  readonly now?: number;
}

export interface UisStandIn {
  /** To be given as base_url. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly faults: UisFaults;
  readonly clock: StandInClock;
  readonly requests: LoggedPost[];
  readonly unexpected: string[];
  addCall(call: NewCall): void;
  editCall(id: number, changes: Json): void;
  /** All rows of a list, also those that do not show yet, as they were given. */
  truth(list: UisList): Json[];
  readonly stop: () => Promise<void>;
}

/**
 * Starts an HTTP server that speaks the UIS Data API over a folder or over values.
 * Throws StandInDataError when the content is not what the format asks for; StandInPortError when the port is taken.
 */
export async function startUisStandIn(options: UisOptions): Promise<UisStandIn> {
  const { dataDir, data, host = '127.0.0.1', port = 0, token = randomUUID().replaceAll('-', '') } = options;
  if ((dataDir === undefined) === (data === undefined))
    throw new StandInUsageError('The UIS stand-in needs a data folder or data values: one of the two.');
  const source = data ? valuesOf({ ...data }, uisRules) : folderOf(dataDir ?? '', uisRules);
  const account = new UisAccount(source);
  const clock = new StandInClock();
  if (options.now !== undefined) await clock.set(options.now);
  const faults = new FaultBoard<UisFault>(uisFaults, options.faults ?? {}, seededRandom(1));
  const points = new Points({ ...usualPoints, ...options.points }, () => clock.now());
  const unexpected: string[] = [];
  let serial = 0;

  const answer = (incoming: Incoming): Outgoing => {
    serial += 1;
    if (incoming.method !== 'POST' || !/^\/v2\.0\/?$/.test(incoming.path)) {
      unexpected.push(`${incoming.method} ${incoming.path}: no such path`);
      return { status: 404, contentType: 'text/html', body: '<html><body>404 Not Found</body></html>' };
    }
    const request = parsed(incoming.body);
    const id = isObject(request) ? (request['id'] ?? null) : null;
    try {
      const { data: rows, total } = call(request, incoming);
      points.spend();
      return json({ jsonrpc: '2.0', id, result: { data: rows, metadata: metadata(total) } });
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      if (error.code <= -32600 && error.code >= -32602)
        unexpected.push(`${incoming.body.slice(0, 500)}: ${error.message}`);
      const { code, message } = error;
      const body = {
        jsonrpc: '2.0',
        id,
        error: { code, message, data: { metadata: metadata(), ...error.data } },
      };
      return json(body, faults.state('status-with-errors') ? error.status : 200);
    }
  };

  const call = (request: unknown, { body, ip }: Incoming): { data: readonly Json[]; total: number } => {
    if (request === undefined)
      throw new RpcError(-32700, 'parse_error', 'Invalid JSON was received by the server.');
    if (Array.isArray(request))
      throw new RpcError(-32099, 'batch_opreations_not_supported', 'Batch operations not supported');
    const { jsonrpc, id, method, params } = objectOf(request);
    if (id === undefined)
      throw new RpcError(-32099, 'notifications_not_supported', 'Notifications not supported');
    if (jsonrpc !== '2.0')
      throw new RpcError(
        -32600,
        'invalid_request',
        'Invalid Request The JSON sent is not a valid Request object',
      );
    const on: Struck = { path: `${String(method)} ${body}`, page: 1 };
    const run = methods[String(method)];
    if (!run) throw new RpcError(-32601, 'method_not_found', 'The method does not exist / is not available');
    const given = objectOf(params);
    if (given['access_token'] === undefined) throw parameterMissed('access_token');
    if (given['access_token'] !== token)
      throw new RpcError(-32001, 'access_token_invalid', 'Access token is invalid', {}, 401);
    const stuck = troubleOf(faults, on, ip) ?? limitError(on);
    if (stuck) throw stuck;
    return run({ account, faults, on, now: clock.now(), serial, params: given });
  };

  const limitError = (on: Struck): RpcError | undefined => {
    const minute = faults.strikes('limit-exceeded', on);
    const day = faults.strikes('day-limit-exceeded', on);
    const which = day ? 'day' : minute ? 'minute' : points.exceeded();
    if (which === undefined) return undefined;
    const limits = {
      ...points.metadata(),
      ...(minute && { minute_remaining: 0, minute_reset: minute.seconds ?? 1 }),
      ...(day && { day_remaining: 0, day_reset: day.seconds ?? 3_600 }),
    };
    const most = String(points.metadata()[`${which}_limit`]);
    const message = `Limit per ${which} has been exceeded. Value of current limit per ${which} is ${most}`;
    return new RpcError(-32029, 'limit_exceeded', message, { metadata: { limits } }, 429);
  };

  const metadata = (total?: number): Json => ({
    ...(total !== undefined && { total_items: total }),
    ...(faults.state('no-limits') === undefined && { limits: points.metadata() }),
    api_version: { current_version: '2.0', current_version_deprecated: false },
  });

  const standIn = {
    addCall: (added: NewCall) => account.add(added),
    editCall: (id: number, changes: Json) => account.edit(id, changes),
    truth: (list: UisList) => [
      ...{ calls: account.calls, call_legs: account.legs, employees: account.employees }[list].values(),
    ],
  };
  const served = await serve({
    host,
    port,
    answer,
    faults,
    controlled: {
      ...standIn,
      setFault: (name: UisFault, plan: boolean | FaultPlan) => (faults.faults[name] = plan),
      'clock.set': (moment: number) => clock.set(moment),
      'clock.advance': (seconds: number) => clock.advance(seconds),
    },
  });
  return {
    ...standIn,
    url: `${served.url}/v2.0`,
    port: served.port,
    token,
    faults: faults.faults,
    clock,
    requests: served.requests,
    get unexpected() {
      return [...unexpected, ...served.unexpected];
    },
    stop: async () => {
      clock.stop();
      await served.stop();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function json(value: unknown, status = 200): Outgoing {
  return { status, contentType: 'application/json; charset=UTF-8', body: JSON.stringify(value) };
}
