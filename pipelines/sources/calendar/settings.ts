import { IANAZone } from 'luxon';
import { z } from 'zod';
import { duration, environmentVariable, sharedSourceFields, sourceName } from '../../config/fields.ts';

const address = z
  .string()
  .regex(/^[^\s@]+@[^\s@]+$/, 'expected an address like anna@company.ru')
  .transform((text) => text.toLowerCase());

/** A person's calendars on a CalDAV server. */
const onServer = z.strictObject({
  owner: address,
  caldav: z.url({ protocol: /^https?$/, error: 'expected an address like https://dav.company.ru/' }),
  username: z.string().min(1),
  password_env: environmentVariable,
  /** Display names of those to read; without it, all that hold events. */
  names: z.array(z.string().min(1)).min(1).optional(),
});

/** An .ics file, or a folder of them, each named by its owner: `anna@company.ru.ics`. */
const inFiles = z.strictObject({ owner: address.optional(), path: z.string().min(1) });

/** An .ics behind an address that is a secret itself, as those of Google and Outlook are. */
const atAddress = z.strictObject({ owner: address, url_env: environmentVariable });

export const calendarSettings = z.strictObject({
  type: z.literal('calendar'),
  name: sourceName.default('calendar'),
  calendars: z
    .array(
      z.union([onServer, inFiles, atAddress], {
        error: 'expected {owner, caldav, username, password_env}, {owner, path} or {owner, url_env}',
      }),
    )
    .min(1),
  /** Zone of times that name none, and of days. */
  time_zone: z
    .string()
    .refine((zone) => IANAZone.isValidZone(zone), 'expected an IANA time zone like Europe/Moscow'),
  /** So far ahead meetings are read. */
  horizon: duration.default('90d'),
  /** Which meetings are presentations: by words of the title (a regular expression, in any case), or by category. */
  presentations: z
    .strictObject({
      titles: z.string().refine(isPattern, 'expected a regular expression like презентац|demo').optional(),
      categories: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  /** Titles are not stored unless this says so; those of private events never are. */
  keep_titles: z.boolean().default(false),
  ...sharedSourceFields,
});

export type CalendarSettings = Readonly<z.output<typeof calendarSettings>>;
export type CalendarPlace = CalendarSettings['calendars'][number];

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'iu');
    return true;
  } catch {
    return false;
  }
}
