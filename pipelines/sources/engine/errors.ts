import { VoronkaError } from '../../errors.ts';

/** The credentials cannot see a stream, or the account does not have it. The sync goes on without it. */
export class StreamMissingError extends VoronkaError {
  readonly reason: string;

  constructor(stream: string, reason: string) {
    super(`The stream "${stream}" cannot be read: ${reason}`, {
      code: 'STREAM_MISSING',
      retry: 'never',
      context: { stream },
    });
    this.reason = reason;
  }
}

export class StreamUnknownError extends VoronkaError {
  constructor(stream: string, known: readonly string[]) {
    super(`There is no stream named "${stream}". Known streams: ${known.join(', ')}.`, {
      code: 'STREAM_UNKNOWN',
      retry: 'never',
      context: { stream },
    });
  }
}

/** A complete read lacks so many known rows that a mistake is likelier than a clean-up. Nothing was marked deleted. */
export class SweepRefusedError extends VoronkaError {
  constructor(stream: string, missing: number, known: number, maxShare: number) {
    super(
      `${missing} of ${known} known rows of "${stream}" are absent from a complete read, more than max_deleted_share ` +
        `(${maxShare}) allows. Nothing was marked deleted. If they really are gone, raise max_deleted_share of the source ` +
        `for one sync; if not, look at the rights of the token.`,
      { code: 'SWEEP_REFUSED', retry: 'never', context: { stream, missing, known, maxShare } },
    );
  }
}

/** A list did not hold still long enough to be read whole. */
export class IncompleteReadError extends VoronkaError {
  constructor(stream: string, got: number, expected: number) {
    super(
      `"${stream}" gave ${got} rows where the source promised ${expected}, several times. It will be tried again.`,
      {
        code: 'READ_INCOMPLETE',
        retry: 'later',
        context: { stream, got, expected },
      },
    );
  }
}

/** The kept position of a stream is not one this version can go on from. */
export class CursorUnreadableError extends VoronkaError {
  constructor(stream: string, cause: unknown) {
    super(
      `The kept position of "${stream}" (ops.cursors) is not readable by this version of voronka. ` +
        `Delete that row to read the stream again from the start; no row is lost by it.`,
      { code: 'CURSOR_UNREADABLE', retry: 'never', context: { stream }, cause },
    );
  }
}

/** The source does not understand the question: asking it again in the same words is of no use. */
export class QuestionRefusedError extends VoronkaError {}

/** Nobody may ask this account anything: see ops.account_blocks. Sources turn it into an error that says why. */
export class AllowanceStoppedError extends VoronkaError {
  constructor(bucket: string) {
    super(`Requests to ${bucket} are stopped because the account was blocked. See "voronka doctor".`, {
      code: 'ALLOWANCE_STOPPED',
      retry: 'never',
      context: { bucket },
    });
  }
}
