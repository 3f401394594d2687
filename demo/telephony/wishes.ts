import { dayOf, HOUR, startOfDay } from '../company/calendar.ts';
import type { Channel } from '../company/channels.ts';
import type { Deal } from '../company/deal.ts';
import { dailyDemand, isFreeDay } from '../company/demand.ts';
import { STEPS } from '../company/funnel.ts';
import { Random } from '../company/random.ts';
import { isPresent, isSlack, type Employee } from '../company/staff.ts';
import type { Note, Touch, World } from '../company/world.ts';

/** Somebody is about to dial. */
export interface Wish {
  readonly at: number;
  readonly direction: 'in' | 'out' | 'internal';
  /** Who dials, or whom the client asks for; null: whoever picks up. */
  readonly employee: Employee | null;
  /** Ten digits; null: hidden. */
  readonly number: string | null;
  readonly deal: Deal | null;
  /** Whether they will speak, where the story has decided it. */
  readonly isReached?: boolean;
  readonly talk?: number;
  readonly note?: Note | null;
  /** Calls back after a missed one. */
  readonly isCallback?: boolean;
}

/** Follow-ups of an open deal and calls from its client, per working day in the stages between the first contact and the end. */
const FOLLOW_UPS_A_DAY = 0.035;
const CLIENT_CALLS_A_DAY = 0.03;
/** Only so many working days of a stay: later nobody follows up. */
const LIVELY_DAYS = 12;
const WORKING_DAY = 8 * HOUR;
/** Of the day's leads: strangers who dial the company, and calls between colleagues. */
const STRANGERS = 0.11;
const COLLEAGUES = 0.13;
/** A dial that found nobody shortly before the one that did. */
const TRIED_BEFORE = 0.16;

/** When clients dial: the lunch hour is as busy as any other, and some try in the evening or on a free day. */
const CLIENT_HOURS: readonly (readonly [hour: number, weight: number])[] = [
  [8, 2], [9, 10], [10, 15], [11, 15], [12, 12], [13, 13], [14, 12], [15, 13], [16, 11], [17, 8], [18, 3], [19, 2], [20, 1],
]; // prettier-ignore

/** All that the company's story makes people dial for; callbacks and second tries come up while the calls are played. */
export function* wishesOf(world: World, channels: ReadonlyMap<Touch, Channel>): Generator<Wish> {
  yield* fromTouches(world, channels);
  for (const deal of world.deals) yield* aroundDeal(world, deal);
  yield* besideDeals(world);
}

function* fromTouches(world: World, channels: ReadonlyMap<Touch, Channel>): Generator<Wish> {
  const { seed, staff, touches } = world;
  const called = new Set<Deal>();
  let random = new Random(seed, 'dials');
  let deal: Deal | null = null;
  for (const touch of touches) {
    if (touch.deal !== deal) {
      ({ deal } = touch);
      random = new Random(seed, 'dials', deal.start.number);
    }
    if (channels.get(touch) !== 'call') continue;
    const number = deal.start.client.contact.phones[0] ?? null;
    const { at, isReached, note } = touch;
    const employee = staff.byId(touch.by);
    if (touch.kind === 'call_in') {
      called.add(deal);
      yield { at, direction: 'in', employee, number, deal, isReached, note };
      continue;
    }
    const talk = talkOf(note) ?? talkDrawn(random);
    // What is written in the CRM follows the call.
    const begins = Math.max(deal.start.at + 3, isReached ? at - talk - 20 : at - 30);
    if (isReached && random.chance(TRIED_BEFORE)) {
      const before = begins - random.int(300, 5400);
      if (before > deal.start.at + 3)
        yield { at: before, direction: 'out', employee, number, deal, isReached: false };
    }
    yield { at: begins, direction: 'out', employee, number, deal, isReached, note, talk };
  }
  for (const each of world.deals) {
    const { source, client, at } = each.start;
    if (source.channel.key !== 'call' || called.has(each)) continue;
    const number = client.contact.phones[0] ?? null;
    const employee = staff.byId(each.start.ownerId);
    yield { at, direction: 'in', employee, number, deal: each, isReached: true };
  }
}

