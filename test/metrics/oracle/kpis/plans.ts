import type { Story } from '../story/story.ts';
import { plans, type Plan } from './books.ts';
import { plusDays, purchases } from './clients.ts';
import { wins } from './deals.ts';
import type { Fact, Kpi } from './kpi.ts';

const planned =
  (of: (plan: Plan) => number | null) =>
  (story: Story): Fact[] =>
    plans(story).flatMap((plan) => {
      const value = of(plan);
      return value === null ? [] : [{ at: story.startOf(`${plan.month}-01`), manager: plan.manager, value }];
    });

/** The share of a month's working time that is gone. */
function gone(story: Story, month: string): number {
  const from = story.startOf(`${month}-01`);
  const to = story.startOf(`${plusDays(`${month}-01`, 32).slice(0, 8)}01`);
  if (to <= story.now) return 1;
  return story.businessTime.between(from, story.now) / story.businessTime.between(from, to);
}

const fact = (story: Story): Fact[] =>
  wins(story).map(({ deal, at }) => ({ at, manager: deal.ownerAt(at), value: deal.price, of: 0 }));

const against =
  (plan: (story: Story) => Fact[], facts: (story: Story) => Fact[]) =>
  (story: Story): Fact[] => [
    ...plan(story).map((row) => ({ ...row, value: 0, of: row.value ?? 0 })),
    ...facts(story).map((row) => ({ ...row, of: 0 })),
  ];

/** F. Plan and fact. */
export const PLANS: readonly Kpi[] = [
  {
    id: 'plan_amount',
    measure: 'plan_fact.plan_amount',
    as: 'sum or null',
    facts: planned(({ amount }) => amount),
  },
  {
    id: 'plan_deals',
    measure: 'plan_fact.plan_deals',
    as: 'sum or null',
    facts: planned(({ deals }) => deals),
  },
  {
    id: 'plan_new_clients',
    measure: 'plan_fact.plan_new_clients',
    as: 'sum or null',
    facts: planned(({ newClients }) => newClients),
  },
  {
    id: 'plan_activity',
    measure: 'plan_fact.plan_activity',
    as: 'sum or null',
    facts: planned(({ proposals, calls }) => (proposals ?? 0) + (calls ?? 0)),
  },
  {
    id: 'plan_execution',
    measure: 'plan_fact.plan_execution',
    as: 'ratio',
    facts: against(
      planned(({ amount }) => amount),
      fact,
    ),
  },
  {
    id: 'plan_execution',
    measure: 'plan_fact.plan_new_clients_execution',
    as: 'ratio',
    facts: against(
      planned(({ newClients }) => newClients),
      (story) =>
        purchases(story)
          .filter(({ isFirst }) => isFirst)
          .map(({ at, manager }) => ({ at, manager, value: 1 })),
    ),
  },
  {
    id: 'plan_pace',
    measure: 'plan_fact.plan_pace',
    as: 'ratio',
    tolerance: 1e-3,
    facts: (story) =>
      against(
        (of) =>
          plans(of).map(({ month, manager, amount }) => ({
            at: of.startOf(`${month}-01`),
            manager,
            value: (amount ?? 0) * gone(of, month),
          })),
        fact,
      )(story),
  },
];
