import { z } from 'zod';
import { amocrm } from './amocrm/index.ts';
import { calendar } from './calendar/index.ts';
import { files } from './files/index.ts';
import { imap } from './imap/index.ts';
import { maildir } from './maildir/index.ts';
import { mango } from './mango/index.ts';
import { uis } from './uis/index.ts';
import { asterisk } from './asterisk/index.ts';

/** Every kind of source. Adding one adds its folder and its name here, twice. */
export const SOURCE_KINDS = [amocrm, asterisk, calendar, imap, maildir, files, uis, mango] as const;

export const sourceSettings = z.discriminatedUnion('type', [
  amocrm.settings,
  asterisk.settings,
  calendar.settings,
  imap.settings,
  maildir.settings,
  files.settings,
  uis.settings,
  mango.settings,
]);

export type SourceConfig = Readonly<z.output<typeof sourceSettings>>;
