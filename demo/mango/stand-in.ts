import { StandInClock } from '../stand-in/clock.ts';
import { StandInUsageError } from '../stand-in/errors.ts';
import { FaultBoard, type FaultPlan, type Struck } from '../stand-in/fault-board.ts';
import { folderOf, valuesOf } from '../stand-in/folder.ts';
import { isObject, type Json } from '../stand-in/json.ts';
import { seededRandom } from '../stand-in/random.ts';
import { serve, type Incoming, type LoggedPost, type Outgoing } from '../stand-in/server.ts';
import { MangoAccount, mangoRules, type Leg, type MangoData } from './account.ts';
import { mangoFaults, type MangoFault, type MangoFaults } from './faults.ts';
import { MangoPace, usualMangoLimits, type MangoLimits } from './pace.ts';
import { isRefusal, refusal, type Refusal } from './refusal.ts';
import { Refusals } from './refusals.ts';
import { Sender, type MangoDelivery } from './sender.ts';
import { signOf } from './sign.ts';
import { Statistics } from './statistics.ts';

export interface MangoOptions {
  /** A folder in the form of README.md. Either this or `data`. */
  readonly dataDir?: string;
  readonly data?: MangoData;
  readonly host?: string;
  /** 0 = any free port (default). */
  readonly port?: number;
  /** vpbx_api_key and vpbx_api_salt; the folder's, or made up, when absent. */
  readonly key?: string;
  readonly salt?: string;
  readonly limits?: Partial<MangoLimits>;
  readonly faults?: MangoFaults;
  /** Unix seconds at which the clock stands from the start; the machine's running time when absent. */
  readonly now?: number;
}

export interface MangoStandIn {
  /** To be given as base_url. */
  readonly url: string;
  readonly port: number;
  readonly key: string;
  readonly salt: string;
  readonly faults: MangoFaults;
  readonly clock: StandInClock;
  readonly requests: LoggedPost[];
  readonly unexpected: string[];
  readonly deliveries: readonly MangoDelivery[];
  /** Adds legs (one call or several) and sends their webhooks. */
  addCall(legs: readonly Json[]): void;
  /** Sends webhooks to this address from now on. */
  subscribe(base: string): void;
  settled(): Promise<void>;
  /** All legs with every column, also those that do not show yet; times are true unix seconds. */
  truth(): Leg[];
  readonly stop: () => Promise<void>;
}

/**
 * Starts an HTTP server that speaks Mango Office's VPBX API over a folder or over values.
 * Throws StandInDataError when the content is not what the format asks for; StandInPortError when the port is taken.
 */
export async function startMangoStandIn(options: MangoOptions): Promise<MangoStandIn> {
  const { dataDir, data, host = '127.0.0.1', port = 0 } = options;
  if ((dataDir === undefined) === (data === undefined))
    throw new StandInUsageError(
      'The Mango Office stand-in needs a data folder or data values: one of the two.',
    );
  const source = data ? valuesOf({ ...data }, mangoRules) : folderOf(dataDir ?? '', mangoRules);
  const account = new MangoAccount(source, { key: options.key, salt: options.salt });
  const clock = new StandInClock();
  if (options.now !== undefined) await clock.set(options.now);
  const random = seededRandom(1);
  const faults = new FaultBoard<MangoFault>(mangoFaults, options.faults ?? {}, random);
  const now = (): number => clock.now();
  const statistics = new Statistics(account, faults, now);
  const refusals = new Refusals(now);
  const pace = new MangoPace({ ...usualMangoLimits, ...options.limits });
  const sender = new Sender(account, faults, random);
  const unexpected: string[] = [];

  const answer = (incoming: Incoming): Outgoing => {
    const { path, body } = incoming;
    const on: Struck = { path: `${path} ${body}`, page: 1 };
    const strikes = (name: MangoFault): boolean => faults.strikes(name, on) !== undefined;
    if (refusals.isBlocked() || strikes('blocked')) return unauthorized;
    if (pace.isTooFast(path) || strikes('too-many-requests')) return tooMany;
    if (strikes('overloaded')) return json({ code: 5008, message: 'Service is overloaded' }, 503);
    const result = respond(incoming, on, strikes);
    if (!isRefusal(result)) return result;
    if (refusals.wrong()) return unauthorized;
    return faults.state('errors-with-200')
      ? json({ result: result.code, message: result.message })
      : json({ code: result.code, message: result.message }, 400);
  };

  const respond = (
    { method, path, body }: Incoming,
    on: Struck,
    strikes: (name: MangoFault) => boolean,
  ): Outgoing | Refusal => {
    const form = new URLSearchParams(body);
    const text = form.get('json');
    if (text === null || form.get('sign') === null || form.get('vpbx_api_key') === null)
      return refusal(3103, 'vpbx_api_key, sign and json are required');
    if (form.get('vpbx_api_key') !== account.key || strikes('wrong-key'))
      return refusal(3105, 'wrong vpbx_api_key');
    if (form.get('sign') !== signOf(account.key, text, account.salt) || strikes('wrong-sign'))
      return refusal(3102, 'wrong sign');
    const question = parsed(text);
    if (!isObject(question)) return refusal(3100, 'json is not an object');
    const told = (what: string): void => void unexpected.push(what);
    if (method === 'POST' && path === '/vpbx/stats/request') return statistics.request(question, on, told);
    if (method === 'POST' && path === '/vpbx/stats/result') return statistics.result(question, on);
    if (method === 'POST' && path === '/vpbx/config/users/request') return json({ users: account.users });
    told(`${method} ${path}: no such path`);
    return { status: 404, contentType: 'text/plain', body: 'Not Found' };
  };

  const standIn = {
    addCall: (rows: readonly Json[]): void => {
      const legs = account.add(rows);
      for (const id of new Set(legs.map((leg) => leg.entry_id)))
        sender.tell(legs.filter((leg) => leg.entry_id === id));
    },
    subscribe: (base: string): void => sender.subscribe(base),
    truth: (): Leg[] => [...account.legs],
    settled: (): Promise<void> => sender.settled(),
  };
  const served = await serve({
    host,
    port,
    answer,
    faults,
    controlled: {
      ...standIn,
      setFault: (name: MangoFault, plan: boolean | FaultPlan) => (faults.faults[name] = plan),
      'clock.set': (moment: number) => clock.set(moment),
      'clock.advance': (seconds: number) => clock.advance(seconds),
    },
  });
  return {
    ...standIn,
    url: served.url,
    port: served.port,
    key: account.key,
    salt: account.salt,
    faults: faults.faults,
    clock,
    requests: served.requests,
    deliveries: sender.deliveries,
    get unexpected() {
      return [...unexpected, ...served.unexpected];
    },
    stop: async () => {
      await sender.settled();
      clock.stop();
      await served.stop();
    },
  };
}

const unauthorized: Outgoing = { status: 401, contentType: 'text/plain', body: 'Unauthorized' };
const tooMany = json(
  { name: 'Service Unavailable', message: 'Rate limit exceeded.', code: 0, status: 429 },
  429,
);

function json(value: unknown, status = 200): Outgoing {
  return { status, contentType: 'application/json', body: JSON.stringify(value) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
