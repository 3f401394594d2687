import { Agent, request } from 'undici';
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

/** GET and POST with keep-alive, time-outs and nothing else: retries and meaning are the client's. */
export class Http {
  readonly #agent: Agent;
  readonly #settings: HttpSettings;

  constructor(settings: HttpSettings) {
    this.#settings = settings;
    this.#agent = new Agent({
      connections: settings.connections,
      connect: { timeout: settings.connectTimeoutMs },
      headersTimeout: settings.headersTimeoutMs,
      bodyTimeout: settings.bodyTimeoutMs,
      keepAliveTimeout: 30_000,
    });
  }

  async send(
    url: URL,
    options: { readonly token?: string; readonly json?: unknown; readonly signal?: AbortSignal },
  ): Promise<HttpAnswer> {
    const limit = AbortSignal.timeout(this.#settings.totalTimeoutMs);
    const response = await request(url, {
      dispatcher: this.#agent,
      method: options.json === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/hal+json, application/json',
        'user-agent': 'voronka',
        ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
        ...(options.json !== undefined && { 'content-type': 'application/json' }),
      },
      body: options.json === undefined ? null : JSON.stringify(options.json),
      signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
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

/** What to say of a failed request: never its headers, secrets masked. */
export function describeFailure(error: unknown, secrets: readonly string[]): string {
  if (!(error instanceof Error)) return maskSecrets(String(error), secrets);
  const code = (error as NodeJS.ErrnoException).code;
  return maskSecrets(code === undefined ? error.message : `${error.message} (${code})`, secrets);
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
