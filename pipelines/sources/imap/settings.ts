import { z } from 'zod';
import { environmentVariable, sharedSourceFields, sourceName } from '../../config/fields.ts';
import { mailAddress, sharedMailFields } from '../mail/settings.ts';

/** How a mailbox is opened; what a mailbox does not say is taken from the source. */
const login = {
  password_env: environmentVariable.optional(),
  /** Holds an OAuth access token for SASL XOAUTH2 / OAUTHBEARER. */
  token_env: environmentVariable.optional(),
};

export const imapSettings = z
  .strictObject({
    type: z.literal('imap'),
    name: sourceName.default('imap'),
    host: z.string().min(1),
    /** Default: 993 with implicit TLS, else 143. */
    port: z.number().int().min(1).max(65_535).optional(),
    /** `none` sends passwords in the clear: for servers on the same machine. */
    tls: z.enum(['implicit', 'starttls', 'none']).default('implicit'),
    ...login,
    /** One login that may open every mailbox; the user name is `mailbox<separator>user` (Dovecot, Cyrus). */
    master: z
      .strictObject({
        user: z.string().min(1),
        password_env: environmentVariable,
        separator: z.string().min(1).default('*'),
      })
      .optional(),
    mailboxes: z
      .array(
        z.strictObject({
          address: mailAddress,
          /** Login name; default: the address. */
          user: z.string().min(1).optional(),
          ...login,
          aliases: z.array(mailAddress).default([]),
        }),
      )
      .min(1, 'at least one mailbox is needed')
      .superRefine(uniqueAddresses),
    /** Mailboxes read at the same time. */
    connections: z.number().int().min(1).max(20).default(4),
    ...sharedMailFields,
    ...sharedSourceFields,
  })
  .superRefine((settings, context) => {
    settings.mailboxes.forEach((mailbox, index) => {
      const own = [mailbox.password_env, mailbox.token_env];
      const shared = [settings.password_env, settings.token_env, settings.master];
      const ways = (own.some(isGiven) ? own : shared).filter(isGiven).length;
      if (ways === 1) return;
      context.addIssue({
        code: 'custom',
        path: ['mailboxes', index],
        message: `give one of \`password_env\`, \`token_env\` (here or for the whole source) and \`master\`; found ${ways}`,
      });
    });
  });

export type ImapSettings = Readonly<z.output<typeof imapSettings>>;
export type ImapMailbox = ImapSettings['mailboxes'][number];

function isGiven(value: unknown): boolean {
  return value !== undefined;
}

function uniqueAddresses(mailboxes: readonly { address: string }[], context: z.RefinementCtx): void {
  mailboxes.forEach(({ address }, index) => {
    if (mailboxes.findIndex((other) => other.address === address) === index) return;
    context.addIssue({
      code: 'custom',
      path: [index, 'address'],
      message: `the mailbox ${address} is listed twice`,
    });
  });
}
