import { type Call, type Leg, legTalk, talkSeconds, waitSeconds } from './call.ts';
import type { Extension } from './extensions.ts';
import { civilTime } from './spelling.ts';

export type UisRow = Readonly<Record<string, unknown>>;

/** The folder of the UIS stand-in (`../uis/README.md`) as values. */
export interface UisFolder {
  readonly account: UisRow;
  readonly employees: readonly UisRow[];
  readonly calls: Iterable<UisRow>;
  readonly call_legs: Iterable<UisRow>;
}

const FIRST_SESSION = 1_820_000_000;

/** The id UIS gives the call; what a CRM's note has in `uniq`. */
export function uisKey({ number }: Call): string {
  return String(FIRST_SESSION + number);
}

export function uisFolder(calls: readonly Call[], extensions: readonly Extension[]): UisFolder {
  return {
    account: { app_id: 41_207, name: 'СеверПак', timezone: 'Europe/Moscow' },
    employees: extensions.map(employeeRow),
    calls: again(function* () {
      for (const call of calls) yield session(call);
    }),
    call_legs: again(function* () {
      let id = 3_400_000_000;
      for (const call of calls) for (const row of lines(call)) yield { id: (id += 1), ...row };
    }),
  };
}

function again<T>(rows: () => Generator<T>): Iterable<T> {
  return { [Symbol.iterator]: rows };
}

function employeeRow({ number, employee, toDay }: Extension): UisRow {
  const { name, email, id } = employee;
  return {
    id,
    full_name: `${name.first} ${name.last}`,
    email,
    // Who has left keeps their name, not their telephone.
    extension: toDay === null ? { extension_phone_number: number } : null,
    phone_numbers: toDay === null ? [{ phone_number: `sip${number}` }] : [],
    groups: [],
  };
}

function session(call: Call): UisRow {
  const { direction, legs, outcome, line } = call;
  const talk = talkSeconds(call);
  return {
    id: Number(uisKey(call)),
    start_time: civilTime(call.startedAt),
    finish_time: civilTime(call.endedAt),
    finish_reason: finishOf(call),
    // UIS knows two directions; a call between colleagues goes out.
    direction: direction === 'in' ? 'in' : 'out',
    contact_phone_number: contactOf(call),
    virtual_phone_number: direction === 'internal' ? null : `7${line}`,
    is_lost: direction === 'in' && outcome !== 'answered',
    wait_duration: waitSeconds(call),
    talk_duration: talk,
    clean_talk_duration: talk,
    total_duration: call.endedAt - call.startedAt,
    is_transfer: legs.some(({ isTransfer }) => isTransfer),
    employees: legs
      .flatMap((leg) => [leg.from, leg.to].map((party) => [party, leg] as const))
      .flatMap(([party, leg]) =>
        party === null
          ? []
          : [
              {
                employee_id: party.employee.id,
                employee_full_name: fullName(party),
                is_answered: leg.answeredAt !== null,
                is_talked: legTalk(leg) > 0,
              },
            ],
      ),
    communication_id: FIRST_SESSION + call.number,
    call_records: talk > 0 ? [`rec${call.number}`] : [],
    tags: [],
  };
}

function contactOf({ clientNumber, direction, legs }: Call): string | null {
  if (direction === 'internal') return legs[0]?.to?.number ?? null;
  return clientNumber === null ? null : `7${clientNumber}`;
}

function finishOf({ outcome, direction, legs }: Call): string {
  switch (outcome) {
    case 'answered':
      return direction === 'in' ? 'subscriber_disconnects' : 'operator_disconnects';
    case 'after_hours':
      return 'group_inactive_by_schedule';
    case 'abandoned':
      return 'subscriber_disconnects';
    case 'missed':
      return legs.at(-1)?.end === 'caller_left' ? 'subscriber_disconnects' : 'no_success_operator_call';
    case 'not_reached':
      return legs[0]?.end === 'caller_left' ? 'operator_disconnects' : 'subscriber_not_responsible';
    case 'busy':
      return 'subscriber_busy';
    case 'failed':
      return 'subscriber_number_problems';
  }
}

/** A line of the session each, not a pair of them. */
function* lines(call: Call): Generator<UisRow> {
  const { direction, legs, startedAt, endedAt, greetingSeconds, answeredAt, line } = call;
  const virtual = direction === 'internal' ? null : `7${line}`;
  const outside = contactOf(call);
  if (direction !== 'in') {
    const [leg] = legs;
    if (leg?.from == null) return;
    yield {
      ...row(call, leg, startedAt, leg.answeredAt, virtual),
      direction: 'in',
      is_operator: true,
      calling_phone_number: leg.from.number,
      called_phone_number: outside,
      ...who(leg.from),
    };
    yield {
      ...row(call, leg, leg.startedAt, leg.answeredAt, virtual),
      direction: 'out',
      is_operator: leg.to !== null,
      calling_phone_number: leg.from.number,
      called_phone_number: outside,
      ...(leg.to === null ? {} : who(leg.to)),
      finish_reason: finishOf(call),
    };
    return;
  }
  // The exchange picks up to greet; without a greeting the caller hears it ring until somebody does.
  const connectedAt = greetingSeconds > 0 ? startedAt : answeredAt;
  yield {
    call_session_id: Number(uisKey(call)),
    start_time: civilTime(startedAt),
    connect_time: connectedAt === null ? null : civilTime(connectedAt),
    duration: connectedAt === null ? 0 : endedAt - connectedAt,
    total_duration: endedAt - startedAt,
    direction: 'in',
    is_operator: false,
    calling_phone_number: outside,
    called_phone_number: virtual,
    virtual_phone_number: virtual,
    is_talked: answeredAt !== null,
    is_transfered: false,
    finish_reason: finishOf(call),
  };
  for (const leg of legs) {
    if (leg.to === null) continue;
    yield {
      ...row(call, leg, leg.startedAt, leg.answeredAt, virtual),
      direction: 'out',
      is_operator: true,
      calling_phone_number: outside,
      called_phone_number: leg.to.number,
      ...who(leg.to),
      is_transfered: leg.isTransfer,
      finish_reason: LEG_REASON[leg.end],
      ...(leg.group === null ? {} : { group_id: Number(leg.group.number), group_name: leg.group.name }),
    };
  }
}

const LEG_REASON: Readonly<Record<Leg['end'], string>> = {
  talked: 'subscriber_disconnects',
  no_answer: 'operator_not_responsible',
  elsewhere: 'another_operator_answer',
  busy: 'operator_busy',
  caller_left: 'subscriber_disconnects',
  failed: 'sip_offline',
  announced: 'subscriber_disconnects',
};

function row(
  call: Call,
  leg: Leg,
  startedAt: number,
  connectedAt: number | null,
  virtual: string | null,
): UisRow {
  return {
    call_session_id: Number(uisKey(call)),
    start_time: civilTime(startedAt),
    connect_time: connectedAt === null ? null : civilTime(connectedAt),
    duration: connectedAt === null ? 0 : leg.endedAt - connectedAt,
    total_duration: leg.endedAt - startedAt,
    virtual_phone_number: virtual,
    is_talked: connectedAt !== null,
    is_transfered: false,
    is_coach: false,
    finish_reason: null,
    call_records: [],
  };
}

function who(party: Extension): UisRow {
  return { employee_id: party.employee.id, employee_full_name: fullName(party) };
}

function fullName({ employee }: Extension): string {
  return `${employee.name.first} ${employee.name.last}`;
}
