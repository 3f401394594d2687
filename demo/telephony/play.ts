import { HOUR } from '../company/calendar.ts';
import type { Channel } from '../company/channels.ts';
import { isSlack } from '../company/staff.ts';
import type { Note, Touch, World } from '../company/world.ts';
import { Agenda } from './agenda.ts';
import { talkSeconds, type Call } from './call.ts';
import { Exchange } from './exchange.ts';
import { receive } from './incoming.ts';
import { dialInside, dialOut } from './outgoing.ts';
import { type Wish, wishesOf } from './wishes.ts';

/** Of missed calls, those somebody means to call back; of the rest many try once more themselves. */
const CALLED_BACK = 0.7;
const TRY_AGAIN = 0.25;

/** Plays all calls in the order of time: who is on the line cannot pick up, who was missed may be called back. */
export function playCalls(
  world: World,
  channels: ReadonlyMap<Touch, Channel>,
  keyOf: (call: Call) => string,
): Exchange {
  const exchange = new Exchange(world);
  const agenda = new Agenda<Wish>();
  for (const wish of wishesOf(world, channels)) agenda.add(wish);
  const dropped = new Set<object>();
  for (let wish = agenda.next(); wish !== undefined; wish = agenda.next()) {
    const call = play(exchange, wish);
    if (call === null) {
      if (wish.note != null) dropped.add(wish.note);
      continue;
    }
    if (wish.note != null) writeNote(call, wish.note, keyOf(call));
    if (call.direction === 'in' && call.answeredAt === null) {
      for (const next of afterMissed(exchange, call, wish)) agenda.add(next);
    }
  }
  if (dropped.size > 0) removeNotes(world, dropped);
  return exchange;
}

function play(exchange: Exchange, wish: Wish): Call | null {
  if (wish.direction === 'out') return dialOut(exchange, wish);
  return wish.direction === 'in' ? receive(exchange, wish) : dialInside(exchange, wish);
}

/** The CRM's note of a call says what the exchange did: written when the call ended, under the exchange's own id. */
function writeNote(call: Call, note: Note, key: string): void {
  const { link: _, call_result: result, ...params } = note.params;
  const isAnswered = call.answeredAt !== null;
  note.at = call.endedAt;
  note.params = {
    ...params,
    uniq: key,
    duration: talkSeconds(call),
    link: isAnswered ? `https://pbx.severpak.example/rec/${call.number}.mp3` : '',
    call_status: isAnswered ? 4 : call.outcome === 'busy' ? 7 : call.outcome === 'failed' ? 3 : 6,
    ...(result === undefined ? {} : { call_result: isAnswered ? result : '' }),
  };
}

function* afterMissed(exchange: Exchange, call: Call, wish: Wish): Generator<Wish> {
  const { number, deal } = wish;
  if (number === null) return;
  const { calendar, staff } = exchange.world;
  const random = exchange.dice(call.endedAt, `${number} missed`);
  const isNewLead = deal !== null && deal.start.at === wish.at;
  // Of a new lead its owner hears from the CRM, and calls as with any lead.
  const isToBeCalled = random.chance(isNewLead ? 0.1 : deal === null ? 0.35 : CALLED_BACK);
  const [rung] = call.legs.flatMap(({ to }) => (to === null ? [] : [to.employee]));
  const employee = wish.employee ?? rung ?? staff.heads.business;
  const at = calendar.after(call.endedAt, random.logNormal(0.45 * HOUR, 1.1));
  if (isToBeCalled && !(isSlack(employee, at) && random.chance(0.6)) && employee.leavesAt > at + 8 * HOUR) {
    yield { at, direction: 'out', employee, number, deal, isCallback: true };
  } else if (random.chance(TRY_AGAIN)) {
    yield {
      at: call.endedAt + random.int(240, 2 * HOUR),
      direction: 'in',
      employee: wish.employee,
      number,
      deal,
    };
  }
}

function removeNotes({ notes }: World, dropped: ReadonlySet<object>): void {
  const kept = notes.filter((note) => !dropped.has(note));
  notes.length = 0;
  for (const note of kept) notes.push(note);
}
