import { VoronkaError } from '../errors.ts';

/**
 * What became of an attempt: `refused` (this message will never be taken), `later` (it was not taken, try again), `in_doubt` (it may have
 * been taken: the answer never came, or came after the message).
 */
export type Failure = 'refused' | 'later' | 'in_doubt';

export class DeliveryError extends VoronkaError {
  readonly failure: Failure;
  /** Seconds the receiver asked to wait. */
  readonly retryAfter: number | undefined;

  constructor(failure: Failure, what: string, details: { retryAfter?: number; cause?: unknown } = {}) {
    super(what, {
      code: 'DELIVERY_FAILED',
      retry: failure === 'refused' ? 'never' : 'later',
      context: { failure },
      cause: details.cause,
    });
    this.failure = failure;
    this.retryAfter = details.retryAfter;
  }
}

export class ChannelUnknownError extends VoronkaError {
  constructor(name: string) {
    super(`There is no channel named "${name}" in the configuration any more; its messages wait.`, {
      code: 'CHANNEL_UNKNOWN',
      retry: 'later',
      context: { name },
    });
  }
}
