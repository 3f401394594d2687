import { pause } from '../engine/pause.ts';
import type { Grant, RateLimiter } from '../engine/rate-limiter.ts';
import { backoffMs, retryAfterMs } from '../http/backoff.ts';
import { describeFailure, type Http, type HttpAnswer } from '../http/client.ts';
import { maskSecrets } from '../http/mask.ts';
import {
  UisAccountInactiveError,
  UisAddressNotAllowedError,
  UisDayLimitError,
  UisNoRightsError,
  UisRequestRefusedError,
  UisTokenRejectedError,
  UisUnavailableError,
} from './errors.ts';

export interface UisClientOptions {
  readonly url: URL;
  readonly http: Http;
  readonly limiter: RateLimiter;
  readonly token: string;
  /** Where the token is from, for messages. */
  readonly tokenVariable: string;
  readonly maxTries?: number;
}

export interface UisAnswer {
  readonly data: readonly unknown[];
  readonly total: number | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/** When a minute's points come back and the error does not say. */
const MINUTE_S = 60;

/**
 * Asks the Data API (JSON-RPC 2.0) and gives each error its meaning by its mnemonic, as the vendor asks. Points are spent by successful calls
 * only; when those of the minute are used up, everybody waits until they come back.
 */
export class UisClient {
  readonly #options: UisClientOptions;
  readonly #host: string;
  readonly #maxTries: number;
  #id = 0;

  constructor(options: UisClientOptions) {
    this.#options = options;
    this.#host = options.url.host;
    this.#maxTries = options.maxTries ?? 7;
  }

  /** Throws the errors of errors.ts. */
  async call(method: string, params: Json, signal?: AbortSignal): Promise<UisAnswer> {
    let last = '';
    let cause: unknown;
    for (let tries = 1; tries <= this.#maxTries; tries += 1) {
      const grant = await this.#options.limiter.acquire(signal);
      let answer: HttpAnswer;
      try {
        answer = await this.#send(method, params, grant, signal);
      } catch (error) {
        signal?.throwIfAborted();
        last = describeFailure(error, [this.#options.token]);
        cause = error;
        await pause(backoffMs(tries), signal);
        continue;
      }
      const body = objectOf(parse(answer.text));
      if (isObject(body['result'])) return await this.#taken(body['result'], method);
      // The HTTP status of an error is not documented: what it says counts.
      if (isObject(body['error'])) {
        last = await this.#meaning(body['error'], method);
        continue;
      }
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429)
        throw new UisRequestRefusedError(this.#host, method, `HTTP ${answer.status}`, 'is base_url right?');
      last =
        answer.status === 200 ? 'an answer that is not JSON-RPC or was cut off' : `HTTP ${answer.status}`;
      await pause(retryAfterMs(answer) ?? backoffMs(tries), signal);
    }
    throw new UisUnavailableError(this.#host, method, this.#maxTries, last, cause);
  }

  async #send(
    method: string,
    params: Json,
    grant: Grant,
    signal: AbortSignal | undefined,
  ): Promise<HttpAnswer> {
    const { url, http, token } = this.#options;
    this.#id += 1;
    const json = { jsonrpc: '2.0', id: this.#id, method, params: { access_token: token, ...params } };
    return http.send(url, { json, onSent: () => grant.sent(), ...(signal && { signal }) });
  }

  async #taken(result: Json, method: string): Promise<UisAnswer> {
    const { data, metadata } = result;
    if (!Array.isArray(data))
      throw new UisUnavailableError(this.#host, method, 1, 'an answer without result.data');
    const { total_items: total, limits } = objectOf(metadata);
    const { minute_remaining: left, minute_reset: reset } = objectOf(limits);
    if (left === 0) await this.#options.limiter.pauseFor(secondsOf(reset) * 1_000);
    return { data, total: typeof total === 'number' ? total : undefined };
  }

  /** Throws what a person must mend; for what may pass, waits and gives back what to say should it not. */
  async #meaning(error: Json, method: string): Promise<string> {
    const { code, message, data } = error;
    const { mnemonic, metadata, field } = objectOf(data);
    const said = maskSecrets(textOf(message).slice(0, 300), [this.#options.token]);
    switch (mnemonic) {
      case 'ip_not_whitelisted':
        throw new UisAddressNotAllowedError(this.#host, /IP\s+(\S+)\s+is not/i.exec(said)?.[1]);
      case 'forbidden':
      case 'method_component_disabled':
      case 'parameter_component_disabled':
        throw new UisNoRightsError(this.#host, method, said);
      case 'account_inactive':
        throw new UisAccountInactiveError(this.#host);
    }
    if (code === -32001) throw new UisTokenRejectedError(this.#host, this.#options.tokenVariable, said);
    if (code === -32003) throw new UisNoRightsError(this.#host, method, said);
    if (code === -32009) throw new UisAccountInactiveError(this.#host);
    if (code === -32029) {
      const limits = objectOf(objectOf(metadata)['limits']);
      if (/per day/i.test(said) || limits['day_remaining'] === 0)
        throw new UisDayLimitError(this.#host, numberOf(limits['day_reset']));
      await this.#options.limiter.pauseFor(secondsOf(limits['minute_reset']) * 1_000);
      return said;
    }
    if (code === -32603) {
      await pause(backoffMs(2));
      return said;
    }
    const detail = field === undefined ? said : `${said} (${textOf(field)})`;
    throw new UisRequestRefusedError(this.#host, method, textOf(mnemonic) || String(code), detail);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined;
}

function secondsOf(value: unknown): number {
  return Math.min(numberOf(value) ?? MINUTE_S, MINUTE_S);
}
