import type { Deal, Stay } from '../story/deals.ts';
import type { Story } from '../story/story.ts';
import { COMPANY, DAYS, STOCK, times, type Fact, type Kpi } from './kpi.ts';

/** The win that stands: of deals won now, their last entry to won. */
export function wins({ deals }: Story): { deal: Deal; at: number }[] {
  return deals.flatMap((deal) => {
    if (deal.stays.at(-1)?.step !== 'won') return [];
    const win = deal.stays.findLast(
      ({ step }, index) => step === 'won' && deal.stays[index - 1]?.step !== 'won',
    );
    return win === undefined ? [] : [{ deal, at: win.entered }];
  });
}

/** Every entry to lost from elsewhere, with the stay it was lost from. */
export function losses({ deals }: Story): { deal: Deal; at: number; from: Stay | null }[] {
  return deals.flatMap((deal) =>
    deal.stays.flatMap(({ step, entered }, index) => {
      const from = deal.stays[index - 1] ?? null;
      return step === 'lost' && from?.step !== 'lost' ? [{ deal, at: entered, from }] : [];
    }),
  );
}

const won =
  (value: (deal: Deal, at: number) => number | null) =>
  (story: Story): Fact[] =>
    wins(story).flatMap(({ deal, at }) => {
      const told = value(deal, at);
      return told === null ? [] : [{ at, manager: deal.ownerAt(at), value: told }];
    });

const lost = (story: Story): Fact[] =>
  losses(story).map(({ deal, at }) => ({ at, manager: deal.ownerAt(at) }));

/** First entries to exactly the step "proposal", by deals that had not passed it before. */
export function proposals({ deals }: Story): { deal: Deal; at: number }[] {
  return deals.flatMap((deal) => {
    const first = deal.reached('proposal');
    return first?.step === 'proposal' ? [{ deal, at: first.entered }] : [];
  });
}

const proposed =
  (value: (deal: Deal, at: number) => number) =>
  (story: Story): Fact[] =>
    proposals(story).map(({ deal, at }) => ({ at, manager: deal.ownerAt(at), value: value(deal, at) }));

/** The deletion that stands. amoCRM does not tell whose a deal was that was deleted before it was first read. */
function deleted({ crm }: Story): Fact[] {
  const isDeleted = new Set(crm.leads.filter((lead) => lead.is_deleted).map(({ id }) => id));
  const at = new Map(
    crm.events
      .filter(({ type, entity_id }) => type === 'lead_deleted' && isDeleted.has(entity_id))
      .map(({ entity_id, created_at }) => [entity_id, created_at]),
  );
  return [...at.values()].map((moment) => ({ at: moment, manager: null }));
}

/** Open deals: taken out of incoming, neither won nor lost. */
const open =
  (value: (deal: Deal) => number) =>
  (story: Story): Fact[] =>
    story.deals
      .filter(({ stays }) => !['incoming', 'won', 'lost'].includes(stays.at(-1)?.step ?? ''))
      .map((deal) => ({ at: story.now, manager: deal.owner, value: value(deal) }));

/** D. Closing, and B's offers. */
export const DEALS: readonly Kpi[] = [
  { id: 'proposals_sent', measure: 'funnel.proposals_sent', as: 'sum', facts: proposed(() => 1) },
  { id: 'proposals_amount', measure: 'funnel.proposals_amount', as: 'sum', facts: proposed((deal, at) => deal.priceAt(at)) }, // prettier-ignore
  { id: 'deals_lost', measure: 'funnel.deals_lost', as: 'sum', facts: lost },
  { id: 'deals_won', measure: 'funnel.deals_won', as: 'sum', facts: won(() => 1) },
  { id: 'won_amount', measure: 'funnel.won_amount', as: 'sum', facts: won(({ price }) => price) },
  { id: 'avg_check', measure: 'funnel.avg_check', as: 'average', facts: won(({ price }) => price) },
  {
    id: 'close_rate',
    measure: 'funnel.close_rate',
    as: 'ratio',
    facts: (story) => [...won(() => 1)(story), ...lost(story).map((fact) => ({ ...fact, value: 0 }))],
  },
  ...times(
    'deal_close_time',
    'funnel.deal_close_time',
    won((deal, at) => {
      const qualified = deal.reached('qualified');
      return qualified === null ? null : at - qualified.entered;
    }),
    { unit: DAYS },
  ),
  ...times('sales_cycle_time', 'funnel.sales_cycle_time', won((deal, at) => at - deal.created), { unit: DAYS }), // prettier-ignore
  { id: 'deals_deleted', measure: 'funnel.deals_deleted', as: 'sum', levels: COMPANY, facts: deleted },
  { id: 'open_deals', measure: 'deals.open_deals', as: 'sum', levels: STOCK, facts: open(() => 1) },
  { id: 'open_amount', measure: 'deals.open_amount', as: 'sum', levels: STOCK, facts: open(({ price }) => price) }, // prettier-ignore
];
