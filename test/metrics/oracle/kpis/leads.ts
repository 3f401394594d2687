import type { Deal } from '../story/deals.ts';
import type { Story } from '../story/story.ts';
import { REGULATION, seconds } from '../regulation.ts';
import { firstContact, firstDial } from '../story/first-contacts.ts';
import type { CrmEvent } from '../raw/crm.ts';
import { actions, contacts } from '../story/contacts.ts';
import { grouped } from '../story/grouped.ts';
import { wins } from './deals.ts';
import { HOURS, reduce, times, type Fact, type Kpi } from './kpi.ts';

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

const processing =
  (isBusiness: boolean) =>
  (story: Story): Fact[] =>
    cohort(story, (deal) => {
      const at = deal.reached('qualified')?.entered;
      if (at === undefined) return null;
      return isBusiness ? story.businessTime.between(deal.created, at) : at - deal.created;
    });

/** Leads older than the median sales cycle of all wins: what becomes of them is mostly known. */
const mature =
  (step: string) =>
  (story: Story): Fact[] => {
    const cycles = wins(story).map(({ deal, at }) => ({ at, manager: null, value: at - deal.created }));
    const cycle = reduce('median', cycles) ?? Infinity;
    return cohort(story, (deal) => (deal.created < story.now - cycle ? (deal.reached(step) ? 1 : 0) : null));
  };

/**
 * Who took a lead into work: who moved it out of incoming; of any other the owner, with the first thing they did about it (creating it
 * counts).
 */
function accepted(story: Story): Fact[] {
  const { deals, people } = story;
  const byDeal = grouped(actions(story), ({ deal }) => deal);
  return deals.flatMap((deal) => {
    if (deal.stays[0]?.step === 'incoming') {
      const left = deal.stays.find(({ step }) => step !== 'incoming' && step !== 'lost');
      if (left === undefined) return [];
      const manager = left.by === people.id(0) ? deal.ownerAt(left.entered) : left.by;
      return [{ at: left.entered, manager }];
    }
    const own = (byDeal.get(deal) ?? [])
      .filter(({ at, manager }) => at >= deal.created && manager === deal.ownerAt(at))
      .sort((a, b) => a.at - b.at);
    return own.slice(0, 1).map(({ at, manager }) => ({ at, manager }));
  });
}

/** Leads that came by the chat, and whoever answered there first. */
function chats(story: Story): Fact[] {
  const { deals, crm, people } = story;
  const messages = (type: string): ReadonlyMap<number, CrmEvent[]> =>
    grouped(
      crm.events.filter((event) => event.type === type && event.entity_type === 'lead'),
      ({ entity_id }) => entity_id,
    );
  const theirs = messages('incoming_chat_message');
  const ours = messages('outgoing_chat_message');
  const others = grouped(contacts(story), ({ deal }) => deal);
  return deals.flatMap((deal) => {
    const first = theirs.get(deal.id)?.[0];
    const isFirst = first !== undefined && (others.get(deal) ?? []).every(({ at }) => at < deal.created || at >= first.created_at); // prettier-ignore
    const answer = ours.get(deal.id)?.find(({ created_at }) => created_at >= (first?.created_at ?? 0));
    return isFirst && answer ? [{ at: answer.created_at, manager: people.id(answer.created_by) }] : [];
  });
}

/** A. Receiving and qualifying leads. */
export const LEADS: readonly Kpi[] = [
  { id: 'leads_new', measure: 'funnel.leads_new', as: 'sum', facts: (story) => cohort(story, () => 1) },
  { id: 'leads_accepted', measure: 'funnel.leads_accepted', as: 'sum', facts: accepted },
  { id: 'chat_contacts', measure: 'funnel.chat_contacts', as: 'sum', facts: chats },
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
  ...times('lead_processing_time', 'funnel.lead_processing_time', processing(false), { unit: HOURS }),
  ...times('lead_processing_time', 'funnel.lead_processing_time', processing(true), {
    unit: HOURS,
    suffix: '_business',
  }),
  { id: 'qualified_rate', measure: 'funnel.qualified_rate', as: 'ratio', facts: reached('qualified') },
  {
    id: 'lead_to_proposal_rate',
    measure: 'funnel.lead_to_proposal_rate',
    as: 'ratio',
    facts: reached('proposal'),
  },
  { id: 'lead_to_won_rate', measure: 'funnel.lead_to_won_rate', as: 'ratio', facts: reached('won') },
  {
    id: 'qualified_rate',
    measure: 'funnel.qualified_rate_mature',
    as: 'ratio',
    isOfNow: true,
    facts: mature('qualified'),
  },
  {
    id: 'lead_to_won_rate',
    measure: 'funnel.lead_to_won_rate_mature',
    as: 'ratio',
    isOfNow: true,
    facts: mature('won'),
  },
];
