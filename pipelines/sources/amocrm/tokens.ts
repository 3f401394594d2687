import { TokenRejectedError } from './errors.ts';

/** Where access tokens come from. */
export interface TokenProvider {
  current(signal?: AbortSignal): Promise<string>;
  /** A token other than the rejected one. Throws TokenRejectedError or NotAuthorizedError when only a person can help. */
  renew(rejected: string, signal?: AbortSignal): Promise<string>;
  /** What must never be shown. */
  secrets(): readonly string[];
}

/** A token made in amoCRM by hand, valid from a day to five years; it cannot be renewed by a program. */
export function longLivedToken(token: string, host: string, variable: string): TokenProvider {
  return {
    current: () => Promise.resolve(token),
    renew: () =>
      Promise.reject(
        new TokenRejectedError(
          host,
          `It has expired or was revoked: make a new long-lived token in the integration's settings ("Keys and scopes") and put it into ${variable}.`,
        ),
      ),
    secrets: () => [token],
  };
}
