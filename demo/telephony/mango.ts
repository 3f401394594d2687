import { type Call, type Leg, type LegEnd, legTalk } from './call.ts';
import type { Extension } from './extensions.ts';

export type MangoRow = Readonly<Record<string, unknown>>;

/** The folder of the Mango Office stand-in (`../mango/README.md`) as values. */
export interface MangoFolder {
  readonly account: MangoRow;
  readonly users: readonly MangoRow[];
  /** One row a leg, in the order of calls. */
  readonly calls: Iterable<MangoRow>;
}

/** The `entry_id` Mango gives the call; what a CRM's note has in `uniq`. */
export function mangoKey({ number }: Call): string {
  return Buffer.from(`31${String(number).padStart(8, '0')}:206`).toString('base64');
}

export function mangoFolder(calls: readonly Call[], extensions: readonly Extension[]): MangoFolder {
  return {
    account: { name: 'СеверПак' },
    // Who has left is not among the users any more.
    users: extensions.filter(({ toDay }) => toDay === null).map(userRow),
    calls: {
      *[Symbol.iterator]() {
        for (const call of calls) yield* legRows(call);
      },
    },
  };
}

function userRow({ number, employee }: Extension): MangoRow {
  const { name, email, id } = employee;
  return {
    general: { name: `${name.first} ${name.last}`, email, user_id: id },
    telephony: { extension: number, numbers: [{ number: sip(number), protocol: 'sip' }] },
    groups: [],
  };
}

function sip(extension: string): string {
  return `sip:user${extension}@severpak.mangosip.ru`;
}

function* legRows(call: Call): Generator<MangoRow> {
  const { direction, greetingSeconds, startedAt, legs } = call;
  const line = `7${call.line}`;
  const client = call.clientNumber === null ? '' : `7${call.clientNumber}`;
  const base = { entry_id: mangoKey(call), create: startedAt };
  if (direction === 'in' && greetingSeconds > 0) {
    const isAll = legs.every(({ end }) => end === 'announced');
    yield {
      ...base,
      start: startedAt,
      answer: startedAt,
      finish: startedAt + greetingSeconds,
      from_extension: '',
      from_number: client,
      to_extension: '',
      to_number: line,
      line_number: line,
      location: 'ivr',
      disconnect_reason: isAll && call.outcome === 'abandoned' ? 1110 : 1170,
    };
  }
  const inQueue = legs.filter(({ group }) => group !== null);
  if (inQueue[0] !== undefined) {
    // Waiting for a group is a stay of its own, until somebody picks up or nobody is left to.
    const left = inQueue.map(({ answeredAt, endedAt }) => answeredAt ?? endedAt);
    const answers = inQueue.flatMap(({ answeredAt }) => answeredAt ?? []);
    yield {
      ...base,
      start: inQueue[0].startedAt,
      answer: 0,
      finish: answers.length > 0 ? Math.min(...answers) : Math.max(...left),
      from_extension: '',
      from_number: client,
      to_extension: '',
      to_number: line,
      line_number: line,
      location: 'queue',
      disconnect_reason: answers.length > 0 ? 1100 : 1164,
    };
  }
  for (const leg of legs) {
    if (leg.end === 'announced') continue;
    const { from, to, answeredAt } = leg;
    yield {
      ...base,
      records: legTalk(leg) > 0 ? [`${mangoKey(call)}${leg.startedAt}`] : [],
      start: leg.startedAt,
      answer: answeredAt ?? 0,
      finish: leg.endedAt,
      from_extension: from?.number ?? '',
      from_number: from === null ? client : sip(from.number),
      to_extension: to?.number ?? '',
      to_number: to === null ? client : sip(to.number),
      ...(direction === 'internal' ? {} : { line_number: line }),
      location: 'abonent',
      disconnect_reason: reasonOf(leg),
    };
  }
}

const REASONS: Readonly<Record<LegEnd, number>> = {
  talked: 1110,
  no_answer: 1111,
  elsewhere: 1182,
  busy: 1121,
  caller_left: 1110,
  failed: 1130,
  announced: 1170,
};

function reasonOf({ end, from }: Leg): number {
  // A hang-up of the talk: the outside party, or the employee who dialled.
  return end === 'talked' && from !== null ? 1120 : REASONS[end];
}
