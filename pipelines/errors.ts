/** When trying again can help: `never` (somebody must change something), `later`, or `after-token` (refresh, then once more). */
export type Retry = 'never' | 'later' | 'after-token';

export interface ErrorDetails {
  /** Stable machine name, e.g. `CONFIG_INVALID`. Callers branch on this or on the class, never on the message. */
  readonly code: string;
  readonly retry: Retry;
  /** Structured facts for logs. Secrets must not be put here. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * The base of every error voronka throws on purpose. `message` is written for the user: what happened, where, what to do.
 * One subclass per case; each builds its message from typed fields.
 */
export class VoronkaError extends Error {
  readonly code: string;
  readonly retry: Retry;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code;
    this.retry = details.retry;
    this.context = details.context ?? {};
  }
}
