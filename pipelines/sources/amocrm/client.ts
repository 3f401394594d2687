import type pg from 'pg';
import { crashPoint } from '../../crash-points.ts';
import { AllowanceStoppedError } from '../engine/errors.ts';
import { pause } from '../engine/pause.ts';
import type { Grant, RateLimiter } from '../engine/rate-limiter.ts';
import { blockAccount, blockedSince } from './account-blocks.ts';
import { backoffMs, retryAfterMs } from '../http/backoff.ts';
import {
  AccountBlockedError,
  NoRightsError,
  NotFoundError,
  PaymentRequiredError,
  RequestRefusedError,
  SourceUnavailableError,
} from './errors.ts';
import { describeFailure, type Http, type HttpAnswer } from '../http/client.ts';
import { maskSecrets } from '../http/mask.ts';
import type { TokenProvider } from './tokens.ts';

export interface AmocrmClientOptions {
  readonly baseUrl: URL;
  readonly http: Http;
  readonly tokens: TokenProvider;
  readonly limiter: RateLimiter;
  readonly bucket: string;
  readonly pool: pg.Pool;
  /** Tries of one request that fails in a way that may pass. */
  readonly maxTries?: number;
}

/** An answer with content: its text and the same parsed. */
export interface JsonAnswer {
  readonly text: string;
  readonly body: unknown;
}

/** Path under /api/v4 and its parameters, in order. */
export interface Question {
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string | number])[];
}

/** After it, all that was counted is forgotten; a 429 that comes again is met with longer pauses. */
const SLIDING_SECOND_MS = 1_000;

/**
 * Asks amoCRM's API v4 at the pace the account allows and gives each status its meaning (facts: developers' page "error codes"). What
 * may pass is tried again with growing, jittered pauses; what a person must mend is thrown at once.
 */
export class AmocrmClient {
  readonly #options: AmocrmClientOptions;
  readonly #host: string;
  readonly #maxTries: number;
  #clockAhead = 0;

  constructor(options: AmocrmClientOptions) {
    this.#options = options;
    this.#host = options.baseUrl.host;
    this.#maxTries = options.maxTries ?? 7;
  }

  /** amoCRM's clock, in unix seconds, by the Date header of its answers. */
  now(): number {
    return Math.floor((Date.now() + this.#clockAhead) / 1_000);
  }

  /** Leave to send a request now, for `get`. Throws AccountBlockedError. */
  async turn(signal?: AbortSignal): Promise<Grant> {
    try {
      return await this.#options.limiter.acquire(signal);
    } catch (error) {
      throw error instanceof AllowanceStoppedError ? await this.#blocked() : error;
    }
  }

  /**
   * The answer, or null for 204 (nothing there). Throws TokenRejectedError, NotAuthorizedError, PaymentRequiredError, NoRightsError,
   * AccountBlockedError, NotFoundError, RequestRefusedError, SourceUnavailableError.
   */
  async get(question: Question, signal?: AbortSignal, turn?: Grant): Promise<JsonAnswer | null> {
    const { tokens } = this.#options;
    let granted = turn;
    let token = await tokens.current(signal);
    let hasRenewed = false;
    let last = '';
    let cause: unknown;
    for (let tries = 1; tries <= this.#maxTries; tries += 1) {
      let answer: HttpAnswer;
      try {
        answer = await this.#send(question, token, signal, granted);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof AllowanceStoppedError) throw await this.#blocked();
        if (isDatabaseError(error)) throw error;
        granted = undefined;
        last = describeFailure(error, tokens.secrets());
        cause = error;
        await pause(backoffMs(tries), signal);
        continue;
      }
      granted = undefined;
      if (answer.status === 204) return null;
      if (answer.status === 200) {
        const body = parse(answer.text);
        if (body !== undefined) return { text: answer.text, body };
        last = `a body that is not JSON or was cut off after ${answer.text.length} characters`;
      } else if (answer.status === 401 && !hasRenewed) {
        hasRenewed = true;
        token = await tokens.renew(token, signal);
        tries -= 1;
        continue;
      } else if (answer.status === 429) {
        last = '429 (too many requests)';
        const asked = retryAfterMs(answer);
        // Everybody pauses, not only this request: going on is what leads to a block.
        await this.#options.limiter.backOff(asked ?? SLIDING_SECOND_MS * 2 ** (tries - 1));
        continue;
      } else if (answer.status >= 500 || answer.status === 408) {
        last = `${answer.status} ${this.#detail(answer)}`;
      } else throw await this.#meaningOf(answer, question, token, signal);
      await pause(backoffMs(tries), signal);
    }
    throw new SourceUnavailableError(this.#host, question.path, this.#maxTries, last, cause);
  }

  async #send(
    question: Question,
    token: string,
    signal: AbortSignal | undefined,
    granted?: Grant,
  ): Promise<HttpAnswer> {
    const url = new URL(`/api/v4/${question.path}`, this.#options.baseUrl);
    for (const [name, value] of question.query) url.searchParams.append(name, String(value));
    const grant = granted ?? (await this.#options.limiter.acquire(signal));
    crashPoint('request.granted');
    const onSent = (): void => {
      grant.sent();
      // The bytes are handed to the socket right after this.
      setImmediate(crashPoint, 'request.sent');
    };
    const answer = await this.#options.http.send(url, { token, onSent, ...(signal && { signal }) });
    if (answer.date) this.#clockAhead = answer.date.getTime() - Date.now();
    return answer;
  }

  async #meaningOf(
    answer: HttpAnswer,
    question: Question,
    token: string,
    signal: AbortSignal | undefined,
  ): Promise<Error> {
    const { tokens } = this.#options;
    switch (answer.status) {
      case 401:
        return tokens.renew(token, signal).then(
          () =>
            new SourceUnavailableError(this.#host, question.path, 1, '401 to a token that was just renewed'),
          (error: Error) => error,
        );
      case 402:
        return new PaymentRequiredError(this.#host, question.path);
      case 403:
        return (await this.#isBlocked(answer, question, token, signal))
          ? this.#blocked(`403 ${answer.contentType}`)
          : new NoRightsError(this.#host, question.path);
      case 404:
        return new NotFoundError(this.#host, question.path);
      default:
        return new RequestRefusedError(this.#host, question.path, answer.status, this.#detail(answer));
    }
  }

  /** A block answers 403 to everything, in HTML or not; missing rights answer JSON, and the account itself can still be seen. */
  async #isBlocked(
    answer: HttpAnswer,
    question: Question,
    token: string,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    if (!answer.contentType.includes('json') || question.path === 'account') return true;
    const account = await this.#send({ path: 'account', query: [] }, token, signal);
    return account.status === 403;
  }

  async #blocked(reason?: string): Promise<AccountBlockedError> {
    const { pool, bucket, limiter } = this.#options;
    if (reason !== undefined) {
      await blockAccount(pool, bucket, reason);
      await limiter.stop();
    }
    return new AccountBlockedError(this.#host, (await blockedSince(pool, bucket)) ?? new Date());
  }

  #detail({ text, contentType }: HttpAnswer): string {
    const body = contentType.includes('json') ? parse(text) : undefined;
    const detail =
      typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string'
        ? body.detail
        : text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
    return maskSecrets(detail.trim().slice(0, 200), this.#options.tokens.secrets());
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** SQLSTATE: the database, not amoCRM, has failed; the caller's own retry deals with it. */
function isDatabaseError(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^[0-9A-Z]{5}$/.test((error as { code?: string }).code ?? '') &&
    'severity' in error
  );
}
