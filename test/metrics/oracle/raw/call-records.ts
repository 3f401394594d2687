import { readFileSync } from 'node:fs';
import { DateTime } from 'luxon';
import { readTable } from './table.ts';

/** A line of Asterisk's `Master.csv`: one telephone rung, or one announcement played. Moments are unix seconds. */
export interface CallRecord {
  readonly call: string;
  readonly sequence: number;
  readonly src: string;
  readonly dst: string;
  readonly context: string;
  readonly channel: string;
  readonly otherChannel: string;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number;
  readonly disposition: string;
}

/** In the order of Asterisk's documentation (cdr_csv). */
const COLUMNS = ['accountcode', 'src', 'dst', 'dcontext', 'clid', 'channel', 'dstchannel', 'lastapp', 'lastdata', 'start', 'answer', 'end', 'duration', 'billsec', 'disposition', 'amaflags', 'uniqueid', 'userfield', 'peeraccount', 'linkedid', 'sequence']; // prettier-ignore

export function readCallRecords(file: string, zone: string): CallRecord[] {
  const moment = (text: string | undefined): number => DateTime.fromSQL(text ?? '', { zone }).toSeconds();
  return readTable(readFileSync(file, 'utf8'), ',', COLUMNS).map((row) => ({
    call: row['linkedid'] ?? '',
    sequence: Number(row['sequence']),
    src: row['src'] ?? '',
    dst: row['dst'] ?? '',
    context: row['dcontext'] ?? '',
    channel: row['channel'] ?? '',
    otherChannel: row['dstchannel'] ?? '',
    startedAt: moment(row['start']),
    answeredAt: row['answer'] === '' ? null : moment(row['answer']),
    endedAt: moment(row['end']),
    disposition: row['disposition'] ?? '',
  }));
}
