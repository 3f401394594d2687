import { HOUR } from './calendar.ts';
import type { Deal } from './deal.ts';
import { WON } from './funnel.ts';
import type { TaskKind } from './paperwork.ts';
import type { Random } from './random.ts';
import { REPEAT_BEHAVIOUR } from './repeat-behaviour.ts';
import { SALES_BEHAVIOUR } from './sales-behaviour.ts';
import { ACT_SECONDS, Walk, type Plan } from './walk.ts';
import type { World } from './world.ts';

const BEHAVIOUR = new Map([...SALES_BEHAVIOUR, ...REPEAT_BEHAVIOUR]);
/** No believable deal changes more often; a bound against behaviours that chase each other. */
const MOST_PLANS = 80;

/** Lives the deal from its creation to the end of the told history. */
export function live(world: World, deal: Deal, random: Random): void {
  const walk = new Walk(world, deal, random);
  if (deal.start.source.channel.key === 'call' && random.chance(0.8))
    walk.paper.incomingCall(deal.start.at, random.chance(0.85));
  for (let count = 0; count < MOST_PLANS; count += 1) {
    const plan = deal.isDeleted
      ? restoration(walk, count)
      : (BEHAVIOUR.get(deal.place.stage)?.(walk) ?? null);
    if (deal.isOpen) planTask(walk, plan);
    if (plan === null || !carryOut(walk, plan)) break;
  }
  walk.reach(world.span.until - ACT_SECONDS);
}

function carryOut(walk: Walk, plan: Plan): boolean {
  const { deal } = walk;
  let at = Math.max(plan.at, deal.changedAt + 20);
  if (!walk.reach(at)) return false;
  // The deal may just have changed hands.
  at = Math.max(at, deal.changedAt + 20);
  if (at + ACT_SECONDS > walk.world.span.until) return false;
  plan.act(at);
  walk.paper.finishTask(at);
  return true;
}

function planTask(walk: Walk, plan: Plan | null): void {
  const { step } = walk.deal.place.stage;
  const kind: TaskKind = step === 'meeting' ? 'meeting' : step === 'qualified' ? 'proposal' : 'call';
  const isWorkedOn = plan !== null && plan.isNeglect !== true;
  const usual = { incoming: 0, new: 0.1, contacted: 0.25 }[step as string] ?? 0.62;
  const share = isWorkedOn ? usual : usual * 0.7;
  if (share > 0) walk.paper.setTask(kind, isWorkedOn ? plan.at : null, share);
}

/** A deal thrown away by mistake is fetched back the same day or the next. */
function restoration(walk: Walk, count: number): Plan | null {
  const { deal, random } = walk;
  const { step, id } = deal.place.stage;
  if (count > 6 || step === 'incoming' || id === WON || !random.chance(0.08)) return null;
  const at = walk.world.calendar.after(deal.changedAt, random.int(HOUR / 6, 9 * HOUR));
  return walk.plan(at, (when) => {
    deal.restore(when, walk.world.staff.heads[deal.start.team].id);
  });
}
