import { DAY, HOUR } from './calendar.ts';
import { REPEAT, SALES, type Stage } from './funnel.ts';
import { AT_THE_END, DURING_SALE, LOSS_REASONS } from './loss-reasons.ts';
import { raisedOrLowered } from './products.ts';
import { type Behaviour, lostAgain, reopening, toProposal, win } from './sales-behaviour.ts';
import type { Plan, Walk } from './walk.ts';
import { willComeBack } from './world.ts';

const R = REPEAT;

function fresh(walk: Walk): Plan | null {
  const { random, deal } = walk;
  const neglected = walk.neglected(0.004);
  if (neglected !== undefined) return neglected;
  if (random.chance(0.008)) {
    return walk.plan(walk.later(3), (at) => {
      deal.remove(at, deal.ownerId);
    });
  }
  if (random.chance(0.025)) return handToSales(walk);
  if (!walk.succeeds(0.88))
    return walk.loseTo(
      [
        [LOSS_REASONS.noNeed, 5],
        [LOSS_REASONS.postponed, 4],
        [LOSS_REASONS.duplicate, 1],
      ],
      6,
    );
  return random.chance(0.22) ? toProposal(walk, R.proposal, 3) : walk.moveTo(R.qualified, 2);
}

/** A known client wants something that needs a new sale: another product, a project. */
function handToSales(walk: Walk): Plan {
  const { staff } = walk.world;
  return walk.plan(walk.later(3), (at) => {
    walk.reassign(at, staff.heads.clients.id, staff.assign('corporate', at, walk.random).id);
    walk.move(at + 3, SALES.qualified, staff.heads.clients.id);
  });
}

function qualified(walk: Walk): Plan | null {
  const neglected = walk.neglected();
  if (neglected !== undefined) return neglected;
  if (!walk.succeeds(0.88)) return walk.loseTo(DURING_SALE, 12);
  return toProposal(walk, R.proposal, 5);
}

function proposal(walk: Walk): Plan | null {
  const { random } = walk;
  const neglected = walk.neglected(0.015);
  if (neglected !== undefined) return neglected;
  if (!walk.succeeds(0.72)) return walk.loseTo(DURING_SALE, 24);
  return random.chance(0.12) ? win(walk, R.won, 14) : walk.moveTo(R.agreement, 14);
}

function agreement(walk: Walk): Plan | null {
  const { random, deal } = walk;
  const neglected = walk.neglected(0.006);
  if (neglected !== undefined) return neglected;
  if (random.chance(0.05)) {
    return walk.plan(walk.later(6), (at) => {
      deal.reprice(at, deal.ownerId, raisedOrLowered(walk));
      walk.move(at, R.proposal);
    });
  }
  return walk.succeeds(0.88) ? win(walk, R.won, 18) : walk.loseTo(AT_THE_END, 22);
}

/**
 * After a win: the client asks again some weeks later; the deal may pass to those who look after clients, have its amount
 * corrected from the papers, or, rarely, come undone.
 */
function won(reopenTo: Stage): Behaviour {
  return (walk) => {
    walk.afterwards ??= afterWin(walk, reopenTo);
    return walk.afterwards.shift() ?? null;
  };
}

function afterWin(walk: Walk, reopenTo: Stage): Plan[] {
  const { deal, random, world, paper } = walk;
  const closedAt = deal.changedAt;
  if (!walk.hasBeenReopened && random.chance(walk.isRepeat ? 0.5 : 0.42)) {
    const asksAgain = world.calendar.after(
      closedAt + random.logNormal(50, 0.6) * DAY,
      random.int(0, 8 * HOUR),
    );
    if (asksAgain <= world.span.until) {
      willComeBack(world, { at: asksAgain, client: deal.start.client, ownerId: deal.ownerId });
    }
  }
  const plans: Plan[] = [];
  const working = (days: number): number =>
    world.calendar.after(closedAt, days * 8 * HOUR + random.int(60, 7 * HOUR));
  if (!walk.isRepeat && random.chance(0.08)) {
    plans.push(
      walk.plan(working(random.int(1, 3)), (at) => {
        const heir = world.staff.assign('clients', at, random);
        walk.reassign(at, world.staff.heads.clients.id, heir.id);
      }),
    );
  }
  if (random.chance(0.02)) {
    plans.push(
      walk.plan(working(random.int(4, 9)), (at) => {
        deal.reprice(at, walk.actor(at), raisedOrLowered(walk));
      }),
    );
  }
  if (random.chance(0.018)) plans.push(reopening(walk, reopenTo, random.int(14, 30) * DAY));
  else if (random.chance(0.2)) paper.setTask('call', working(random.int(4, 12)), 0.7);
  return plans;
}

export const REPEAT_BEHAVIOUR = new Map<Stage, Behaviour>([
  [R.fresh, fresh],
  [R.qualified, qualified],
  [R.proposal, proposal],
  [R.agreement, agreement],
  [R.lost, lostAgain(R.qualified, 0.04)],
  [R.won, won(R.agreement)],
  [SALES.won, won(SALES.invoice)],
]);
