import { DAY, HOUR } from './calendar.ts';
import { offerPrice, raisedOrLowered } from './products.ts';
import { REPEAT, SALES, type Stage } from './funnel.ts';
import {
  AT_THE_END,
  DISQUALIFIED,
  DURING_SALE,
  LOSS_REASONS,
  NOT_A_LEAD,
  type Reasons,
} from './loss-reasons.ts';
import type { Plan, Walk } from './walk.ts';

/** What a deal standing in a stage does next; null: nothing, ever. */
export type Behaviour = (walk: Walk) => Plan | null;

const S = SALES;
const UNREACHED: Reasons = [
  [LOSS_REASONS.unreachable, 9],
  [LOSS_REASONS.spam, 1],
];

function incoming(walk: Walk): Plan | null {
  const { random, deal, paper } = walk;
  if (random.chance(0.008 + (1 - walk.owner.diligence) * 0.03)) return null;
  if (random.chance(0.17)) {
    return walk.plan(walk.later(0.8, 1.1), (at) => {
      deal.remove(at, deal.ownerId);
    });
  }
  return walk.plan(walk.later(0.5, 1.1), (at) => {
    if (random.chance(0.12)) {
      const { staff } = walk.world;
      const { team } = deal.start;
      walk.reassign(at, staff.heads[team].id, staff.assign(team, at, random, deal.ownerId).id);
    }
    const isReached = random.chance(0.2);
    if (isReached) paper.recordContact(at + 2, true);
    walk.move(at + 2, isReached ? S.contacted : S.fresh);
    deal.start.client.contact.isUnsorted = false;
  });
}

function fresh(walk: Walk): Plan | null {
  const { random, deal, paper } = walk;
  const neglected = walk.attempts === 0 ? walk.neglected(0.004) : undefined;
  if (neglected !== undefined) return neglected;
  if (walk.attempts === 0 && random.chance(0.012)) return removal(walk);
  const isFirst = walk.attempts === 0;
  const at = isFirst ? walk.later(0.6, 1.2) : walk.later(6, 0.5);
  if (isFirst) paper.setTask('call', at, 0.16, true);
  return walk.plan(at, (when) => {
    const isReached = random.chance(isFirst ? 0.74 : 0.45);
    if (isFirst && deal.start.source.channel.key === 'chat') paper.chat(when);
    if (isReached) return firstContact(walk, when);
    paper.recordContact(when, false);
    walk.attempts += 1;
    if (random.chance(0.12)) paper.textMessage(when);
    if (walk.attempts > 2) walk.lose(when, UNREACHED);
    else if (random.chance(0.3)) walk.move(when, S.unreached);
    else walk.waitsSince = when;
  });
}

function unreached(walk: Walk): Plan | null {
  const { random, paper } = walk;
  const neglected = walk.neglected(0.02);
  if (neglected !== undefined) return neglected;
  // Dials that found nobody leave no move, only paper; the next plan is the one that ends the stage.
  const dials = random.int(1, 3);
  if (random.chance(0.42)) {
    return walk.plan(walk.later(7 * dials, 0.4), (at) => {
      if (random.chance(0.85)) firstContact(walk, at);
      else walk.lose(at, NOT_A_LEAD);
    });
  }
  return walk.plan(walk.later(20, 0.4), (at) => {
    paper.recordContact(at, false);
    walk.lose(at, UNREACHED);
  });
}

function firstContact(walk: Walk, at: number): void {
  const { random, deal, paper } = walk;
  paper.recordContact(at, true);
  const fate = random.next();
  if (fate < 0.2) {
    walk.lose(at, NOT_A_LEAD);
  } else if (fate < 0.22) {
    handToClients(walk, at);
  } else if (fate < 0.34 && walk.succeeds(0.6)) {
    walk.move(at, S.qualified);
  } else {
    walk.move(at, S.contacted);
  }
  if (deal.start.source.channel.key === 'form' && random.chance(0.04))
    paper.robotRemark(at, 'Отправлен каталог');
}

/** The caller turns out to be somebody who has bought before. */
function handToClients(walk: Walk, at: number): void {
  const { staff } = walk.world;
  walk.reassign(at, walk.deal.ownerId, staff.assign('clients', at, walk.random).id);
  walk.move(at + 3, REPEAT.fresh, staff.heads.clients.id);
}

/** A test or a second copy of the same request, thrown away; now and then by mistake. */
function removal(walk: Walk): Plan {
  const { deal, random } = walk;
  return walk.plan(walk.later(2), (at) => {
    deal.remove(at, random.chance(0.7) ? deal.ownerId : walk.world.staff.heads[deal.start.team].id);
  });
}

function contacted(walk: Walk): Plan | null {
  const { random } = walk;
  const neglected = walk.neglected();
  if (neglected !== undefined) return neglected;
  if (!walk.succeeds(0.58)) return walk.loseTo(DISQUALIFIED, 9);
  if (random.chance(0.2)) return toProposal(walk, S.proposal, 10);
  return walk.moveTo(S.qualified, 7);
}

function qualified(walk: Walk): Plan | null {
  const { random, deal } = walk;
  const neglected = walk.neglected();
  if (neglected !== undefined) return neglected;
  if (random.chance(0.003)) return removal(walk);
  if (random.chance(0.035)) return changeHands(walk);
  if (!walk.succeeds(0.9)) return walk.loseTo(DURING_SALE, 16);
  if (deal.start.team === 'corporate' && random.chance(0.18)) return toProposal(walk, S.meeting, 20);
  return toProposal(walk, S.proposal, 10);
}

