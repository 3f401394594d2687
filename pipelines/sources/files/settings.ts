import picomatch from 'picomatch';
import { z } from 'zod';
import { sharedSourceFields, sourceName } from '../../config/fields.ts';
import { ENCODINGS, type Encoding } from './decode-text.ts';
import { FILE_KINDS } from './kinds/index.ts';
import type { DateOrder } from './parse-date.ts';
import type { DecimalSeparator } from './parse-number.ts';
import type { Delimiter } from './read-csv.ts';

const KIND_NAMES = FILE_KINDS.map(({ name }) => name);

const form = {
  encoding: z.enum(ENCODINGS).optional(),
  delimiter: z.enum(['semicolon', 'comma', 'tab']).optional(),
  decimal_separator: z.enum(['comma', 'point']).optional(),
};
const dateOrder = z.enum(['dmy', 'mdy', 'ymd'], 'expected dmy (31.01.2026), mdy (01/31/2026) or ymd');

export const filesSettings = z.strictObject({
  type: z.literal('files'),
  name: sourceName.default('files'),
  /** Where the files are, subfolders included; relative to where voronka is started. */
  folder: z.string().min(1),
  /** The order of day, month and year in dates that are written with numbers. ISO dates (2026-01-31) are understood whatever it is. */
  date_order: dateOrder,
  ...form,
  /** Read when a file changes while `serve` or `up` runs, not only on the schedule. */
  watch: z.boolean().default(true),
  /** What is special about some of the files; the first entry that matches holds. */
  files: z
    .array(
      z.strictObject({
        /** A glob over the path in the folder: `plans/*.xlsx`. */
        match: z.string().min(1),
        kind: z.enum(KIND_NAMES as [string, ...string[]]).optional(),
        /** The only sheet to read. */
        sheet: z.string().min(1).optional(),
        date_order: dateOrder.optional(),
        ...form,
      }),
    )
    .default([]),
  ...sharedSourceFields,
});

export type FilesSettings = z.output<typeof filesSettings>;

/** How one file is to be read. */
export interface FileRules {
  readonly kind?: string | undefined;
  readonly sheet?: string | undefined;
  readonly dateOrder: DateOrder;
  readonly decimal: DecimalSeparator | undefined;
  readonly encoding?: Encoding | undefined;
  readonly delimiter?: Delimiter | undefined;
}

export type FilesForm = Pick<
  FilesSettings,
  'date_order' | 'decimal_separator' | 'encoding' | 'delimiter' | 'files'
>;

/** The rules for a file, by its path in the folder. */
export function rulesFor(path: string, settings: FilesForm): FileRules {
  const own = settings.files.find(({ match }) =>
    picomatch.isMatch(path.normalize('NFC'), match.normalize('NFC')),
  );
  return {
    kind: own?.kind,
    sheet: own?.sheet,
    dateOrder: own?.date_order ?? settings.date_order,
    decimal: own?.decimal_separator ?? settings.decimal_separator,
    encoding: own?.encoding ?? settings.encoding,
    delimiter: own?.delimiter ?? settings.delimiter,
  };
}
