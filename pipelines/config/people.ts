import { z } from 'zod';
import { parseDuration } from './duration.ts';
import { duration, sourceName } from './fields.ts';

/** Fields of voronka.yaml about phone systems and about who uses which number and mailbox. */

export const country = z
  .string()
  .regex(/^[A-Z]{2}$/, 'expected a two-letter country code like RU, for numbers written without one');

const day = z.iso.date('expected a date like 2025-01-31');
const period = { from: day.optional(), to: day.optional() };
const extension = z.union([z.string().min(1), z.number().int().nonnegative()]).transform(String);

/** An extension alone, or with the phone system and the days it was this manager's. */
const extensionEntry = z.union(
  [
    extension.transform((number) => ({ number })),
    z.strictObject({ number: extension, source: sourceName.optional(), ...period }),
  ],
  {
    error:
      'expected an extension like "101", or {number: "101", source: pbx, from: 2025-01-01, to: 2025-06-30}',
  },
);

const mailbox = z.string().regex(/^[^\s@]+@[^\s@]+$/, 'expected an address like anna@company.ru');
const mailboxEntry = z.union(
  [mailbox.transform((address) => ({ address })), z.strictObject({ address: mailbox, ...period })],
  { error: 'expected an address like anna@company.ru, or {address: sales@company.ru, from: 2025-01-01}' },
);

export const managers = z
  .array(
    z.strictObject({
      /** E-mail, id or name of the CRM's user. */
      manager: z.union([z.string().min(1), z.number().int()]).transform(String),
      /** Instead of the CRM's group. */
      team: z.string().min(1).optional(),
      /** Teams one after the other, where the manager changed; days outside of them go by `team`, else by the CRM. */
      teams: z.array(z.strictObject({ team: z.string().min(1), ...period })).default([]),
      /** The first and the last day at work; else those of the first and the last thing known of the manager. */
      ...period,
      extensions: z.array(extensionEntry).default([]),
      mailboxes: z.array(mailboxEntry).default([]),
    }),
  )
  .default([]);

/** What the phone system's kinds share; spread it into the settings of such a source. */
export const pbxFields = {
  /** IANA name; of times the system writes without a zone. The account's when absent. */
  time_zone: z.string().min(1).optional(),
  country: country.optional(),
  /** Internal numbers. */
  extension_pattern: pattern().optional(),
  /** Channels that lead outside. */
  trunk_pattern: pattern().optional(),
  /** The company's own lines, never a client's number. */
  own_numbers: z.array(z.union([z.string().min(1), z.number().int()]).transform(String)).default([]),
};

/** Norms in business time. */
export const contactNorms = {
  /** A missed call is to be called back within this. */
  callback_norm: duration.default('30m'),
  /** A new lead is to be contacted within this. */
  first_contact_norm: duration.default('30m'),
};

export const secondsOf = (text: string): number => (parseDuration(text) ?? 0) / 1_000;

/** The models match with Postgres' regular expressions; what JavaScript refuses is a slip there, too. */
function pattern(): z.ZodString {
  return z.string().refine((text) => {
    try {
      new RegExp(text);
      return true;
    } catch {
      return false;
    }
  }, 'expected a regular expression like ^1\\d\\d$');
}
