import type { AddressInfo } from 'node:net';
import { demoIntegration, type Integration } from './auth/oauth.ts';
import { TokenOffice, type TokenRequest } from './auth/token-office.ts';
import { StandInClock } from '../stand-in/clock.ts';
import { folderSource, valueSource } from './data/source.ts';
import { StandInPortError, StandInUsageError } from '../stand-in/errors.ts';
import type { FaultName, FaultPlan, Faults } from './faults/catalogue.ts';
import { FaultBoard } from './faults/fault-board.ts';
import { RateLimiter, usualLimits } from './http/rate-limiter.ts';
import type { LoggedRequest } from '../stand-in/request-log.ts';
import { httpServer } from './http/server.ts';
import { life, type Life } from './life/life.ts';
import { Scene } from './life/scene.ts';
import type { StandInOptions } from './options.ts';
import { seededRandom } from '../stand-in/random.ts';
import { Crm } from './state/crm.ts';
import { Truth } from './truth.ts';
import { HookBoard } from './webhooks/hook-board.ts';

/** A running stand-in. Beside what is named here it has everything that can happen in a CRM: `createLead`, `moveLead`, … */
export interface StandIn extends Life {
  readonly url: string;
  readonly port: number;
  /** The administrator's long-lived token. */
  readonly token: string;
  readonly integration: Integration;
  readonly truth: Truth;
  /** Every request since the start, the stand-in's own door excepted. */
  readonly requests: LoggedRequest[];
  /** What clients asked for that the documentation does not know; a test can demand that it is empty. */
  readonly unexpected: string[];
  /** Change it at will; setting a fault anew starts its counts anew. */
  readonly faults: Faults;
  readonly clock: StandInClock;
  readonly hooks: HookBoard;
  /** Rates, and the block after too many refusals (`limiter.lift()` ends it). */
  readonly limiter: RateLimiter;
  issueToken(request?: TokenRequest): string;
  /** A code as the consent page would give it. */
  issueCode(request?: TokenRequest): string;
  revokeToken(token: string): void;
  stop(): Promise<void>;
}

/**
 * Starts an HTTP server that speaks amoCRM's API v4 over a folder or over values.
 *
 * @throws StandInDataError when the content is not what the format asks for; StandInPortError when the port is taken.
 *
 * ```ts
 * const standIn = await startAmocrmStandIn({ dataDir: 'my-company', rate: 0 });
 * const answer = await fetch(`${standIn.url}/api/v4/leads`, { headers: { authorization: `Bearer ${standIn.token}` } });
 * await standIn.stop();
 * ```
 */
export async function startAmocrmStandIn(options: StandInOptions): Promise<StandIn> {
  const { dataDir, data, host = '127.0.0.1', port: wantedPort = 0, rate = usualLimits.perSecond } = options;
  if ((dataDir === undefined) === (data === undefined)) {
    throw new StandInUsageError('The amoCRM stand-in needs a data folder or data values: one of the two.');
  }
  const random = seededRandom(options.seed ?? 1);
  const clock = new StandInClock();
  if (options.now !== undefined) await clock.set(options.now);
  const crm = new Crm();
  crm.load(data === undefined ? folderSource(dataDir ?? '') : valueSource(data));
  const faults = new FaultBoard(options.faults ?? {}, random);
  const hooks = new HookBoard(crm, clock, faults);
  const office = new TokenOffice(crm, clock);
  const limiter = new RateLimiter({ ...usualLimits, ...options.limits, perSecond: rate });
  const happenings = life(new Scene(crm, clock, hooks.tell));
  const truth = new Truth(crm);
  const requests: LoggedRequest[] = [];
  const unexpected: string[] = [];
  const integration = { ...demoIntegration, ...options.integration };
  const token = office.issue({ integration: integration.clientId }, options.token);

  const invoke = (method: string, args: readonly unknown[]): unknown => callable(standIn, method)(...args);
  const world = {
    crm,
    life: happenings,
    clock,
    faults,
    hooks,
    office,
    limiter,
    integration,
    requests,
    unexpected,
    random,
    latency: latencyOf(options.latency, random),
    controlled: { truth, requests, unexpected, invoke },
  };
  const server = httpServer(world);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new StandInPortError(wantedPort, host, error)));
    server.listen(wantedPort, host, resolve);
  });
  const { port } = server.address() as AddressInfo;

  const standIn: StandIn = {
    ...happenings,
    url: `http://${host}:${port}`,
    port,
    token,
    integration,
    truth,
    requests,
    unexpected,
    faults: faults.faults,
    clock,
    hooks,
    limiter,
    issueToken: (request = {}) => office.issue({ integration: integration.clientId, ...request }),
    issueCode: (request = {}) => office.issueCode({ integration: integration.clientId, ...request }),
    revokeToken: (text) => office.revoke(text),
    stop: () =>
      new Promise((resolve) => {
        clock.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIn;
}

function latencyOf(latency: StandInOptions['latency'], random: () => number): () => number {
  if (latency === undefined) return () => 0;
  if (typeof latency === 'number') return () => latency;
  const [least, most] = latency;
  return () => least + random() * (most - least);
}

/** The methods another process may call. */
function callable(standIn: StandIn, name: string): (...args: unknown[]) => unknown {
  if (name === 'clock.set') return (moment) => standIn.clock.set(moment as number);
  if (name === 'clock.advance') return (seconds) => standIn.clock.advance(seconds as number);
  if (name === 'setFault') {
    return (fault, plan) => {
      standIn.faults[fault as FaultName] = plan as boolean | FaultPlan;
    };
  }
  const method = (standIn as unknown as Record<string, unknown>)[name];
  if (typeof method !== 'function' || name === 'stop')
    throw new StandInUsageError(`The stand-in has no method ${name}.`);
  return method as (...args: unknown[]) => unknown;
}
