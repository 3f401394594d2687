import { VoronkaError } from '../../errors.ts';
import { QuestionRefusedError } from '../engine/errors.ts';

/** amoCRM does not accept the token, and there is no way to get another without a person. */
export class TokenRejectedError extends VoronkaError {
  constructor(host: string, how: string, cause?: unknown) {
    super(`${host} does not accept the access token. ${how}`, {
      code: 'AMOCRM_TOKEN_REJECTED',
      retry: 'never',
      context: { host },
      cause,
    });
  }
}

/** The stored OAuth pair is missing or cannot be used. */
export class NotAuthorizedError extends VoronkaError {
  constructor(source: string, why: string) {
    super(`The source "${source}" is not connected to amoCRM: ${why} Run "voronka auth amocrm".`, {
      code: 'AMOCRM_NOT_AUTHORIZED',
      retry: 'never',
      context: { source },
    });
  }
}

export class PaymentRequiredError extends VoronkaError {
  constructor(host: string, path: string) {
    super(
      `${host} answered 402 to ${path}: the account's subscription is over, or its plan does not include this. ` +
        `Renew the plan in amoCRM (Settings, Billing).`,
      { code: 'AMOCRM_PAYMENT_REQUIRED', retry: 'never', context: { host, path } },
    );
  }
}

/** 403 with a working account: the user who granted the token may not see this. */
export class NoRightsError extends VoronkaError {
  constructor(host: string, path: string) {
    super(
      `${host} answered 403 to ${path}: the token has no right to it. Grant the integration as an administrator; ` +
        `external integrations never see users.`,
      { code: 'AMOCRM_NO_RIGHTS', retry: 'never', context: { host, path } },
    );
  }
}

/** 403 to everything: amoCRM has blocked the account's API. Asking on makes it worse. */
export class AccountBlockedError extends VoronkaError {
  constructor(host: string, since: Date) {
    super(
      `${host} has blocked API requests since ${since.toISOString()} (403 to every request). All syncs of this account are stopped. ` +
        `Write to amoCRM support to have the block lifted; voronka asks once every 15 minutes and goes on by itself.`,
      { code: 'AMOCRM_BLOCKED', retry: 'never', context: { host, since: since.toISOString() } },
    );
  }
}

export class NotFoundError extends QuestionRefusedError {
  constructor(host: string, path: string) {
    super(`${host} has no ${path} (404). Is base_url the address of the account?`, {
      code: 'AMOCRM_NOT_FOUND',
      retry: 'never',
      context: { host, path },
    });
  }
}

/** 400, 405, 422: amoCRM does not understand the question. */
export class RequestRefusedError extends QuestionRefusedError {
  constructor(host: string, path: string, status: number, detail: string) {
    super(`${host} refused ${path} with ${status}: ${detail}`, {
      code: 'AMOCRM_REQUEST_REFUSED',
      retry: 'never',
      context: { host, path, status, detail },
    });
  }
}

/** Every try ended in an error that may pass: 5xx, 429, a cut body, a broken connection, a time-out. */
export class SourceUnavailableError extends VoronkaError {
  constructor(host: string, path: string, tries: number, last: string, cause?: unknown) {
    super(
      `${host} did not answer ${path} in ${tries} tries; the last one ended with: ${last}. It will be tried again.`,
      {
        code: 'AMOCRM_UNAVAILABLE',
        retry: 'later',
        context: { host, path, tries, last },
        cause,
      },
    );
  }
}