/** The head gives the deal to somebody else: somebody busy, ill, or simply better at it. */
function changeHands(walk: Walk): Plan {
  const { deal, world, random } = walk;
  return walk.plan(walk.later(6), (at) => {
    const head = world.staff.heads[deal.start.team];
    const heir = random.chance(0.15) ? head : world.staff.assign(deal.start.team, at, random, deal.ownerId);
    walk.reassign(at, head.id, heir.id);
  });
}

export function toProposal(walk: Walk, stage: Stage, medianHours: number): Plan {
  const { deal, paper } = walk;
  return walk.plan(walk.later(medianHours), (at) => {
    deal.reprice(at, deal.ownerId, offerPrice(walk));
    paper.proposalSent(at);
    walk.move(at, stage);
  });
}

function backToProposal(walk: Walk): Plan {
  const { deal, paper } = walk;
  return walk.plan(walk.later(8), (at) => {
    deal.reprice(at, deal.ownerId, raisedOrLowered(walk));
    paper.proposalSent(at);
    walk.move(at, S.proposal);
  });
}

function proposal(walk: Walk): Plan | null {
  const { random, deal } = walk;
  const neglected = walk.neglected(0.02);
  if (neglected !== undefined) return neglected;
  if (random.chance(0.08)) {
    return walk.plan(walk.later(14), (at) => {
      deal.reprice(at, deal.ownerId, raisedOrLowered(walk));
      if (random.chance(0.25))
        deal.rename(at, deal.ownerId, `${deal.start.product}, заказ ${deal.start.id % 10_000}`);
    });
  }
  if (!walk.succeeds(0.74)) return walk.loseTo(DURING_SALE, 32);
  return walk.moveTo(
    random.weighted([
      [S.meeting, deal.start.team === 'corporate' ? 60 : 28],
      [S.objection, 34],
      [S.agreement, 38],
    ]),
    24,
  );
}

function meeting(walk: Walk): Plan | null {
  const { random, deal, paper } = walk;
  const neglected = walk.neglected();
  if (neglected !== undefined) return neglected;
  if (random.chance(0.1)) return backToProposal(walk);
  const isOn = walk.succeeds(0.78);
  const next = random.chance(0.36) ? S.objection : S.agreement;
  return walk.plan(walk.later(22), (at) => {
    paper.meetingHeld(at);
    if (!isOn) {
      walk.lose(at, DURING_SALE);
      return;
    }
    if (deal.price === 0 || random.chance(0.1)) deal.reprice(at, deal.ownerId, raisedOrLowered(walk));
    walk.move(at, next);
  });
}

function objection(walk: Walk): Plan | null {
  const neglected = walk.neglected();
  if (neglected !== undefined) return neglected;
  if (walk.random.chance(0.09)) return backToProposal(walk);
  return walk.succeeds(0.58) ? walk.moveTo(S.agreement, 20) : walk.loseTo(DURING_SALE, 24);
}

function agreement(walk: Walk): Plan | null {
  const { random, world } = walk;
  const neglected = walk.neglected(0.006);
  if (neglected !== undefined) return neglected;
  const plan = random.chance(0.04)
    ? walk.moveTo(S.objection, 14)
    : walk.succeeds(0.88)
      ? random.chance(0.6)
        ? walk.moveTo(S.invoice, 18)
        : win(walk, S.won, 22)
      : walk.loseTo(AT_THE_END, 26);
  const [from, to] = world.standstill;
  const isHeld = walk.owner.team?.key === 'corporate' && plan.at >= from && plan.at < to;
  if (!isHeld) return plan;
  return { at: world.calendar.after(to, random.int(HOUR / 2, 30 * HOUR)), act: plan.act };
}

function invoice(walk: Walk): Plan | null {
  const neglected = walk.neglected(0.006);
  if (neglected !== undefined) return neglected;
  if (walk.random.chance(0.02)) return walk.moveTo(S.agreement, 10);
  return walk.succeeds(0.92) ? win(walk, S.won, 16) : walk.loseTo(AT_THE_END, 20);
}

export function win(walk: Walk, won: Stage, medianHours: number): Plan {
  const { deal, random, paper } = walk;
  return walk.plan(walk.later(medianHours), (at) => {
    if (deal.price === 0) deal.reprice(at, deal.ownerId, offerPrice(walk));
    else if (random.chance(0.12)) deal.reprice(at, deal.ownerId, raisedOrLowered(walk));
    paper.recordContact(at, true);
    walk.move(at, won);
  });
}

/** What may happen to a lost deal later: somebody opens it again, and the old reason stays on the card. */
export function lostAgain(reopenTo: Stage, share: number): Behaviour {
  return (walk) => {
    walk.afterwards ??= walk.random.chance(share)
      ? [reopening(walk, reopenTo, walk.random.int(4, 70) * DAY)]
      : [];
    return walk.afterwards.shift() ?? null;
  };
}

export function reopening(walk: Walk, to: Stage, calendarSeconds: number): Plan {
  const { deal, world, random } = walk;
  const at = world.calendar.after(deal.changedAt + calendarSeconds, random.int(60, 7 * HOUR));
  return walk.plan(at, (when) => {
    const { owner } = walk;
    if (owner.leavesAt <= when) {
      const team = owner.team?.key ?? deal.start.team;
      walk.reassign(when, world.staff.heads[team].id, world.staff.assign(team, when, random, owner.id).id);
    }
    walk.hasBeenReopened = true;
    walk.move(when + 3, to);
  });
}

export const SALES_BEHAVIOUR = new Map<Stage, Behaviour>([
  [S.incoming, incoming],
  [S.fresh, fresh],
  [S.unreached, unreached],
  [S.contacted, contacted],
  [S.qualified, qualified],
  [S.proposal, proposal],
  [S.meeting, meeting],
  [S.objection, objection],
  [S.agreement, agreement],
  [S.invoice, invoice],
  [S.lost, lostAgain(S.contacted, 0.045)],
]);
