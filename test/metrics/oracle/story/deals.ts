import { STEPS, type Steps } from './steps.ts';
import type { Crm, CrmEvent, Lead } from '../raw/crm.ts';

/** A stretch of time in one stage. `left` is null while the deal is still there. */
export interface Stay {
  readonly pipeline: number;
  readonly status: number;
  readonly step: string;
  readonly entered: number;
  left: number | null;
  next: Stay | null;
  readonly isReentry: boolean;
}

export interface Deal {
  readonly id: number;
  readonly created: number;
  readonly pipeline: number;
  readonly price: number;
  readonly owner: string;
  readonly stays: readonly Stay[];
  readonly contacts: readonly number[];
  readonly company: number | null;
  /** The client: the company, else the main contact. */
  readonly client: number | null;
  ownerAt(at: number): string;
  priceAt(at: number): number;
  /** Whether it stood in a stage that is neither won nor lost. */
  isOpenAt(at: number): boolean;
  /** The first entry to a stage of the step or of a later one. */
  reached(step: string): Stay | null;
}

/** Every deal that is not deleted, from the card as it stands and what the events say it was before. */
export function tellDeals(crm: Crm, steps: Steps, id: (user: number) => string): Deal[] {
  const histories = new Map<number, CrmEvent[]>();
  for (const event of crm.events) {
    if (event.entity_type !== 'lead') continue;
    const history = histories.get(event.entity_id);
    if (history === undefined) histories.set(event.entity_id, [event]);
    else history.push(event);
  }
  return crm.leads.filter(({ is_deleted }) => !is_deleted).map((lead) => tellDeal(lead, histories.get(lead.id) ?? [], steps, id)); // prettier-ignore
}

function tellDeal(lead: Lead, events: readonly CrmEvent[], steps: Steps, id: (user: number) => string): Deal {
  const owners = changes(
    events,
    'entity_responsible_changed',
    ({ responsible_user }) => responsible_user?.id,
  );
  const prices = changes(events, 'sale_field_changed', ({ sale_field_value }) => sale_field_value?.sale);
  const stays = tellStays(lead, events, steps);
  const contacts = lead._embedded.contacts.map((contact) => contact.id);
  const company = lead._embedded.companies[0]?.id ?? null;
  return {
    id: lead.id,
    created: lead.created_at,
    pipeline: lead.pipeline_id,
    price: lead.price,
    owner: id(lead.responsible_user_id),
    stays,
    contacts,
    company,
    client: company ?? contacts[0] ?? null,
    ownerAt: (at) => id(valueAt(owners, at) ?? lead.responsible_user_id),
    priceAt: (at) => valueAt(prices, at) ?? lead.price,
    isOpenAt: (at) =>
      stays.some(
        ({ entered, left, step }) =>
          entered <= at && (left === null || at < left) && step !== 'won' && step !== 'lost',
      ),
    reached: (step) => stays.find((stay) => STEPS.indexOf(stay.step) >= STEPS.indexOf(step)) ?? null,
  };
}

interface Changed {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

function changes(
  events: readonly CrmEvent[],
  type: string,
  value: (change: CrmEvent['value_after'][number]) => number | undefined,
): Changed[] {
  return events
    .filter((event) => event.type === type)
    .map(({ created_at, value_before: [before], value_after: [after] }) => ({
      at: created_at,
      before: (before && value(before)) ?? 0,
      after: (after && value(after)) ?? 0,
    }));
}

/** What it was at the moment, changes of that very second included; null when it never changed. */
function valueAt(changed: readonly Changed[], at: number): number | null {
  return changed.findLast((change) => change.at <= at)?.after ?? changed[0]?.before ?? null;
}

function tellStays(lead: Lead, events: readonly CrmEvent[], steps: Steps): Stay[] {
  const moves = events
    .filter(({ type }) => type === 'lead_status_changed')
    .map(({ created_at, value_before, value_after }) => ({
      at: created_at,
      from: value_before[0]?.lead_status,
      to: value_after[0]?.lead_status,
    }))
    .filter(({ from, to }) => from?.id !== to?.id || from?.pipeline_id !== to?.pipeline_id);
  const first = moves[0]?.from ?? { id: lead.status_id, pipeline_id: lead.pipeline_id };
  const stays: Stay[] = [];
  for (const { at, to } of [{ at: lead.created_at, to: first }, ...moves]) {
    if (to === undefined) continue;
    const stay: Stay = {
      pipeline: to.pipeline_id,
      status: to.id,
      step: steps(to.pipeline_id, to.id),
      entered: at,
      left: null,
      next: null,
      isReentry: stays.some(({ pipeline, status }) => pipeline === to.pipeline_id && status === to.id),
    };
    const before = stays.at(-1);
    if (before !== undefined) {
      before.left = at;
      before.next = stay;
    }
    stays.push(stay);
  }
  return stays;
}
