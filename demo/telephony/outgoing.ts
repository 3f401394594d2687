import { dayOf, HOUR, secondOfDay, startOfDay } from '../company/calendar.ts';
import type { Random } from '../company/random.ts';
import type { Call, Leg, LegEnd, Outcome } from './call.ts';
import type { Exchange } from './exchange.ts';
import { LINES } from './extensions.ts';
import { talkDrawn, type Wish } from './wishes.ts';

const OPENS = 9 * HOUR;

/** A manager dials a client, as soon as they have hung up; null when that would be after the told history. */
export function dialOut(exchange: Exchange, wish: Wish): Call | null {
  const { employee, number, deal, note } = wish;
  if (employee === null) return null;
  const early = OPENS - secondOfDay(wish.at);
  const startedAt = exchange.freeFrom(
    employee,
    early > 0 ? startOfDay(dayOf(wish.at)) + OPENS + 90 : wish.at,
  );
  if (employee.leavesAt <= startedAt + 2 * HOUR) return null;
  const random = exchange.dice(startedAt, number);
  const fate = exchange.isDown(startedAt)
    ? FAILED_AT_ONCE
    : (wish.isReached ?? random.chance(0.7))
      ? TALKED
      : random.weighted(NOT_REACHED);
  const [rings, talks] = spans(fate.end, wish, random);
  const answeredAt = fate.end === 'talked' ? startedAt + rings : null;
  const endedAt = startedAt + rings + talks;
  if (endedAt > exchange.world.span.until) return null;
  const leg: Leg = {
    startedAt,
    answeredAt,
    endedAt,
    end: fate.end,
    from: exchange.extension(employee),
    to: null,
    group: null,
    isTransfer: false,
  };
  return exchange.write({
    direction: 'out',
    startedAt,
    answeredAt,
    endedAt,
    outcome: fate.outcome,
    clientNumber: number,
    line: LINES.general,
    greetingSeconds: 0,
    legs: [leg],
    deal,
    isNoted: note != null,
  });
}

interface Fate {
  readonly end: LegEnd;
  readonly outcome: Outcome;
}

const TALKED: Fate = { end: 'talked', outcome: 'answered' };
const FAILED_AT_ONCE: Fate = { end: 'failed', outcome: 'failed' };
const NOT_REACHED: readonly (readonly [Fate, number])[] = [
  [{ end: 'no_answer', outcome: 'not_reached' }, 58],
  [{ end: 'busy', outcome: 'busy' }, 22],
  [{ end: 'caller_left', outcome: 'not_reached' }, 14],
  [FAILED_AT_ONCE, 6],
];

function spans(end: LegEnd, wish: Wish, random: Random): [rings: number, talks: number] {
  if (end === 'talked') return [random.int(4, 19), wish.talk ?? talkDrawn(random)];
  if (end === 'no_answer') return [random.int(25, 45), 0];
  if (end === 'caller_left') return [random.int(5, 20), 0];
  return [random.int(1, 4), 0];
}

/** A colleague is asked something over the house telephone. */
export function dialInside(exchange: Exchange, wish: Wish): Call | null {
  const { at, employee } = wish;
  if (employee === null || !exchange.isFree(employee, at)) return null;
  const random = exchange.dice(at, employee.email);
  const team = employee.team?.key ?? 'corporate';
  const [other] = exchange.ringable(random.chance(0.8) ? team : 'clients', at, 1, employee);
  if (other === undefined) return null;
  const rings = random.int(3, 9);
  const isAnswered = random.chance(0.84);
  const answeredAt = isAnswered ? at + rings : null;
  const endedAt = isAnswered ? at + rings + Math.round(random.logNormal(45, 0.7)) : at + random.int(15, 25);
  if (endedAt > exchange.world.span.until) return null;
  return exchange.write({
    direction: 'internal',
    startedAt: at,
    answeredAt,
    endedAt,
    outcome: isAnswered ? 'answered' : 'not_reached',
    clientNumber: null,
    line: LINES.general,
    greetingSeconds: 0,
    legs: [
      {
        startedAt: at,
        answeredAt,
        endedAt,
        end: isAnswered ? 'talked' : 'no_answer',
        from: exchange.extension(employee),
        to: exchange.extension(other),
        group: null,
        isTransfer: false,
      },
    ],
    deal: null,
    isNoted: false,
  });
}
