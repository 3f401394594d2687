import type { Random } from '../company/random.ts';
import { isPresent, isSlack, type Employee, type TeamKey } from '../company/staff.ts';
import type { Call, Leg, LegEnd, Outcome, RingGroup } from './call.ts';
import type { Exchange } from './exchange.ts';
import { LINES, RING_GROUPS } from './extensions.ts';
import { talkDrawn, type Wish } from './wishes.ts';

const GREETING = 6;
const OWNER_RINGS = 20;
const GROUP_RINGS = 30;
/** How many of a group ring at once; in the lunch hour one is left. */
const RUNG_AT_ONCE = 3;

/** A client (or a stranger) dials the company. Null when the lines are dead or the call would end after the told history. */
export function receive(exchange: Exchange, wish: Wish): Call | null {
  const { at, number } = wish;
  if (exchange.isDown(at)) return null;
  const incoming = new Incoming(exchange, wish, exchange.dice(at, number));
  incoming.take();
  return incoming.endedAt > exchange.world.span.until ? null : incoming.write();
}

class Incoming {
  private readonly exchange: Exchange;
  private readonly wish: Wish;
  private readonly random: Random;
  private readonly legs: Leg[] = [];
  private greeting = 0;
  private outcome: Outcome = 'missed';
  private answeredAt: number | null = null;
  endedAt: number;

  constructor(exchange: Exchange, wish: Wish, random: Random) {
    this.exchange = exchange;
    this.wish = wish;
    this.random = random;
    this.endedAt = wish.at;
  }

  take(): void {
    const { exchange, wish, random } = this;
    if (!exchange.isOpen(wish.at) && wish.isReached !== true) {
      this.announce(random.int(3, 14), 'after_hours');
      return;
    }
    const mayAnswer = wish.isReached ?? random.chance(exchange.isLunch(wish.at) ? 0.42 : 0.95);
    const owner = this.ownerAtTheTelephone();
    if (owner !== null && this.ringOwner(owner, mayAnswer)) return;
    if (owner === null && wish.isReached === undefined && random.chance(0.03)) {
      this.announce(random.int(2, GREETING), 'abandoned');
      return;
    }
    this.ringGroup(owner, mayAnswer);
  }

  write(): Call {
    const { wish, endedAt, answeredAt } = this;
    return this.exchange.write({
      direction: 'in',
      startedAt: wish.at,
      answeredAt,
      endedAt,
      outcome: this.outcome,
      clientNumber: wish.number,
      line: this.line(),
      greetingSeconds: this.greeting,
      legs: this.legs,
      deal: wish.deal,
      isNoted: wish.note != null,
    });
  }

  /** Known clients are put through to their manager first, when that one is there. */
  private ownerAtTheTelephone(): Employee | null {
    const { exchange, random } = this;
    const { employee, at, isReached, deal } = this.wish;
    if (employee === null || !isPresent(employee, at) || !exchange.isFree(employee, at)) return null;
    // Of a new lead nobody knows the owner yet, unless the story says that the two spoke.
    const isNew = deal?.start.at === at;
    return isReached === true || (!isNew && random.chance(0.6)) ? employee : null;
  }

  /** True when the call is over with this. */
  private ringOwner(owner: Employee, mayAnswer: boolean): boolean {
    const { random, wish } = this;
    const slack = isSlack(owner, wish.at) ? 0.55 : 1;
    if (mayAnswer && (wish.isReached === true || random.chance(0.82 * slack))) {
      this.answered(owner, wish.at, random.int(3, 16), [], null);
      return true;
    }
    this.legs.push(this.leg(owner, wish.at, wish.at + OWNER_RINGS, 'no_answer', null));
    this.endedAt = wish.at + OWNER_RINGS;
    if (!random.chance(0.2)) return false;
    // The caller does not wait for anybody else.
    this.legs[0] = this.leg(owner, wish.at, wish.at + 14, 'caller_left', null);
    this.endedAt = wish.at + 14;
    return true;
  }

  private ringGroup(owner: Employee | null, mayAnswer: boolean): void {
    const { exchange, wish, random } = this;
    const team = this.team();
    if (this.legs.length === 0) this.greeting = GREETING;
    const from = wish.at + (this.legs.length === 0 ? GREETING : OWNER_RINGS);
    const count = exchange.isLunch(from) ? 1 : RUNG_AT_ONCE;
    let rung = exchange.ringable(team, from, count, owner);
    if (rung.length === 0 && wish.isReached === true) rung = exchange.ringable('business', from, 1, owner);
    const [first, ...others] = rung;
    if (first === undefined) {
      if (this.legs.length === 0) this.announce(random.int(20, 60), 'abandoned');
      return;
    }
    const group = RING_GROUPS[first.team?.key ?? team];
    if (mayAnswer) {
      this.answered(first, from, random.int(4, 19), others, group);
      return;
    }
    const isPatient = random.chance(0.35);
    const until = from + (isPatient ? GROUP_RINGS : random.int(8, GROUP_RINGS - 1));
    for (const member of rung)
      this.legs.push(this.leg(member, from, until, isPatient ? 'no_answer' : 'caller_left', group));
    this.endedAt = until;
  }

  private answered(
    who: Employee,
    from: number,
    rings: number,
    others: readonly Employee[],
    group: RingGroup | null,
  ): void {
    const { wish, random, exchange } = this;
    const at = from + rings;
    const until = at + (talkNoted(wish) ?? talkDrawn(random));
    this.legs.push({ ...this.leg(who, from, until, 'talked', group), answeredAt: at });
    for (const other of others) this.legs.push(this.leg(other, from, at, 'elsewhere', group));
    this.answeredAt = at;
    this.endedAt = until;
    this.outcome = 'answered';
    if (wish.note != null || !random.chance(0.04)) return;
    const [next] = exchange.ringable(random.pick(['corporate', 'business', 'clients']), until, 1, who);
    if (next === undefined || others.includes(next)) return;
    // Passed on: the first one hangs up, the next one is rung and takes it.
    const taken = until + random.int(3, 11);
    const end = taken + talkDrawn(random);
    this.legs.push({ ...this.leg(next, until, end, 'talked', null), answeredAt: taken, isTransfer: true });
    this.endedAt = end;
  }

  private announce(seconds: number, outcome: Outcome): void {
    const startedAt = this.wish.at;
    this.greeting = seconds;
    this.endedAt = startedAt + seconds;
    this.outcome = outcome;
    this.legs.push({ ...this.leg(null, startedAt, this.endedAt, 'announced', null) });
  }

  private leg(
    who: Employee | null,
    startedAt: number,
    endedAt: number,
    end: LegEnd,
    group: RingGroup | null,
  ): Leg {
    const to = who === null ? null : this.exchange.extension(who);
    return { startedAt, answeredAt: null, endedAt, end, from: null, to, group, isTransfer: false };
  }

  private team(): TeamKey {
    const { employee, deal } = this.wish;
    return employee?.team?.key ?? deal?.start.team ?? (this.random.chance(0.25) ? 'corporate' : 'business');
  }

  private line(): string {
    const channel = this.wish.deal?.start.source.channel.key;
    if (channel === 'ad') return LINES.ads;
    return channel === 'form' || channel === 'chat' ? LINES.site : LINES.general;
  }
}

function talkNoted({ note, talk }: Wish): number | null {
  const duration = note?.params['duration'];
  return typeof duration === 'number' && duration > 0 ? duration : (talk ?? null);
}
