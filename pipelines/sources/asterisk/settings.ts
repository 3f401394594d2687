import { IANAZone } from 'luxon';
import { z } from 'zod';
import { duration, environmentVariable, sharedSourceFields, sourceName } from '../../config/fields.ts';
import { pbxFields } from '../../config/people.ts';
import { FIELDS } from './columns.ts';
import { LAYOUT_NAMES } from './files/layouts.ts';

export const asteriskSettings = z
  .strictObject({
    type: z.literal('asterisk'),
    name: sourceName.default('asterisk'),
    /** A CDR table in Postgres, MySQL or MariaDB; the address's scheme says which. */
    database: z
      .strictObject({
        url_env: environmentVariable,
        /** May name its schema: `asterisk.cdr`. */
        table: z.string().min(1).default('cdr'),
      })
      .optional(),
    files: z
      .strictObject({
        /** Master.csv, or the folder it is in; its rotated copies are found beside it. */
        path: z.string().min(1),
        /** The order of the columns, where it cannot be told from the file. */
        layout: z.union([z.enum(LAYOUT_NAMES), z.array(z.string().min(1)).min(5)]).default('auto'),
      })
      .optional(),
    ...pbxFields,
    /** Zone of the times as they are stored: the server's own, or UTC with `usegmtime=yes`. A wrong one shifts every call. */
    time_zone: z
      .string()
      .refine((zone) => IANAZone.isValidZone(zone), 'expected an IANA time zone like Europe/Moscow'),
    /** Columns that have other names than Asterisk's: `start: call_began`. */
    columns: z.partialRecord(z.enum(FIELDS), z.string().min(1)).default({}),
    /** Columns to store that are not stored by default: names of people, free text, variables of the dialplan. */
    keep_columns: z.array(z.string().min(1)).default([]),
    /** Every sync reads so far back again: longer than the longest call and the batch delay, for a row is written when its call ends. */
    overlap: duration.default('1d'),
    /** What contexts of the dialplan mean: `from-trunk: in`. */
    contexts: z
      .record(
        z.string().min(1),
        z.enum(['in', 'out', 'internal', 'queue', 'ivr', 'voicemail', 'announcement', 'park', 'conference']),
      )
      .default({}),
    ...sharedSourceFields,
  })
  .refine((value) => (value.database === undefined) !== (value.files === undefined), {
    error: 'give either `database` (a table) or `files` (Master.csv), one of them',
    when: ({ value }) => typeof value === 'object' && value !== null,
  });

export type AsteriskSettings = Readonly<z.output<typeof asteriskSettings>>;
