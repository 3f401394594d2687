import { STEPS } from '../story/steps.ts';
import type { Story } from '../story/story.ts';
import { contacts } from '../story/contacts.ts';
import { wins } from './deals.ts';
import { DAYS, HOURS, times, type Fact, type Kpi } from './kpi.ts';
import { firstContact } from '../story/first-contacts.ts';
import { cohort, leads } from './leads.ts';

/** Deals at their first reaching of a step; 1 for those that ever reached the next one. */
function conversions({ deals }: Story): Fact[] {
  return deals.flatMap((deal) =>
    STEPS.flatMap((step, index) => {
      const reached = deal.reached(step);
      const next = STEPS[index + 1];
      if (reached === null) return [];
      return [
        {
          at: reached.entered,
          manager: deal.ownerAt(reached.entered),
          by: step,
          // The last step has no next one: its rate is null.
          value: next !== undefined && deal.reached(next) !== null ? 1 : 0,
          of: next === undefined ? 0 : 1,
        },
      ];
    }),
  );
}

function proposed({ deals }: Story): Fact[] {
  return deals.flatMap((deal) => {
    const reached = deal.reached('proposal');
    if (reached === null) return [];
    return [
      {
        at: reached.entered,
        manager: deal.ownerAt(reached.entered),
        value: deal.reached('won') === null ? 0 : 1,
      },
    ];
  });
}

const objections =
  (isBusiness: boolean) =>
  ({ deals, businessTime }: Story): Fact[] =>
    deals.flatMap((deal) =>
      deal.stays.flatMap(({ step, entered, left }) => {
        if (step !== 'objection' || left === null) return [];
        const value = isBusiness ? businessTime.between(entered, left) : left - entered;
        return [{ at: left, manager: deal.ownerAt(left), value }];
      }),
    );

function attempts(story: Story): Fact[] {
  return contacts(story).flatMap(({ deal, at, manager }) =>
    deal.stays.some(
      ({ step, entered, left }) => step === 'objection' && entered <= at && (left === null || at < left),
    )
      ? [{ at, manager }]
      : [],
  );
}

/** Two counts of the same period divided, each fact by its own date and owner. */
const overPeriod =
  (counted: (story: Story) => Fact[], of: (story: Story) => Fact[]) =>
  (story: Story): Fact[] => [
    ...counted(story).map((fact) => ({ ...fact, value: 1, of: 0 })),
    ...of(story).map((fact) => ({ ...fact, value: 0, of: 1 })),
  ];

const reached =
  (step: string) =>
  ({ deals }: Story): Fact[] =>
    deals.flatMap((deal) => {
      const at = deal.reached(step)?.entered;
      return at === undefined ? [] : [{ at, manager: deal.ownerAt(at) }];
    });

/** Leads whose client was reached, when he first was. */
const contacted = (story: Story): Fact[] => {
  const of = firstContact(story);
  return leads(story).flatMap((deal) => {
    const at = of(deal);
    return at === null ? [] : [{ at, manager: deal.ownerAt(at) }];
  });
};

const created = (story: Story): Fact[] => cohort(story, () => 1);
const won = (story: Story): Fact[] => wins(story).map(({ deal, at }) => ({ at, manager: deal.ownerAt(at) }));

/** B, C and D: the way from step to step. */
export const OFFERS: readonly Kpi[] = [
  { id: 'proposal_to_won_rate', measure: 'funnel.proposal_to_won_rate', as: 'ratio', facts: proposed },
  { id: 'contacted_rate', measure: 'funnel.contacted_period_rate', as: 'ratio', facts: overPeriod(contacted, created) }, // prettier-ignore
  { id: 'qualified_rate', measure: 'funnel.qualified_period_rate', as: 'ratio', facts: overPeriod(reached('qualified'), created) }, // prettier-ignore
  { id: 'lead_to_proposal_rate', measure: 'funnel.lead_to_proposal_period_rate', as: 'ratio', facts: overPeriod(reached('proposal'), created) }, // prettier-ignore
  { id: 'lead_to_won_rate', measure: 'funnel.lead_to_won_period_rate', as: 'ratio', facts: overPeriod(won, created) }, // prettier-ignore
  { id: 'proposal_to_won_rate', measure: 'funnel.proposal_to_won_period_rate', as: 'ratio', facts: overPeriod(won, reached('proposal')) }, // prettier-ignore
  { id: 'step_conversion', measure: 'funnel.step_conversion', as: 'ratio', by: 'step', facts: conversions },
  { id: 'objection_attempts', measure: 'funnel.objection_attempts', as: 'sum', facts: attempts },
  ...times('objection_time', 'funnel.objection_time', objections(false), { unit: DAYS }),
  ...times('objection_time', 'funnel.objection_time', objections(true), { unit: HOURS, suffix: '_business' }),
];
