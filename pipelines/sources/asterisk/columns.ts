import { ColumnsMissingError } from './errors.ts';

/** The CDR's own names (Asterisk's `contrib/ast-db-manage/cdr`), those FreePBX and Yeastar add, and what is made of them here. */
export const FIELDS = [
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
  'userfield',
  'uniqueid',
  'linkedid',
  'peeraccount',
  'sequence',
  'did',
  'recordingfile',
  'cnum',
  'outbound_cnum',
  'calltype',
  'transfer',
] as const;
export type Field = (typeof FIELDS)[number];

/** Other names of the same things: cdr_pgsql's and FreePBX's `calldate`, the columns of MikoPBX. */
const ALIASES: Partial<Record<Field, readonly string[]>> = {
  start: ['calldate', 'starttime', 'start_time'],
  answer: ['answertime', 'answer_time', 'answerdate'],
  end: ['endtime', 'end_time', 'enddate', 'hangupdate'],
  src: ['src_num', 'callerid_num'],
  dst: ['dst_num'],
  channel: ['src_chan'],
  dstchannel: ['dst_chan'],
  lastapp: ['appname'],
  dcontext: ['context'],
};

/** Names of people and free text: read only where the settings say so. */
const PRIVATE: ReadonlySet<string> = new Set<Field>(['clid', 'userfield']);

/** Without these a row is no call. */
const NEEDED: readonly Field[] = ['start', 'src', 'dst', 'disposition'];

export interface ColumnPlan {
  /** The column a field is read from. */
  readonly columns: ReadonlyMap<Field, string>;
  /** Columns stored beside the fields, under their own names. */
  readonly kept: readonly string[];
}

export interface ColumnWishes {
  readonly columns: Readonly<Partial<Record<Field, string>>>;
  readonly keep_columns: readonly string[];
}

/**
 * Which column holds which field: as the settings say, else by Asterisk's names, else by the aliases; upper and lower case alike.
 * Throws ColumnsMissingError, with the columns there are, when a call cannot be made of them. `place` is for its message.
 */
export function planColumns(found: readonly string[], wishes: ColumnWishes, place: string): ColumnPlan {
  const byName = new Map(found.map((name) => [name.toLowerCase(), name]));
  const columns = new Map<Field, string>();
  const absent: string[] = [];
  for (const field of FIELDS) {
    const wished = wishes.columns[field];
    const column =
      wished === undefined
        ? [field, ...(ALIASES[field] ?? [])]
            .map((name) => byName.get(name))
            .find((name) => name !== undefined)
        : byName.get(wished.toLowerCase());
    if (column !== undefined) columns.set(field, column);
    else if (wished !== undefined) absent.push(`${wished} (columns.${field})`);
  }
  const kept: string[] = [];
  for (const name of wishes.keep_columns) {
    const column = byName.get(name.toLowerCase());
    if (column === undefined) absent.push(`${name} (keep_columns)`);
    else kept.push(column);
  }
  const missing: string[] = NEEDED.filter((field) => !columns.has(field));
  if (!columns.has('end') && !columns.has('duration')) missing.push('end or duration');
  if (missing.length + absent.length > 0) throw new ColumnsMissingError(place, missing, absent, found);
  return { columns, kept };
}

/** Whether a field's text goes into the warehouse. Of `lastdata` only the name of a queue does (see leg.ts). */
export function isStored(name: string, kept: ReadonlySet<string>): boolean {
  return kept.has(name) || !(PRIVATE.has(name) || name === 'lastdata');
}
