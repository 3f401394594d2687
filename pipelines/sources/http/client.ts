import { Agent, request, type Dispatcher } from 'undici';
import { maskSecrets } from './mask.ts';

export interface HttpSettings {
  readonly connectTimeoutMs: number;
  /** Filtered lists of large accounts take up to a minute (amocrm-api-php issue 510). */
  readonly headersTimeoutMs: number;
  /** Between two pieces of a body. */
  readonly bodyTimeoutMs: number;
  /** For an answer as a whole: a body that drips for ever is given up. */
  readonly totalTimeoutMs: number;
  readonly connections: number;
  /** Newest version of TLS to offer; for servers that fail on newer ones. */
  readonly maxTls?: 'TLSv1.2';
}

export const HTTP_DEFAULTS: HttpSettings = {
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 90_000,
  bodyTimeoutMs: 60_000,
  totalTimeoutMs: 180_000,
  connections: 16,
};

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  /** The server's Date header. */
  readonly date: Date | undefined;
  readonly text: string;
}

export interface SendOptions {
  readonly token?: string;
  readonly json?: unknown;
  /** Body of a POST in another form. */
  readonly form?: string;
  /** Called as the request is written to its connection, which may have had to be made first. */
  readonly onSent?: () => void;
}

const ON_SENT = Symbol('on sent');

/** undici calls `onRequestStart` right before it writes a request to its socket. */
const tellWhenSent: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const onSent = (options as { [ON_SENT]?: () => void })[ON_SENT];
  if (!onSent) return dispatch(options, handler);
  return dispatch(options, {
    onRequestStart: (controller, context) => {
      onSent();
      handler.onRequestStart?.(controller, context);
    },
    onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
    onResponseStart: (...given) => handler.onResponseStart?.(...given),
    onResponseData: (...given) => handler.onResponseData?.(...given),
    onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
    onResponseError: (...given) => handler.onResponseError?.(...given),
  });
};

/** GET and POST with keep-alive, time-outs and nothing else: retries and meaning are the client's. */
export class Http {
  readonly #agent: Agent;
  readonly #dispatcher: Dispatcher;
  readonly #settings: HttpSettings;

  constructor(settings: HttpSettings) {
    this.#settings = settings;
    this.#agent = new Agent({
      connections: settings.connections,
      connect: {
        timeout: settings.connectTimeoutMs,
        ...(settings.maxTls !== undefined && { maxVersion: settings.maxTls }),
      },
      headersTimeout: settings.headersTimeoutMs,
      bodyTimeout: settings.bodyTimeoutMs,
      keepAliveTimeout: 30_000,
    });
    this.#dispatcher = this.#agent.compose(tellWhenSent);
  }

  async send(url: URL, options: SendOptions & { readonly signal?: AbortSignal }): Promise<HttpAnswer> {
    const ending = new AbortController();
    const end = (): void => ending.abort(options.signal?.reason);
    const limit = setTimeout(
      () => ending.abort(new AnswerTooSlowError(this.#settings.totalTimeoutMs)),
      this.#settings.totalTimeoutMs,
    );
    // By hand, not AbortSignal.any: its signals pile up on a parent that lives as long as the process (nodejs/node issue 54614).
    options.signal?.throwIfAborted();
    options.signal?.addEventListener('abort', end, { once: true });
    try {
      return await this.#send(url, options, ending.signal);
    } finally {
      clearTimeout(limit);
      options.signal?.removeEventListener('abort', end);
    }
  }

  async #send(url: URL, options: SendOptions, signal: AbortSignal): Promise<HttpAnswer> {
    const body = options.form ?? (options.json === undefined ? null : JSON.stringify(options.json));
    const response = await request(url, {
      dispatcher: this.#dispatcher,
      ...(options.onSent && { [ON_SENT]: options.onSent }),
      method: body === null ? 'GET' : 'POST',
      headers: {
        accept: 'application/hal+json, application/json',
        'user-agent': 'voronka',
        ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
        ...(body !== null && {
          'content-type':
            options.form === undefined ? 'application/json' : 'application/x-www-form-urlencoded',
        }),
      },
      body,
      signal,
    });
    const { headers } = response;
    const date = Date.parse(first(headers['date']) ?? '');
    return {
      status: response.statusCode,
      contentType: first(headers['content-type']) ?? '',
      retryAfter: first(headers['retry-after']),
      date: Number.isNaN(date) ? undefined : new Date(date),
      text: await response.body.text(),
    };
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

class AnswerTooSlowError extends Error {
  constructor(milliseconds: number) {
    super(`the answer was not complete after ${milliseconds / 1_000} s`);
  }
}

/** What to say of a failed request: never its headers, secrets masked. */
export function describeFailure(error: unknown, secrets: readonly string[]): string {
  if (!(error instanceof Error)) return maskSecrets(String(error), secrets);
  const code = (error as NodeJS.ErrnoException).code;
  return maskSecrets(code === undefined ? error.message : `${error.message} (${code})`, secrets);
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
