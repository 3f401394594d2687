import type { Deal } from '../story/deals.ts';
import type { Story } from '../story/story.ts';
import { REGULATION, seconds } from '../regulation.ts';
import { firstContact, firstDial } from '../story/first-contacts.ts';
import { times, type Fact, type Kpi } from './kpi.ts';

/** Business seconds. */
const FIRST_CONTACT_NORM = seconds(REGULATION.first_contact_norm);

/** Deals taken out of incoming, or created past it. */
export function leads({ deals }: Story): Deal[] {
  return deals.filter(({ stays }) => stays.at(-1)?.step !== 'incoming');
}

/** One fact per lead, at its creation and with the owner of that moment. */
export function cohort(story: Story, value: (deal: Deal) => number | null): Fact[] {
  return leads(story).flatMap((deal) => {
    const told = value(deal);
    return told === null ? [] : [{ at: deal.created, manager: deal.ownerAt(deal.created), value: told }];
  });
}

const reached = (step: string) => (story: Story) => cohort(story, (deal) => (deal.reached(step) ? 1 : 0));

const speed =
  (moment: (story: Story) => (deal: Deal) => number | null, isBusiness: boolean) =>
  (story: Story): Fact[] => {
    const of = moment(story);
    return cohort(story, (deal) => {
      const at = of(deal);
      if (at === null) return null;
      return isBusiness ? story.businessTime.between(deal.created, at) : at - deal.created;
    });
  };

const isInTime = (story: Story) => {
  const of = firstContact(story);
  return (deal: Deal): number => {
    const at = of(deal);
    return at !== null && story.businessTime.between(deal.created, at) <= FIRST_CONTACT_NORM ? 1 : 0;
  };
};

/** A. Receiving and qualifying leads. */
export const LEADS: readonly Kpi[] = [
  { id: 'leads_new', measure: 'funnel.leads_new', as: 'sum', facts: (story) => cohort(story, () => 1) },
  ...times('first_call_speed', 'funnel.first_call_speed', speed(firstDial, false)),
  ...times('first_call_speed', 'funnel.first_call_speed', speed(firstDial, true), { suffix: '_business' }),
  ...times('first_contact_speed', 'funnel.first_contact_speed', speed(firstContact, false)),
  ...times('first_contact_speed', 'funnel.first_contact_speed', speed(firstContact, true), {
    suffix: '_business',
  }),
  {
    id: 'contacted_rate',
    measure: 'funnel.contacted_rate',
    as: 'ratio',
    facts(story) {
      const of = firstContact(story);
      return cohort(story, (deal) => (of(deal) === null ? 0 : 1));
    },
  },
  {
    id: 'contacted_in_sla_rate',
    measure: 'funnel.contacted_in_sla_rate',
    as: 'ratio',
    facts: (story) => cohort(story, isInTime(story)),
  },
  { id: 'qualified_rate', measure: 'funnel.qualified_rate', as: 'ratio', facts: reached('qualified') },
  {
    id: 'lead_to_proposal_rate',
    measure: 'funnel.lead_to_proposal_rate',
    as: 'ratio',
    facts: reached('proposal'),
  },
  { id: 'lead_to_won_rate', measure: 'funnel.lead_to_won_rate', as: 'ratio', facts: reached('won') },
];
