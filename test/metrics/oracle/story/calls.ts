import type { CallRecord } from '../raw/call-records.ts';
import { grouped } from './grouped.ts';
import type { Note } from '../raw/crm.ts';
import { tenDigits, type Clients } from './clients.ts';
import type { Deal } from './deals.ts';
import type { People } from './people.ts';

/** One call, however many telephones it rang. */
export interface Call {
  readonly id: string;
  readonly direction: 'in' | 'out' | 'internal';
  readonly startedAt: number;
  readonly endedAt: number;
  /** When the first person picked up. */
  readonly answeredAt: number | null;
  /** Seconds somebody of ours and the client could talk. */
  readonly talk: number;
  readonly manager: string | null;
  /** Ten digits; null for a hidden number and between colleagues. */
  readonly number: string | null;
  readonly client: number | null;
  readonly deal: Deal | null;
  readonly rung: readonly Ring[];
}

/** Somebody rung on an incoming call. */
export interface Ring {
  readonly manager: string | null;
  readonly at: number;
  readonly talk: number;
}

export function tellCalls(
  records: readonly CallRecord[],
  notes: readonly Note[],
  people: People,
  clients: Clients,
  dealById: ReadonlyMap<number, Deal>,
): Call[] {
  const groups = new Map<string, CallRecord[]>();
  for (const record of records) {
    const group = groups.get(record.call);
    if (group === undefined) groups.set(record.call, [record]);
    else group.push(record);
  }
  const noteOf = new Map(notes.map((note) => [note.params.uniq ?? '', note]));
  return [...groups].map(([id, group]) => {
    const legs = group.sort((a, b) => a.sequence - b.sequence);
    const call = foldLegs(id, legs, people);
    const note = noteOf.get(id);
    const card =
      (call.number === null ? null : clients.cardOf(call.number)) ??
      (note?.entity_type === 'contacts' ? note.entity_id : null);
    const noted = note?.entity_type === 'leads' ? (dealById.get(note.entity_id) ?? null) : null;
    return {
      ...call,
      client: card === null ? (noted?.client ?? null) : clients.clientOf(card),
      deal: (card === null ? null : clients.dealOf(card, call.startedAt)) ?? noted,
    };
  });
}

function foldLegs(id: string, legs: readonly CallRecord[], people: People): Omit<Call, 'client' | 'deal'> {
  const [first] = legs;
  if (first === undefined) throw new RangeError(`call ${id} has no record`);
  const isIn = isTrunk(first.channel);
  const isOut = !isIn && legs.some(({ otherChannel }) => isTrunk(otherChannel));
  const talked = legs.filter(({ otherChannel, disposition, answeredAt }) => otherChannel !== '' && disposition === 'ANSWERED' && answeredAt !== null); // prettier-ignore
  const startedAt = Math.min(...legs.map((leg) => leg.startedAt));
  const person = (leg: CallRecord): string | null => {
    const extension = extensionOf(isIn ? leg.otherChannel : leg.channel);
    return extension === null ? null : people.byExtension(extension, leg.startedAt);
  };
  const rings = isIn ? tellRings(legs, person) : [];
  const longest = rings.filter(({ talk }) => talk > 0).sort((a, b) => b.talk - a.talk)[0]?.manager ?? null;
  const [only, ...others] = new Set(rings.map(({ manager }) => manager));
  const manager = !isIn ? person(first) : talked.length > 0 ? longest : others.length === 0 ? (only ?? null) : null; // prettier-ignore
  return {
    id,
    direction: isIn ? 'in' : isOut ? 'out' : 'internal',
    startedAt,
    endedAt: Math.max(...legs.map((leg) => leg.endedAt)),
    answeredAt: talked.length === 0 ? null : Math.min(...talked.map(({ answeredAt }) => answeredAt ?? 0)),
    talk: isIn || isOut ? together(talked) : 0,
    manager,
    number: isIn ? outside(first.src) : isOut ? outside(first.dst) : null,
    rung: rings,
  };
}

function tellRings(legs: readonly CallRecord[], person: (leg: CallRecord) => string | null): Ring[] {
  const rung = grouped(
    legs.filter(({ otherChannel }) => extensionOf(otherChannel) !== null),
    ({ otherChannel }) => extensionOf(otherChannel),
  );
  return [...rung.values()].map((own) => ({
    manager: own[0] === undefined ? null : person(own[0]),
    at: Math.min(...own.map(({ startedAt }) => startedAt)),
    talk: together(
      own.filter(({ disposition, answeredAt }) => disposition === 'ANSWERED' && answeredAt !== null),
    ),
  }));
}

/** Seconds of the union of the talks. */
function together(legs: readonly CallRecord[]): number {
  let seconds = 0;
  let until = 0;
  for (const { answeredAt, endedAt } of legs.toSorted((a, b) => (a.answeredAt ?? 0) - (b.answeredAt ?? 0))) {
    seconds += Math.max(0, endedAt - Math.max(answeredAt ?? endedAt, until));
    until = Math.max(until, endedAt);
  }
  return seconds;
}

function isTrunk(channel: string): boolean {
  return channel.startsWith('PJSIP/trunk-');
}

function extensionOf(channel: string): string | null {
  return /^PJSIP\/([1-4]\d\d)-/.exec(channel)?.[1] ?? null;
}

function outside(text: string): string | null {
  return /^\+?[78]?\d{10}$/.test(text) ? tenDigits(text) : null;
}
