import { VoronkaError } from '../../errors.ts';
import { QuestionRefusedError } from '../engine/errors.ts';

/** 3102, 3105: the key or the salt is not the one of this PBX. */
export class MangoCredentialsError extends VoronkaError {
  constructor(host: string, code: number, variable: string, what: string) {
    super(
      `${host} refused the request with ${code}: ${what} in ${variable} is wrong. Copy it anew from the account (Integrations, API ` +
        `connector). Only one wrong request in two minutes is allowed, so the next try waits for two.`,
      { code: 'MANGO_CREDENTIALS', retry: 'never', context: { host, code, variable } },
    );
  }
}

/** Any other code of the 3000s: the question is wrong, and must not be asked again in the same words. */
export class MangoRefusedError extends QuestionRefusedError {
  constructor(host: string, path: string, code: number | string, said: string) {
    super(`${host} refused ${path} with ${code}${said === '' ? '' : `: ${said}`}`, {
      code: 'MANGO_REFUSED',
      retry: 'never',
      context: { host, path, code },
    });
  }
}

/** 401: more wrong requests than the vendor allows, by us or by another program with the same key. */
export class MangoBlockedError extends VoronkaError {
  constructor(host: string) {
    super(
      `${host} answers 401: there was more than one wrong request in two minutes, and it refuses all for two. It will be tried again ` +
        `then. When it comes back, another program that uses the same key asks wrongly.`,
      { code: 'MANGO_BLOCKED', retry: 'later', context: { host } },
    );
  }
}

/** 403: requests are only taken from addresses listed in the account. */
export class MangoAddressNotAllowedError extends VoronkaError {
  constructor(host: string) {
    super(
      `${host} answers 403: the account lists the addresses that may use its API, and this machine’s is not among them. Add it in the ` +
        `account (Integrations, API connector, IP addresses), or empty the list.`,
      { code: 'MANGO_ADDRESS_NOT_ALLOWED', retry: 'never', context: { host } },
    );
  }
}

/** Calls lie in the future: the PBX tells another clock than the configuration says. */
export class MangoClockError extends VoronkaError {
  constructor(source: string, hours: number, configured: string) {
    super(
      `Calls of "${source}" begin up to ${hours} hours from now: its statistics run ahead of unix time. epoch_offset is ${configured}; ` +
        `set it to 3h (Moscow time told as UTC), then read everything again: voronka sync ${source} --backfill --from <first day>.`,
      { code: 'MANGO_CLOCK', retry: 'never', context: { source, hours } },
    );
  }
}

/** The statistics were asked for and did not come. */
export class MangoNotReadyError extends VoronkaError {
  constructor(host: string, minutes: number) {
    super(`${host} has not prepared the statistics in ${minutes} minutes. It will be tried again.`, {
      code: 'MANGO_NOT_READY',
      retry: 'later',
      context: { host, minutes },
    });
  }
}

/** Every try ended in an error that may pass. */
export class MangoUnavailableError extends VoronkaError {
  constructor(host: string, path: string, tries: number, last: string, cause?: unknown) {
    super(
      `${host} did not answer ${path} in ${tries} tries; the last one ended with: ${last}. It will be tried again.`,
      { code: 'MANGO_UNAVAILABLE', retry: 'later', context: { host, path, tries, last }, cause },
    );
  }
}
