import { z } from 'zod';
import { sharedSourceFields, sourceName } from '../../config/fields.ts';
import { mailAddress, sharedMailFields } from '../mail/settings.ts';

// Files are read whole or not at all: there is no oldest moment to begin at.
const { history_from: _, ...fileSourceFields } = sharedSourceFields;

export const maildirSettings = z.strictObject({
  type: z.literal('maildir'),
  name: sourceName.default('maildir'),
  /** A folder of maildirs and mbox files, or one mbox file. */
  path: z.string().min(1),
  /** Whose mail it is. Without `address` and `mailboxes`, every folder or file directly below `path` named by an address is a mailbox. */
  address: mailAddress.optional(),
  mailboxes: z
    .array(
      z.strictObject({
        address: mailAddress,
        /** Below `path`; default: the address. */
        path: z.string().min(1).optional(),
        aliases: z.array(mailAddress).default([]),
      }),
    )
    .min(1)
    .optional(),
  ...sharedMailFields,
  ...fileSourceFields,
});

export type MaildirSettings = Readonly<z.output<typeof maildirSettings>>;
