import type { Json } from '../stand-in/json.ts';
import type { Leg } from './account.ts';

/** A webhook: where it goes below the receiver's address, and what it says. */
export interface MangoEvent {
  readonly path: '/events/call' | '/events/summary';
  readonly json: Json;
}

/** What the vendor sends of a call that is over: each leg's states, then the summary (pages 3.1.2 and 3.1.6). */
export function eventsOf(legs: readonly Leg[], ahead: number): MangoEvent[] {
  const states = legs.flatMap((leg, index): MangoEvent[] => {
    const call = (seq: number, state: string, at: number, more: Json = {}): MangoEvent => ({
      path: '/events/call',
      json: {
        entry_id: leg.entry_id,
        call_id: `${leg.entry_id}:${index}`,
        timestamp: at + ahead,
        seq,
        call_state: state,
        location: leg.location,
        from: party(leg.from_extension, leg.from_number),
        to: { ...party(leg.to_extension, leg.to_number), line_number: leg.line_number },
        ...more,
      },
    });
    const reason = { disconnect_reason: leg.disconnect_reason };
    return [
      call(1, 'Appeared', leg.start),
      ...(leg.answer > 0 ? [call(2, 'Connected', leg.answer)] : []),
      call(leg.answer > 0 ? 3 : 2, 'Disconnected', leg.finish, reason),
    ];
  });
  return [...states, summaryOf(legs, ahead)];
}

function summaryOf(legs: readonly Leg[], ahead: number): MangoEvent {
  const people = legs.filter(({ location }) => location === 'abonent');
  const talked = people.find(({ answer }) => answer > 0);
  const first = legs[0] as Leg;
  const to = talked ?? people[0];
  const last = legs.reduce((latest, leg) => (leg.finish > latest.finish ? leg : latest));
  return {
    path: '/events/summary',
    json: {
      entry_id: first.entry_id,
      // Another numbering than context_type of the extended statistics: 0 internal, 1 in, 2 out.
      call_direction: directionOf(people[0] ?? first),
      from: party(first.from_extension, first.from_number),
      to: to ? party(to.to_extension, to.to_number) : {},
      line_number: first.line_number,
      create_time: first.create + ahead,
      forward_time: to ? to.start + ahead : 0,
      talk_time: talked ? talked.answer + ahead : 0,
      end_time: last.finish + ahead,
      // The documentation's own example: a call that ended in the menu is a "success" without any talk.
      entry_result: talked || !to ? 1 : 0,
      disconnect_reason: last.disconnect_reason,
    },
  };
}

function directionOf(leg: Leg): 0 | 1 | 2 {
  if (leg.from_extension === '') return 1;
  return leg.to_extension === '' ? 2 : 0;
}

function party(extension: string, number: string): Json {
  return { ...(extension !== '' && { extension }), ...(number !== '' && { number }) };
}
