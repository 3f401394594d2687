import { parseStamp } from '../local-time.ts';

/** Of cdr_csv up to `amaflags`; what follows depends on cdr.conf. */
const CSV_BASE = [
  'accountcode',
  'src',
  'dst',
  'dcontext',
  'clid',
  'channel',
  'dstchannel',
  'lastapp',
  'lastdata',
  'start',
  'answer',
  'end',
  'duration',
  'billsec',
  'disposition',
  'amaflags',
] as const;
const NEW_COLUMNS = ['peeraccount', 'linkedid', 'sequence'] as const;

/** Master.csv as cdr_csv writes it (cdr/cdr_csv.c), for each setting of loguniqueid, loguserfield and newcdrcolumns. */
const CDR_CSV: readonly (readonly string[])[] = [
  CSV_BASE,
  [...CSV_BASE, 'uniqueid'],
  [...CSV_BASE, 'userfield'],
  [...CSV_BASE, 'uniqueid', 'userfield'],
  [...CSV_BASE, ...NEW_COLUMNS],
  [...CSV_BASE, 'uniqueid', ...NEW_COLUMNS],
  [...CSV_BASE, 'userfield', ...NEW_COLUMNS],
  [...CSV_BASE, 'uniqueid', 'userfield', ...NEW_COLUMNS],
];

/** cdr-custom/Master.csv, by configs/samples/cdr_custom.conf.sample. */
const CDR_CUSTOM: readonly string[] = [
  'clid',
  'src',
  'dst',
  'dcontext',
  'channel',
  'dstchannel',
  'lastapp',
  'lastdata',
  'start',
  'answer',
  'end',
  'duration',
  'billsec',
  'disposition',
  'amaflags',
  'accountcode',
  'uniqueid',
  'userfield',
  'sequence',
];

export const LAYOUT_NAMES = ['auto', 'cdr_csv', 'cdr_custom'] as const;
export type LayoutSetting = (typeof LAYOUT_NAMES)[number] | readonly string[];

export type Layout = readonly string[];

function layoutsOf(setting: LayoutSetting): readonly Layout[] {
  if (setting === 'auto') return [...CDR_CSV, CDR_CUSTOM];
  if (setting === 'cdr_csv') return CDR_CSV;
  if (setting === 'cdr_custom') return [CDR_CUSTOM];
  return [setting];
}

/** Which layout a record is in: as many columns, and times, numbers and results where they belong. Undefined when none fits. */
export function layoutFor(fields: readonly string[], setting: LayoutSetting): Layout | undefined {
  return layoutsOf(setting).find((layout) => layout.length === fields.length && fits(layout, fields));
}

/** Why no layout fits, for the rejects. */
export function misfit(fields: readonly string[], setting: LayoutSetting): string {
  const counts = [...new Set(layoutsOf(setting).map(({ length }) => length))];
  return counts.includes(fields.length)
    ? `the record's ${fields.length} columns do not hold times, seconds and a result where they belong`
    : `the record has ${fields.length} columns, expected ${counts.join(', ').replace(/, (\d+)$/, ' or $1')}`;
}

const RESULTS = /^(ANSWERED|NO ?ANSWER|BUSY|FAILED|CONGESTION|CANCEL(L?ED)?|UNKNOWN|DOCUMENTATION|\d{1,2})$/i;
const UNIQUEID = /\d{9,}\.\d+$/;

const TESTS: Readonly<Record<string, (text: string) => boolean>> = {
  start: isTime,
  answer: (text) => text === '' || isTime(text),
  end: isTime,
  duration: isCount,
  billsec: isCount,
  disposition: (text) => RESULTS.test(text),
  uniqueid: (text) => UNIQUEID.test(text),
  linkedid: (text) => text === '' || UNIQUEID.test(text),
  sequence: (text) => text === '' || isCount(text),
};

function fits(layout: Layout, fields: readonly string[]): boolean {
  return layout.every((name, place) => TESTS[name]?.(fields[place] ?? '') ?? true);
}

function isTime(text: string): boolean {
  return parseStamp(text) !== undefined || text.startsWith('0000-00-00') || /^\d{9,10}(\.\d+)?$/.test(text);
}

function isCount(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text);
}

/** What a file may be whose records are none of Asterisk's, and what to do. */
export function guessFormat(fields: readonly string[]): string {
  const hasCause = fields.some((text) => /^[A-Z]+(_[A-Z]+)+$/.test(text));
  const hasUuid = fields.some((text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text));
  if (hasCause && hasUuid) {
    return (
      'They look like those of FreeSWITCH (mod_cdr_csv: hangup causes and uuids), which is another thing: one record a leg, no ' +
      'linkedid, no result. FreeSWITCH can write its CDRs in Asterisk’s form: template "asterisk" in cdr_csv.conf.xml.'
    );
  }
  const slashed = fields.some((text) => /^\d{1,4}[/.]\d{1,2}[/.]\d{1,4} \d/.test(text));
  if (slashed) {
    return 'Its times look re-saved by a spreadsheet: give the file as Asterisk wrote it (2024-01-27 15:07:24).';
  }
  return 'Say the order of its columns in files.layout: cdr_csv, cdr_custom, or a list of names such as [src, dst, start, …].';
}
