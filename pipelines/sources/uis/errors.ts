import { VoronkaError } from '../../errors.ts';
import { QuestionRefusedError } from '../engine/errors.ts';

/** -32001: the token is unknown, expired or blocked. */
export class UisTokenRejectedError extends VoronkaError {
  constructor(host: string, variable: string, said: string) {
    super(
      `${host} does not accept the access token in ${variable} (${said}). Make a permanent key in the account (Settings, Users, API ` +
        `access) and put it into ${variable}; keys of UIS and CoMagic are not interchangeable.`,
      { code: 'UIS_TOKEN_REJECTED', retry: 'never', context: { host, variable } },
    );
  }
}

/** The account lists who may ask, and nobody may by default. */
export class UisAddressNotAllowedError extends VoronkaError {
  constructor(host: string, address: string | undefined) {
    const which = address === undefined ? 'this machine’s address' : `the address ${address} of this machine`;
    super(
      `${host} refuses ${which}: it is not on the account’s list of addresses that may use the API. Add it in the account, in the ` +
        `settings of the API user (list of allowed IP addresses), and start again.`,
      { code: 'UIS_ADDRESS_NOT_ALLOWED', retry: 'never', context: { host, address } },
    );
  }
}

export class UisAccountInactiveError extends VoronkaError {
  constructor(host: string) {
    super(`${host} says that the account is switched off. Renew it, or write to its support.`, {
      code: 'UIS_ACCOUNT_INACTIVE',
      retry: 'never',
      context: { host },
    });
  }
}

/** The user of the token may not see this, or the account has not bought it. */
export class UisNoRightsError extends VoronkaError {
  constructor(host: string, method: string, said: string) {
    super(`${host} does not allow ${method}: ${said}`, {
      code: 'UIS_NO_RIGHTS',
      retry: 'never',
      context: { host, method },
    });
  }
}

/** The points of the day are used up; waiting for so long would hold up everything else. */
export class UisDayLimitError extends VoronkaError {
  constructor(host: string, seconds: number | undefined) {
    const when = seconds === undefined ? '' : ` They come back in ${Math.ceil(seconds / 60)} minutes.`;
    super(
      `The account’s API points of the day at ${host} are used up.${when} The sync goes on then; a larger limit can be bought in the ` +
        `account (Account, Tariffs and options).`,
      { code: 'UIS_DAY_LIMIT', retry: 'later', context: { host, seconds } },
    );
  }
}

/** The Data API does not understand the question. */
export class UisRequestRefusedError extends QuestionRefusedError {
  constructor(host: string, method: string, mnemonic: string, detail: string) {
    super(`${host} refused ${method} with ${mnemonic}: ${detail}`, {
      code: 'UIS_REQUEST_REFUSED',
      retry: 'never',
      context: { host, method, mnemonic },
    });
  }
}

/** Every try ended in an error that may pass. */
export class UisUnavailableError extends VoronkaError {
  constructor(host: string, method: string, tries: number, last: string, cause?: unknown) {
    super(
      `${host} did not answer ${method} in ${tries} tries; the last one ended with: ${last}. It will be tried again.`,
      { code: 'UIS_UNAVAILABLE', retry: 'later', context: { host, method, tries, last }, cause },
    );
  }
}
