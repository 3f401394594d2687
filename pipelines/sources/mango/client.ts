import { pause } from '../engine/pause.ts';
import type { Grant, RateLimiter } from '../engine/rate-limiter.ts';
import { backoffMs, retryAfterMs } from '../http/backoff.ts';
import { describeFailure, type Http, type HttpAnswer } from '../http/client.ts';
import { maskSecrets } from '../http/mask.ts';
import {
  MangoAddressNotAllowedError,
  MangoBlockedError,
  MangoCredentialsError,
  MangoRefusedError,
  MangoUnavailableError,
} from './errors.ts';
import { signedForm, type MangoCredentials } from './sign.ts';

export interface MangoClientOptions {
  readonly baseUrl: URL;
  readonly http: Http;
  /** Requests of the product: 10 a second. */
  readonly limiter: RateLimiter;
  readonly credentials: MangoCredentials;
  /** Where the credentials are from, for messages. */
  readonly variables: { readonly key: string; readonly salt: string };
  readonly maxTries?: number;
  /** After a wrong request nobody asks for so long. */
  readonly penaltyMs: number;
}

export interface Asking {
  /** Beside the limiter of the product: one of the question's own kind, and the time between two of them. */
  readonly pace?: { readonly limiter: RateLimiter; readonly apartMs: number };
  readonly signal?: AbortSignal;
}

const WRONG_SIGN = 3102;
const WRONG_KEY = 3105;

/**
 * Asks Mango Office's VPBX API (signed form posts) and gives each answer its meaning. A wrong request (a code of the 3000s) is never
 * repeated, and holds up every other one of the account: a second one within two minutes would lock it.
 */
export class MangoClient {
  readonly #options: MangoClientOptions;
  readonly host: string;
  readonly #maxTries: number;

  constructor(options: MangoClientOptions) {
    this.#options = options;
    this.host = options.baseUrl.host;
    this.#maxTries = options.maxTries ?? 7;
  }

  /** The answer of status 200, 204 or 404; for others throws the errors of errors.ts. */
  async ask(path: string, question: object, asking: Asking = {}): Promise<HttpAnswer> {
    const { signal } = asking;
    let last = '';
    let cause: unknown;
    for (let tries = 1; tries <= this.#maxTries; tries += 1) {
      if (asking.pace) await asking.pace.limiter.acquire(signal).then((slot) => slot.sent());
      const grant = await this.#options.limiter.acquire(signal);
      await this.#keepApart(asking);
      let answer: HttpAnswer;
      try {
        answer = await this.#send(path, question, grant, signal);
        // Counted again from here: when the question really arrived is only known to have been before.
        await this.#keepApart(asking);
      } catch (error) {
        signal?.throwIfAborted();
        last = describeFailure(error, this.#secrets());
        cause = error;
        await pause(backoffMs(tries), signal);
        continue;
      }
      await this.#refuse(answer, path);
      if (answer.status === 204 || answer.status === 404) return answer;
      const isPage = /html/i.test(answer.contentType);
      if (answer.status === 200 && !isPage) return answer;
      last = isPage && answer.status === 200 ? 'a page instead of data' : `${answer.status}`;
      const asked = retryAfterMs(answer) ?? backoffMs(answer.status === 429 ? tries + 1 : tries);
      // Too many, too fast: it concerns everybody with this key.
      if (answer.status === 429) await this.#options.limiter.backOff(asked);
      else await pause(asked, signal);
    }
    throw new MangoUnavailableError(this.host, path, this.#maxTries, last, cause);
  }

  /** Like `ask`, for an answer that is a JSON object. */
  async askJson(
    path: string,
    question: object,
    asking: Asking = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    for (let tries = 1; tries <= this.#maxTries; tries += 1) {
      const answer = await this.ask(path, question, asking);
      const body = answer.status === 200 ? objectIn(answer.text) : undefined;
      if (body) return body;
      if (answer.status !== 200)
        throw new MangoRefusedError(this.host, path, answer.status, 'is base_url right?');
      await pause(backoffMs(tries), asking.signal);
    }
    throw new MangoUnavailableError(this.host, path, this.#maxTries, 'an answer that was cut off');
  }

  async #keepApart({ pace }: Asking): Promise<void> {
    if (pace && pace.apartMs > 0) await pace.limiter.pauseFor(pace.apartMs);
  }

  async #send(
    path: string,
    question: object,
    grant: Grant,
    signal: AbortSignal | undefined,
  ): Promise<HttpAnswer> {
    const { baseUrl, http, credentials } = this.#options;
    const form = signedForm(credentials, JSON.stringify(question));
    const url = new URL(path, baseUrl);
    return http.send(url, { form, onSent: () => grant.sent(), ...(signal && { signal }) });
  }

  /** Throws for what must not be asked again. */
  async #refuse({ status, text }: HttpAnswer, path: string): Promise<void> {
    const { limiter, penaltyMs, variables } = this.#options;
    if (status === 401) {
      await limiter.pauseFor(penaltyMs);
      throw new MangoBlockedError(this.host);
    }
    if (status === 403) throw new MangoAddressNotAllowedError(this.host);
    // Statistics are text; a refusal is a small object, with `code` or, from older methods, `result`.
    const body = text.startsWith('{') && text.length < 10_000 ? objectIn(text) : undefined;
    const code = Number(body?.['code'] ?? body?.['result'] ?? 0);
    if (status < 500 && code >= 3_000 && code <= 3_999) {
      await limiter.pauseFor(penaltyMs);
      if (code === WRONG_SIGN)
        throw new MangoCredentialsError(
          this.host,
          code,
          variables.salt,
          'the signature’s key (vpbx_api_salt)',
        );
      if (code === WRONG_KEY)
        throw new MangoCredentialsError(this.host, code, variables.key, 'the code of the PBX (vpbx_api_key)');
      const said = typeof body?.['message'] === 'string' ? body['message'].slice(0, 200) : '';
      throw new MangoRefusedError(this.host, path, code, maskSecrets(said, this.#secrets()));
    }
    if (status >= 400 && status < 500 && ![404, 408, 429].includes(status))
      throw new MangoRefusedError(this.host, path, status, '');
  }

  #secrets(): readonly string[] {
    return [this.#options.credentials.key, this.#options.credentials.salt];
  }
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
