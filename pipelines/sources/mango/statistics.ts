import { createHash } from 'node:crypto';
import type { RawRow } from '../engine/connection.ts';

/** The columns asked for, in this order: the answer has no header. */
export const STATISTIC_FIELDS = [
  'records',
  'start',
  'finish',
  'answer',
  'from_extension',
  'from_number',
  'to_extension',
  'to_number',
  'disconnect_reason',
  'line_number',
  'location',
  'entry_id',
  'create',
] as const;

type Fields = Record<(typeof STATISTIC_FIELDS)[number], string>;

/**
 * The rows of a statistic: `;` between fields, a line each, no header and no escapes. A leg has no id of its own; its key is made of what
 * cannot change while it is known (call, start, both sides, line, place), numbered where two legs are alike in all of it. Oldest first.
 * A line of another number of fields becomes a row that its schema refuses, so that it is kept and shown.
 */
export function readStatistic(csv: string, epochOffsetSeconds: number): RawRow[] {
  const known: Fields[] = [];
  const rows: RawRow[] = [];
  for (const line of csv.split('\n')) {
    const text = line.replace(/\r$/, '');
    if (text.trim() === '') continue;
    const values = text.split(';');
    if (values.length === STATISTIC_FIELDS.length)
      known.push(
        Object.fromEntries(STATISTIC_FIELDS.map((name, at) => [name, (values[at] ?? '').trim()])) as Fields,
      );
    else rows.push(rowOf({ unreadable: text, fields: values.length }));
  }
  // Equal legs are numbered in an order of their own, whatever order they come in.
  known.sort(
    (left, right) => Number(left.start) - Number(right.start) || compare(orderOf(left), orderOf(right)),
  );
  const met = new Map<string, number>();
  for (const leg of known) {
    const same = identityOf(leg);
    const times = (met.get(same) ?? 0) + 1;
    met.set(same, times);
    const key = times === 1 ? same : `${same}-${times}`;
    rows.push(
      rowOf({ leg_key: key, ...leg, records: recordsOf(leg.records), epoch_offset: epochOffsetSeconds }),
    );
  }
  return rows;
}

function rowOf(value: object): RawRow {
  return { text: JSON.stringify(value), value };
}

function identityOf(leg: Fields): string {
  const parts = [
    leg.start,
    leg.from_extension,
    leg.from_number,
    leg.to_extension,
    leg.to_number,
    leg.line_number,
    leg.location,
  ];
  const hash = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
  return `${leg.entry_id}-${hash}`;
}

function orderOf(leg: Fields): string {
  return [identityOf(leg), leg.finish, leg.answer, leg.disconnect_reason, leg.records].join('\n');
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** `[rec1,rec2]`, and without brackets in the documentation's own example. Ids; links to recordings are made from them on demand only. */
function recordsOf(text: string): readonly string[] {
  return text
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '' && !/^https?:/i.test(id));
}
