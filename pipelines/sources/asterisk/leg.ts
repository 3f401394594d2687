import { createHash } from 'node:crypto';
import { parseStamp, type WallClock } from './local-time.ts';

/** A record by the CDR's names (columns.ts), values as text; what is absent was not in the record. */
export type CdrRecord = Readonly<Record<string, string | null>>;

/** What the numbers in a column of times mean. `utc`: the text names no zone and is UTC all the same. */
export type TimeKind = 'wall' | 'utc' | 'epoch';

export interface LegRules {
  readonly clock: WallClock;
  readonly timeKinds: Readonly<Partial<Record<'start' | 'answer' | 'end', TimeKind>>>;
  /** Whether a field's text goes into the warehouse. */
  readonly isStored: (name: string) => boolean;
}

/** A payload of `raw.asterisk__cdr`. */
export interface Leg {
  /** Values as they came, by the CDR's names. */
  readonly row: CdrRecord;
  /** ISO, UTC. */
  readonly start_at: string;
  readonly answer_at: string | null;
  readonly end_at: string;
  /** Rows with the same one are one call, as far as Asterisk says. */
  readonly call_key: string;
  readonly leg_key: string;
  /** The zone that the times were read in. */
  readonly zone: string;
}

export type ReadLeg =
  | { readonly leg: Leg; readonly startedAt: number; readonly channelCreatedAt: number | null }
  | { readonly reason: string; readonly row: CdrRecord };

/** Years up to this are a clock that was never set: `1970-01-01` is what an unset answer becomes under `usegmtime=yes`. */
const NEVER_YEAR = 1970;
const LATEST_YEAR = 2200;

/**
 * A row of the CDR as a leg: its times in UTC, its keys, and of its texts what may be stored. Of the two moments that the repeated hour
 * of autumn allows, `start` is the one nearest to the epoch in `uniqueid` (when the channel was made), `end` the one nearest to
 * start + duration, `answer` the one nearest to end - billsec.
 */
export function readLeg(record: CdrRecord, rules: LegRules): ReadLeg {
  const row = Object.fromEntries(Object.entries(record).filter(([name]) => rules.isStored(name)));
  const queue = queueOf(record);
  if (queue !== undefined) row['lastdata'] ??= queue;

  const created = epochIn(record['uniqueid']);
  const starts = momentsOf(record['start'], rules.timeKinds.start, rules.clock);
  if (starts === 'unreadable') return { reason: `start: "${clip(record['start'])}" is not a time`, row };
  if (starts === null) return { reason: 'start: the row has no time', row };
  const ends = momentsOf(record['end'], rules.timeKinds.end, rules.clock);
  if (ends === 'unreadable') return { reason: `end: "${clip(record['end'])}" is not a time`, row };
  const answers = momentsOf(record['answer'], rules.timeKinds.answer, rules.clock);
  if (answers === 'unreadable') return { reason: `answer: "${clip(record['answer'])}" is not a time`, row };

  const duration = secondsIn(record['duration']);
  const billed = secondsIn(record['billsec']);
  if (ends === null && duration === null) return { reason: 'end: the row has neither end nor duration', row };

  const start = nearest(starts, created ?? starts[0] ?? 0);
  const stated = nearest(ends ?? [start + (duration ?? 0)], start + (duration ?? 0));
  // A clock that was set back during the call: the counted seconds are right, the time of the end is not.
  const end = stated < start ? start + (duration ?? 0) : stated;
  // Where the table has no answer, billed seconds say when it was; rows that nobody answered have them too, by inheritance.
  const wasAnswered = isAnswered(record['disposition']);
  const guess = billed !== null && (wasAnswered || billed > 0) ? [end - billed] : wasAnswered ? [end] : null;
  const answer = nearestOrNull(answers ?? guess, end - (billed ?? 0));

  const keys = keysOf(record, start);
  const leg: Leg = {
    row,
    start_at: iso(start),
    answer_at: answer === null ? null : iso(Math.min(Math.max(answer, start), end)),
    end_at: iso(end),
    ...keys,
    zone: rules.clock.name,
  };
  return { leg, startedAt: start, channelCreatedAt: created };
}

