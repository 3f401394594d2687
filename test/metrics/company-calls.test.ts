import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { generateCompany } from '../../demo/company/index.ts';
import {
  cdrRows,
  linkedId,
  mangoFolder,
  mangoKey,
  masterLine,
  uisFolder,
  uisKey,
  type Call,
} from '../../demo/telephony/index.ts';
import { read, UNTIL } from './company-fixture.ts';

const company = generateCompany({ seed: 11, until: UNTIL, leads: 1800 });
const { calls, extensions, outage } = company.outside.exchange;
const local = (at: number): DateTime => DateTime.fromSeconds(at, { zone: 'Europe/Moscow' });
const now = UNTIL.getTime() / 1000;

/** What every exchange must fold back to, whatever it writes. */
interface Folded {
  readonly key: string;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number;
  readonly talk: number;
  readonly client: string | null;
  readonly direction: string;
  readonly talked: readonly string[];
  readonly rung: readonly string[];
}

function told(keyOf: (call: Call) => string): Folded[] {
  return calls.map((call) => ({
    key: keyOf(call),
    startedAt: call.startedAt,
    answeredAt: call.answeredAt,
    endedAt: call.endedAt,
    talk: call.legs.reduce(
      (sum, { answeredAt, endedAt }) => sum + (answeredAt === null ? 0 : endedAt - answeredAt),
      0,
    ),
    client: call.clientNumber,
    direction: call.direction,
    talked: sorted(call.legs.flatMap(({ from, to, answeredAt }) => (answeredAt === null ? [] : [from, to]))),
    rung: sorted(
      call.legs.flatMap(({ from, to, answeredAt }) => (answeredAt === null && from === null ? [to] : [])),
    ),
  }));
}

function sorted(parties: readonly ({ readonly number: string } | null)[]): string[] {
  return parties.flatMap((party) => (party === null ? [] : [party.number])).sort();
}