/** While a deal is alive its owner asks how things stand, and the client calls too. */
function* aroundDeal(world: World, deal: Deal): Generator<Wish> {
  const { calendar, staff, seed, span } = world;
  const { client, number } = deal.start;
  const phone = client.contact.phones[0];
  if (phone === undefined || deal.isDeleted) return;
  const random = new Random(seed, 'around', number);
  const phones = client.contact.phones;
  let ownerId = deal.start.ownerId;
  for (const [index, entry] of deal.journal.entries()) {
    if (entry.kind === 'reassigned') ownerId = entry.to;
    const place = entry.kind === 'moved' ? entry.to : entry.kind === 'created' ? deal.start.place : null;
    if (place === null || !isLively(place.stage.step)) continue;
    const leaves = deal.journal
      .slice(index + 1)
      .find(({ kind }) => kind === 'moved' || kind === 'reassigned');
    const from = calendar.position(entry.at);
    const seconds = Math.min(calendar.position(leaves?.at ?? span.until) - from, LIVELY_DAYS * WORKING_DAY);
    const days = seconds / WORKING_DAY;
    const owner = staff.byId(ownerId);
    for (let left = random.count(days * FOLLOW_UPS_A_DAY); left > 0; left -= 1) {
      const at = calendar.after(entry.at, random.int(60, Math.max(60, seconds)));
      const isReached = random.chance(0.68);
      const talk = talkDrawn(random);
      const isLeftUndone = isSlack(owner, at) && random.chance(0.75);
      if (isLeftUndone || !isPresent(owner, at) || at > span.until) continue;
      yield { at, direction: 'out', employee: owner, number: random.pick(phones), deal, isReached, talk };
    }
    for (let left = random.count(days * CLIENT_CALLS_A_DAY); left > 0; left -= 1) {
      const day = dayOf(calendar.after(entry.at, random.int(60, Math.max(60, seconds))));
      const at = startOfDay(day) + random.weighted(CLIENT_HOURS) * HOUR + random.int(0, HOUR - 1);
      if (at <= entry.at || at > span.until || at >= (leaves?.at ?? Infinity)) continue;
      yield { at, direction: 'in', employee: owner, number: random.pick(phones), deal };
    }
  }
}

const LIVELY: ReadonlySet<string> = new Set(STEPS.slice(1, -1));

function isLively(step: string): boolean {
  return LIVELY.has(step);
}

/** Strangers (advertisers, wrong numbers, the curious) and colleagues among themselves. */
function* besideDeals(world: World): Generator<Wish> {
  const { span, seed, staff, calendar } = world;
  const demand = dailyDemand(span, world.deals.length);
  for (let day = dayOf(span.start); day <= dayOf(span.until); day += 1) {
    const random = new Random(seed, 'strangers', day);
    for (let left = random.count(demand(day) * STRANGERS); left > 0; left -= 1) {
      const at = startOfDay(day) + random.weighted(CLIENT_HOURS) * HOUR + random.int(0, HOUR - 1);
      if (at <= span.until)
        yield { at, direction: 'in', employee: null, number: stranger(random), deal: null };
    }
    if (isFreeDay(day)) continue;
    for (let left = random.count(demand(day) * COLLEAGUES); left > 0; left -= 1) {
      const at = calendar.after(startOfDay(day), random.int(60, WORKING_DAY - 600));
      const employee = random.pick(staff.all);
      if (at <= span.until && isPresent(employee, at))
        yield { at, direction: 'internal', employee, number: null, deal: null };
    }
  }
}

/** Some of them dial again and again; a few hide their number. */
function stranger(random: Random): string | null {
  if (random.chance(0.06)) return null;
  const serial = random.chance(0.4) ? random.int(1, 60) : random.int(100, 9_999_999);
  return `977${String(serial).padStart(7, '0')}`;
}

export function talkDrawn(random: Random): number {
  return Math.max(4, Math.round(Math.min(2400, random.logNormal(110, 0.9))));
}

function talkOf(note: Note | null): number | null {
  const duration = note?.params['duration'];
  return typeof duration === 'number' && duration > 0 ? duration : null;
}