/** Unix seconds in `[systemname-]<epoch>.<n>`, when the channel was made; null where there are none. */
function epochIn(uniqueid: string | null | undefined): number | null {
  const match = /(?:^|-)(\d{9,10})\.\d+$/.exec(uniqueid ?? '');
  return match ? Number(match[1]) : null;
}

/** Unix seconds that a text may mean; null when it is unset. */
function momentsOf(
  text: string | null | undefined,
  kind: TimeKind = 'wall',
  clock: WallClock,
): readonly number[] | null | 'unreadable' {
  if (text == null || text === '' || text.startsWith('0000-00-00')) return null;
  if (kind === 'epoch') {
    const epoch = Number(text);
    if (!Number.isFinite(epoch)) return 'unreadable';
    return isPlausible(epoch) ? [epoch] : null;
  }
  const stamp = parseStamp(text);
  if (!stamp) return 'unreadable';
  if (!isPlausible(stamp.wall)) return null;
  return stamp.isAbsolute || kind === 'utc' ? [stamp.wall] : clock.moments(stamp.wall);
}

function isPlausible(seconds: number): boolean {
  const year = new Date(seconds * 1_000).getUTCFullYear();
  return year > NEVER_YEAR && year < LATEST_YEAR;
}

function nearest(moments: readonly number[], to: number): number {
  return moments.reduce((best, moment) => (Math.abs(moment - to) < Math.abs(best - to) ? moment : best));
}

function nearestOrNull(moments: readonly number[] | null, to: number): number | null {
  return moments === null ? null : nearest(moments, to);
}

function secondsIn(text: string | null | undefined): number | null {
  return text != null && /^\d+(\.\d+)?$/.test(text) ? Number(text) : null;
}

/** A column of numbers holds the bit: 8 is ANSWERED. */
function isAnswered(disposition: string | null | undefined): boolean {
  return disposition === 'ANSWERED' || disposition === '8';
}

/** The queue's name is the first argument of Queue(); the rest of `lastdata` is not stored. */
function queueOf(record: CdrRecord): string | undefined {
  if (record['lastapp']?.toLowerCase() !== 'queue') return undefined;
  return record['lastdata']?.split(/[,|]/)[0];
}

/** What tells two rows apart when Asterisk numbers neither: everything it wrote about them. */
const CONTENT = [
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
] as const;

/**
 * (uniqueid, linkedid, sequence) is one row's key; `sequence` starts again with Asterisk and means nothing alone. Without it the content
 * stands in: channels carry a running number, so that two rows alike in everything are one row written twice.
 */
function keysOf(record: CdrRecord, start: number): { call_key: string; leg_key: string } {
  const [uniqueid, linkedid, sequence] = [record['uniqueid'], record['linkedid'], record['sequence']];
  const isNumbered = isText(uniqueid) && isText(sequence);
  const content = isNumbered ? '' : `~${contentHash(record)}`;
  const leg_key = isNumbered
    ? `${uniqueid}/${linkedid ?? ''}/${sequence}`
    : isText(uniqueid)
      ? `${uniqueid}/${linkedid ?? ''}/${content}`
      : content;
  if (isText(linkedid)) return { call_key: linkedid, leg_key };
  if (isText(uniqueid)) return { call_key: uniqueid, leg_key };
  // The legs that one channel dialled are one call; its name comes again only after a restart.
  const channel = record['channel']?.replace(/;[12]$/, '');
  const day = iso(start).slice(0, 10);
  return { call_key: isText(channel) ? `${channel}@${day}` : leg_key, leg_key };
}

function contentHash(record: CdrRecord): string {
  const content = JSON.stringify(CONTENT.map((name) => record[name] ?? ''));
  return createHash('sha256').update(content).digest('hex').slice(0, 24);
}

function isText(value: string | null | undefined): value is string {
  return value != null && value !== '';
}

function clip(text: string | null | undefined): string {
  return (text ?? '').slice(0, 60);
}

function iso(seconds: number): string {
  return new Date(Math.round(seconds * 1_000)).toISOString();
}
