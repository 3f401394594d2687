import { DAY, dayOf, HOUR, startOfDay } from './calendar.ts';
import type { Client } from './clients.ts';
import { Reception } from './arrivals.ts';
import { addRoutine } from './routine.ts';
import { dailyDemand, isFreeDay, momentOn } from './demand.ts';
import { LOST } from './funnel.ts';
import { Random } from './random.ts';
import { createWorld, type World } from './world.ts';

export interface CompanyOptions {
  /** The same seed and `until` give the same company, byte for byte. */
  readonly seed?: number;
  /** The company's "now": nothing is told of what comes after. */
  readonly until: Date;
  /** Whole calendar months told before the month of `until`. */
  readonly months?: number;
  /** About how many deals there are when the month of `until` ends. */
  readonly leads?: number;
}

/** Strangers and old clients; the rest of the deals are clients won within the told history who came again. */
const STRANGERS = 0.77;
const OLD_CLIENTS = 0.13;
export const BULK_EDIT_SIZE = 640;

/** Lives through the span day by day. */
export function simulate({ seed = 7, until, months = 18, leads = 40_000 }: CompanyOptions): World {
  const world = createWorld(seed, until, months);
  const reception = new Reception(world);
  const random = new Random(seed, 'old clients');
  const keeper = world.staff.heads.clients;
  const oldClients = world.clients.remember(
    random,
    Math.max(20, Math.round(leads * 0.03)),
    world.span.start,
    keeper.id,
  );
  const demand = dailyDemand(world.span, leads);
  for (let day = dayOf(world.span.start); day <= dayOf(world.span.until); day += 1) {
    for (const { at, receive } of arrivalsOn(world, day, demand(day), oldClients, keeper.id, reception)) {
      if (at <= world.span.until) receive();
    }
    world.comingBack.delete(day);
  }
  addRoutine(world);
  editInBulk(world);
  settleClients(world);
  return world;
}

interface Arrival {
  readonly at: number;
  readonly receive: () => void;
}

function arrivalsOn(
  world: World,
  day: number,
  expected: number,
  oldClients: readonly Client[],
  keeperId: number,
  reception: Reception,
): readonly Arrival[] {
  const random = new Random(world.seed, 'day', day);
  const arrivals: Arrival[] = [];
  for (let left = random.count(expected * STRANGERS); left > 0; left -= 1) {
    const at = momentOn(day, random);
    arrivals.push({
      at,
      receive: () => {
        reception.newLead(at);
      },
    });
  }
  if (!isFreeDay(day)) {
    for (let left = random.count(expected * OLD_CLIENTS * 1.35); left > 0; left -= 1) {
      const at = world.calendar.after(startOfDay(day), random.int(0, 8 * HOUR - 60));
      const client = random.pick(oldClients);
      arrivals.push({
        at,
        receive: () => {
          reception.repeatLead({ at, client, ownerId: keeperId });
        },
      });
    }
  }
  for (const request of world.comingBack.get(day) ?? []) {
    arrivals.push({
      at: request.at,
      receive: () => {
        reception.repeatLead(request);
      },
    });
  }
  return arrivals.sort((a, b) => a.at - b.at);
}

/** The second of the executive's bulk edit: hundreds of lost deals get a tag, all with one `updated_at`. */
export function bulkEditAt({ span }: World): number {
  return startOfDay(dayOf(span.month(span.months - 1.7))) + 11 * HOUR + 20 * 60;
}

function editInBulk(world: World): void {
  const at = bulkEditAt(world);
  if (at > world.span.until) return;
  const isOld = (changedAt: number): boolean => changedAt < at - HOUR && changedAt > at - 240 * DAY;
  world.deals
    .filter((deal) => deal.place.stage.id === LOST && !deal.isDeleted && isOld(deal.changedAt))
    .slice(0, BULK_EDIT_SIZE)
    .forEach((deal) => {
      deal.tag(at, world.staff.executive.id, 'Реактивация');
    });
}

/** Contacts and companies follow the owner of their last deal. */
function settleClients(world: World): void {
  for (const { start, ownerId, changedAt } of world.deals) {
    for (const card of [start.client.contact, start.client.colleague, start.client.company]) {
      if (card === null) continue;
      card.ownerId = ownerId;
      card.changedAt = Math.max(card.changedAt, Math.min(changedAt, start.at + 30 * DAY));
    }
  }
}
