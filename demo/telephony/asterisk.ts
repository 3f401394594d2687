import { hash } from '../company/random.ts';
import type { Call, Leg, LegEnd } from './call.ts';
import type { Extension } from './extensions.ts';
import { civilTime, dialled } from './spelling.ts';

/**
 * One row of Asterisk's `cdr` table: the columns of the official schema, times in the office's zone without saying so, and `did`
 * as FreePBX adds it. `answer` is null where nothing answered.
 */
export interface CdrRow {
  readonly accountcode: string;
  readonly src: string;
  readonly dst: string;
  readonly dcontext: string;
  readonly clid: string;
  readonly channel: string;
  readonly dstchannel: string;
  readonly lastapp: string;
  readonly lastdata: string;
  readonly start: string;
  readonly answer: string | null;
  readonly end: string;
  readonly duration: number;
  readonly billsec: number;
  readonly disposition: 'ANSWERED' | 'NO ANSWER' | 'BUSY' | 'FAILED';
  readonly amaflags: 'DOCUMENTATION';
  readonly uniqueid: string;
  readonly userfield: string;
  readonly peeraccount: string;
  readonly linkedid: string;
  readonly sequence: number;
  readonly did: string;
}

/** `epoch.number` of the first channel: the id of the call; what a CRM's note has in `uniq`. */
export function linkedId({ startedAt, number }: Call): string {
  return `${startedAt}.${number}`;
}

export const TRUNK = 'trunk-msk';

/**
 * The calls as Asterisk writes them: a row for every telephone rung, `linkedid` for the call. The row of the first one begins when
 * the call does (its channel was there first), so a greeting is seen only as a longer wait.
 */
export function* cdrRows(calls: Iterable<Call>): Generator<CdrRow> {
  let sequence = 0;
  for (const call of calls) {
    for (const [place, leg] of call.legs.entries()) {
      yield cdrRow(call, place === 0 ? { ...leg, startedAt: call.startedAt } : leg, (sequence += 1));
    }
  }
}

function cdrRow(call: Call, leg: Leg, sequence: number): CdrRow {
  const { startedAt, endedAt } = leg;
  // A machine answers as well as a man, says Asterisk.
  const answeredAt = leg.end === 'announced' ? startedAt : leg.answeredAt;
  const linkedid = linkedId(call);
  return {
    accountcode: '',
    ...(call.direction === 'in' ? incoming(call, leg, sequence) : outgoing(call, leg, sequence)),
    start: civilTime(startedAt),
    answer: answeredAt === null ? null : civilTime(answeredAt),
    end: civilTime(endedAt),
    duration: endedAt - startedAt,
    billsec: answeredAt === null ? 0 : endedAt - answeredAt,
    disposition: DISPOSITION[leg.end],
    amaflags: 'DOCUMENTATION',
    uniqueid: linkedid,
    userfield: '',
    peeraccount: '',
    linkedid,
    sequence,
    did: call.direction === 'in' ? `7${call.line}` : '',
  };
}

const DISPOSITION: Readonly<Record<LegEnd, CdrRow['disposition']>> = {
  talked: 'ANSWERED',
  announced: 'ANSWERED',
  no_answer: 'NO ANSWER',
  elsewhere: 'NO ANSWER',
  caller_left: 'NO ANSWER',
  busy: 'BUSY',
  failed: 'FAILED',
};

type Parties = Pick<
  CdrRow,
  'src' | 'dst' | 'dcontext' | 'clid' | 'channel' | 'dstchannel' | 'lastapp' | 'lastdata'
>;

function incoming(call: Call, { to, group, isTransfer }: Leg, sequence: number): Parties {
  const src = call.clientNumber === null ? 'anonymous' : `7${call.clientNumber}`;
  const caller = { src, clid: `"${src}" <${src}>`, channel: channel(TRUNK, call.number, 'in') };
  if (to === null) {
    const isClosed = call.outcome === 'after_hours';
    return {
      ...caller,
      dst: 's',
      dcontext: 'ivr-main',
      dstchannel: '',
      lastapp: isClosed ? 'Playback' : 'BackGround',
      lastdata: isClosed ? 'custom/closed' : 'custom/welcome',
    };
  }
  const dstchannel = channel(to.number, sequence, 'out');
  return group === null
    ? {
        ...caller,
        dst: to.number,
        dcontext: isTransfer ? 'from-internal-xfer' : 'from-trunk',
        dstchannel,
        lastapp: 'Dial',
        lastdata: `PJSIP/${to.number},20,tT`,
      }
    : {
        ...caller,
        dst: group.number,
        dcontext: 'ext-queues',
        dstchannel,
        lastapp: 'Queue',
        lastdata: `${group.number},t,,,30`,
      };
}

function outgoing(call: Call, { from, to }: Leg, sequence: number): Parties {
  if (from === null) throw new RangeError(`call ${call.number}: nobody dials`);
  const dst = to === null ? dialled(call.clientNumber ?? '') : to.number;
  return {
    src: from.number,
    dst,
    dcontext: 'from-internal',
    clid: `"${nameOf(from)}" <${from.number}>`,
    channel: channel(from.number, call.number, 'in'),
    dstchannel: channel(to === null ? TRUNK : to.number, sequence, 'out'),
    lastapp: 'Dial',
    lastdata: to === null ? `PJSIP/${dst}@${TRUNK},300,T` : `PJSIP/${to.number},25,tT`,
  };
}

function nameOf({ employee }: Extension): string {
  return `${employee.name.first} ${employee.name.last}`;
}

function channel(endpoint: string, number: number, side: string): string {
  return `PJSIP/${endpoint}-${hash(number, side).toString(16).padStart(8, '0')}`;
}

/** A line of `Master.csv` in its newest, 21-column form: text quoted, numbers bare, an absent `answer` empty and unquoted. */
export function masterLine(row: CdrRow): string {
  const q = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  return [
    q(row.accountcode),
    q(row.src),
    q(row.dst),
    q(row.dcontext),
    q(row.clid),
    q(row.channel),
    q(row.dstchannel),
    q(row.lastapp),
    q(row.lastdata),
    q(row.start),
    row.answer === null ? '' : q(row.answer),
    q(row.end),
    row.duration,
    row.billsec,
    q(row.disposition),
    q(row.amaflags),
    q(row.uniqueid),
    q(row.userfield),
    q(row.peeraccount),
    q(row.linkedid),
    row.sequence,
  ].join(',');
}
