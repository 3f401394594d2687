import { REGULATION } from '../regulation.ts';
import { contacts } from '../story/contacts.ts';
import type { Deal, Stay } from '../story/deals.ts';
import { grouped } from '../story/grouped.ts';
import type { Story } from '../story/story.ts';
import { DAYS, STOCK, type Fact, type Kpi } from './kpi.ts';

/** Business seconds a deal may stay in a stage; null where it may stay for ever. A stage's own limit goes before its step's. */
function limitOf({ crm }: Story, stay: Stay): number | null {
  const pipeline = crm.pipelines.find(({ id }) => id === stay.pipeline);
  const stage = pipeline?._embedded.statuses.find(({ id }) => id === stay.status)?.name;
  const limits = REGULATION.stage_limits;
  const own = limits.find(
    (limit) => 'stage' in limit && limit.stage === stage && limit.pipeline === pipeline?.name,
  );
  const ofStep = limits.find((limit) => 'step' in limit && limit.step === stay.step);
  const text = (own ?? ofStep)?.limit;
  if (text === undefined) return null;
  // A day of a limit is a working day of eight hours.
  return Number(text.slice(0, -1)) * (text.endsWith('d') ? 8 * 3_600 : 3_600);
}

interface Open {
  readonly deal: Deal;
  readonly stay: Stay;
}

function open({ deals }: Story): Open[] {
  return deals.flatMap((deal) => {
    const stay = deal.stays.at(-1);
    return stay === undefined || ['incoming', 'won', 'lost'].includes(stay.step) ? [] : [{ deal, stay }];
  });
}

const stock =
  (counts: (story: Story) => (open: Open) => boolean, value: (deal: Deal) => number = () => 1) =>
  (story: Story): Fact[] => {
    const isCounted = counts(story);
    return open(story)
      .filter(isCounted)
      .map(({ deal }) => ({ at: story.now, manager: deal.owner, value: value(deal) }));
  };

const isOverdue =
  (story: Story) =>
  ({ stay }: Open): boolean => {
    const limit = limitOf(story, stay);
    return limit !== null && story.businessTime.between(stay.entered, story.now) > limit;
  };

const isWithoutTask = ({ crm }: Story) => {
  const withTask = new Set(
    crm.tasks
      .filter(({ is_completed, entity_type }) => !is_completed && entity_type === 'leads')
      .map(({ entity_id }) => entity_id),
  );
  return ({ deal }: Open): boolean => !withTask.has(deal.id);
};

const isIdle = (story: Story) => {
  const byDeal = grouped(
    contacts(story).filter(({ isReached }) => isReached),
    ({ deal }) => deal,
  );
  return ({ deal }: Open): boolean => {
    const last = Math.max(deal.created, ...(byDeal.get(deal) ?? []).map(({ at }) => at));
    return story.now - last > REGULATION.idle_days * DAYS;
  };
};

function finished(story: Story): Fact[] {
  return story.deals.flatMap((deal) =>
    deal.stays.flatMap((stay) => {
      const limit = limitOf(story, stay);
      if (limit === null || stay.left === null) return [];
      const isKept = story.businessTime.between(stay.entered, stay.left) <= limit;
      return [{ at: stay.left, manager: deal.ownerAt(stay.left), value: isKept ? 1 : 0 }];
    }),
  );
}

/** F. Regulation. */
export const REGULATIONS: readonly Kpi[] = [
  {
    id: 'stage_overdue',
    measure: 'regulation.stage_overdue',
    as: 'sum',
    levels: STOCK,
    facts: stock(isOverdue),
  },
  {
    id: 'stage_overdue_amount',
    measure: 'regulation.stage_overdue_amount',
    as: 'sum',
    levels: STOCK,
    facts: stock(isOverdue, ({ price }) => price),
  },
  { id: 'stage_sla_rate', measure: 'regulation.stage_sla_rate', as: 'ratio', facts: finished },
  { id: 'deals_without_task', measure: 'regulation.deals_without_task', as: 'sum', levels: STOCK, facts: stock(isWithoutTask) }, // prettier-ignore
  { id: 'deals_idle', measure: 'regulation.deals_idle', as: 'sum', levels: STOCK, facts: stock(isIdle) },
];