function grouped<T>(rows: Iterable<T>, keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

const seconds = (text: string): number => DateTime.fromSQL(text, { zone: 'Europe/Moscow' }).toSeconds();
const outside = (text: string): string | null => /^[78](\d{10})$/.exec(text)?.[1] ?? null;

describe('each exchange’s rows fold back to the calls they were made from', () => {
  it('Asterisk’s, by linkedid', () => {
    const extensionOf = (channel: string): string[] => /^PJSIP\/(\d{3})-/.exec(channel)?.slice(1) ?? [];
    const folded = [...grouped(cdrRows(calls), ({ linkedid }) => linkedid)].map(([key, rows]): Folded => {
      const spoken = rows.filter(({ billsec, dstchannel }) => billsec > 0 && dstchannel !== '');
      const [first] = rows;
      const isIn = first!.channel.startsWith('PJSIP/trunk');
      const isOut = rows.some(({ dstchannel }) => dstchannel.startsWith('PJSIP/trunk'));
      return {
        key,
        startedAt: Math.min(...rows.map(({ start }) => seconds(start))),
        answeredAt: spoken.length === 0 ? null : Math.min(...spoken.map(({ answer }) => seconds(answer!))),
        endedAt: Math.max(...rows.map(({ end }) => seconds(end))),
        talk: spoken.reduce((sum, { billsec }) => sum + billsec, 0),
        client: isIn ? outside(first!.src) : isOut ? outside(first!.dst) : null,
        direction: isIn ? 'in' : isOut ? 'out' : 'internal',
        talked: spoken
          .flatMap(({ channel, dstchannel }) => [...extensionOf(channel), ...extensionOf(dstchannel)])
          .sort(),
        rung: isIn
          ? rows
              .filter(({ billsec }) => billsec === 0)
              .flatMap(({ dstchannel }) => extensionOf(dstchannel))
              .sort()
          : [],
      };
    });
    expect(folded).toEqual(told(linkedId));
    const lines = [...cdrRows(calls)].map(masterLine);
    expect(lines.every((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).length === 21)).toBe(true);
  });

  it('Mango Office’s, by entry_id', () => {
    interface Leg {
      entry_id: string;
      create: number;
      start: number;
      answer: number;
      finish: number;
      from_extension: string;
      to_extension: string;
      from_number: string;
      to_number: string;
      location: string;
    }
    const legs = read<Leg>(mangoFolder(calls, extensions).calls);
    const folded = [...grouped(legs, ({ entry_id }) => entry_id)].map(([key, rows]): Folded => {
      const people = rows.filter(({ location }) => location === 'abonent');
      const spoken = people.filter(({ answer }) => answer > 0);
      const isIn = rows.every(({ from_extension }) => from_extension === '');
      const isOut = rows.every(({ to_extension }) => to_extension === '') && !isIn;
      return {
        key,
        startedAt: Math.min(...rows.map(({ start }) => start)),
        answeredAt: spoken.length === 0 ? null : Math.min(...spoken.map(({ answer }) => answer)),
        endedAt: Math.max(...rows.map(({ finish }) => finish)),
        talk: spoken.reduce((sum, { answer, finish }) => sum + finish - answer, 0),
        client: outside(isIn ? rows[0]!.from_number : isOut ? rows[0]!.to_number : ''),
        direction: isIn ? 'in' : isOut ? 'out' : 'internal',
        talked: spoken
          .flatMap(({ from_extension, to_extension }) => [from_extension, to_extension])
          .filter(Boolean)
          .sort(),
        rung: isIn
          ? people
              .filter(({ answer }) => answer === 0)
              .map(({ to_extension }) => to_extension)
              .sort()
          : [],
      };
    });
    expect(folded).toEqual(told(mangoKey));
  });

  it('UIS’s, by session', () => {
    interface Session {
      id: number;
      start_time: string;
      finish_time: string;
      direction: string;
      contact_phone_number: string | null;
      is_lost: boolean;
      wait_duration: number;
      clean_talk_duration: number;
    }
    interface Line {
      call_session_id: number;
      is_operator: boolean;
      direction: string;
      employee_id?: number;
      connect_time: string | null;
      duration: number;
      called_phone_number: string;
      calling_phone_number: string;
    }
    const folder = uisFolder(calls, extensions);
    const lines = grouped(read<Line>(folder.call_legs), ({ call_session_id }) => String(call_session_id));
    const folded = read<Session>(folder.calls).map((session): Folded => {
      const key = String(session.id);
      const operators = lines.get(key)!.filter(({ is_operator }) => is_operator);
      const isInternal = operators.length === lines.get(key)!.length;
      const isIn = session.direction === 'in';
      const numberOf = (line: Line): string =>
        line.direction === 'in' ? line.calling_phone_number : line.called_phone_number;
      const startedAt = seconds(session.start_time);
      const answers = operators.flatMap(({ connect_time }) =>
        connect_time === null ? [] : [seconds(connect_time)],
      );
      return {
        key,
        startedAt,
        answeredAt: answers.length === 0 ? null : Math.min(...answers),
        endedAt: seconds(session.finish_time),
        talk: session.clean_talk_duration,
        client: outside(session.contact_phone_number ?? ''),
        direction: isInternal ? 'internal' : session.direction,
        talked: operators
          .filter(({ connect_time }) => connect_time !== null)
          .map(numberOf)
          .sort(),
        rung: isIn
          ? operators
              .filter(({ connect_time }) => connect_time === null)
              .map(numberOf)
              .sort()
          : [],
      };
    });
    expect(folded).toEqual(told(uisKey));
    const lost = read<Session>(folder.calls).filter(({ is_lost }) => is_lost).length;
    expect(lost).toBe(
      calls.filter(({ direction, answeredAt }) => direction === 'in' && answeredAt === null).length,
    );
  });
});

describe('the office telephones as people do', () => {
  it('nobody is on two telephones at once, and nobody before coming, after leaving or on holiday', () => {
    const legs = calls
      .flatMap((call) => call.legs.map((leg) => ({ ...leg, call })))
      .flatMap((leg) =>
        [leg.from, leg.to].flatMap((party) => (party === null ? [] : [{ leg, person: party.employee }])),
      );
    const impossible: unknown[] = [];
    for (const mine of grouped(legs, ({ person }) => String(person.id)).values()) {
      mine.sort((a, b) => a.leg.startedAt - b.leg.startedAt);
      for (const [index, { leg, person }] of mine.entries()) {
        const next = mine[index + 1];
        const isThere = leg.startedAt >= person.hiredAt && leg.endedAt < person.leavesAt;
        if (!isThere || (next && next.leg.startedAt < leg.endedAt))
          impossible.push([person.email, leg.startedAt]);
      }
    }
    expect(impossible).toEqual([]);
  });

  it('every call is within the told history, and talk within the call', () => {
    const impossible = calls.filter(({ startedAt, answeredAt, endedAt, legs }) => {
      const talk = legs.reduce(
        (sum, leg) => sum + (leg.answeredAt === null ? 0 : leg.endedAt - leg.answeredAt),
        0,
      );
      const isOrdered =
        startedAt < endedAt && endedAt <= now && (answeredAt === null || answeredAt > startedAt);
      return !isOrdered || talk > endedAt - startedAt;
    });
    expect(impossible).toEqual([]);
  });

  it('people dial and pick up on working days between nine and the evening; at other hours a machine speaks', () => {
    const impossible = calls.filter(({ startedAt, outcome, direction }) => {
      const { hour, weekday } = local(startedAt);
      if (outcome === 'after_hours') return false;
      return weekday > 5 || hour < 9 || hour >= (direction === 'in' ? 18 : 22);
    });
    expect(impossible).toEqual([]);
    expect(calls.some(({ outcome }) => outcome === 'after_hours')).toBe(true);
  });

  it('misses far more at lunch, and calls back most but not all of what it missed', () => {
    const incoming = calls.filter(
      ({ direction, outcome }) => direction === 'in' && outcome !== 'after_hours',
    );
    const missed = (part: readonly Call[]): number =>
      part.filter(({ answeredAt }) => answeredAt === null).length / part.length;
    const lunch = incoming.filter(({ startedAt }) => local(startedAt).hour === 13);
    const rest = incoming.filter(({ startedAt }) => local(startedAt).hour !== 13);
    expect(missed(lunch)).toBeGreaterThan(2.5 * missed(rest));
    expect(missed(rest)).toBeGreaterThan(0.03);
    const outOf = grouped(
      calls.filter(({ direction }) => direction === 'out'),
      ({ clientNumber }) => clientNumber ?? '',
    );
    const fromClients = incoming.filter(
      ({ answeredAt, deal, clientNumber }) => answeredAt === null && deal && clientNumber,
    );
    const returned = fromClients.filter(({ endedAt, clientNumber }) =>
      (outOf.get(clientNumber!) ?? []).some(
        ({ startedAt }) => startedAt > endedAt && startedAt < endedAt + 2 * 86_400,
      ),
    );
    expect(returned.length / fromClients.length).toBeGreaterThan(0.5);
    expect(returned.length / fromClients.length).toBeLessThan(0.95);
  });

  it('knows its clients: a number that has a deal is the number of one of the deal’s contacts', () => {
    const foreign = calls.filter(
      ({ deal, clientNumber }) =>
        deal !== null && clientNumber !== null && !deal.start.client.contact.phones.includes(clientNumber),
    );
    expect(foreign).toEqual([]);
    expect(calls.filter(({ deal, direction }) => deal === null && direction === 'in').length).toBeGreaterThan(
      100,
    );
  });

  it('passes a telephone of one who left to one who came: two owners, one after the other', () => {
    const desks = [...grouped(extensions, ({ number }) => number).values()].filter(
      ({ length }) => length > 1,
    );
    expect(desks).toHaveLength(1);
    const [before, after] = desks[0]!;
    expect(before!.toDay).toBeLessThan(after!.fromDay!);
  });

  it('has one day when the lines are dead: nothing comes in, nobody is reached', () => {
    const during = calls.filter(({ startedAt }) => startedAt >= outage.from && startedAt < outage.to);
    expect(during.filter(({ direction }) => direction === 'in')).toEqual([]);
    const out = during.filter(({ direction }) => direction === 'out');
    expect(out.length).toBeGreaterThan(3);
    expect(out.every(({ outcome }) => outcome === 'failed')).toBe(true);
  });
});

it('the CRM’s notes of calls carry the exchange’s id, end and talk', () => {
  interface Note {
    note_type: string;
    created_at: number;
    params: { uniq?: string; duration?: number };
  }
  const byKey = new Map(calls.map((call) => [linkedId(call), call]));
  const notes = read<Note>(company.notes).filter(
    ({ note_type }) => note_type === 'call_in' || note_type === 'call_out',
  );
  const wrong = notes.filter(({ note_type, created_at, params }) => {
    const call = byKey.get(params.uniq ?? '');
    const talk = call?.legs.reduce(
      (sum, leg) => sum + (leg.answeredAt === null ? 0 : leg.endedAt - leg.answeredAt),
      0,
    );
    return (
      `call_${call?.direction}` !== note_type || created_at !== call?.endedAt || params.duration !== talk
    );
  });
  expect(wrong).toEqual([]);
  expect(notes.length).toBe(calls.filter(({ isNoted }) => isNoted).length);
  expect(notes.length / calls.length).toBeGreaterThan(0.1);
  expect(notes.length / calls.length).toBeLessThan(0.4);
});
