import { VoronkaError } from '../../errors.ts';

/** The server does not accept the login of a mailbox. */
export class MailboxLoginError extends VoronkaError {
  constructor(host: string, mailbox: string, variable: string, answer: string) {
    super(
      `${host} refused the login of ${mailbox}: ${answer || 'no reason given'}. Check the environment variable ${variable}, and that ` +
        `IMAP is switched on for the mailbox; many providers want an app password or OAuth (token_env).`,
      { code: 'IMAP_LOGIN_REFUSED', retry: 'never', context: { host, mailbox, variable } },
    );
  }
}

/** No connection, or one that broke. What was read is kept; the next sync goes on from there. */
export class MailServerUnavailableError extends VoronkaError {
  constructor(host: string, mailbox: string, doing: string, cause: unknown) {
    super(`${host} broke off while ${doing} of ${mailbox}: ${reasonOf(cause)}. It will be tried again.`, {
      code: 'IMAP_UNAVAILABLE',
      retry: 'later',
      context: { host, mailbox, doing },
      cause,
    });
  }
}

function reasonOf(cause: unknown): string {
  const { code, message, responseText } = (cause ?? {}) as Record<string, unknown>;
  return [responseText, message, code].find((text) => typeof text === 'string' && text !== '') as string;
}
