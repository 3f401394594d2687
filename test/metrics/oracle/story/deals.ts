import { grouped } from './grouped.ts';
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
  /** Who moved it here; of the first stay who created the deal. */
  readonly by: string;
}

/** Something that changed who has it, where it stands or what it is worth, in the order it happened. */
export type Turn =
  | { readonly at: number; readonly owner: string }
  | { readonly at: number; readonly price: number }
  | { readonly at: number; readonly stay: Stay };

export interface Deal {
  readonly id: number;
  readonly created: number;
  readonly pipeline: number;
  readonly price: number;
  readonly owner: string;
  readonly stays: readonly Stay[];
  /** All that happened after the creation. */
  readonly turns: readonly Turn[];
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
  const histories = historiesOf(crm);
  return crm.leads
    .filter(({ is_deleted }) => !is_deleted)
    .map((lead) => tellDeal(lead, histories.get(lead.id) ?? [], steps, id));
}

export interface DeletedDeal {
  readonly deal: Deal;
  readonly deletedAt: number;
}

/** Deals that were deleted: of their cards the CRM tells nothing any more, so only what the events say. */
export function tellDeletedDeals(crm: Crm, steps: Steps, id: (user: number) => string): DeletedDeal[] {
  const histories = historiesOf(crm);
  return crm.leads
    .filter(({ is_deleted }) => is_deleted)
    .flatMap((lead) => {
      const history = histories.get(lead.id) ?? [];
      const deletedAt = history.findLast(({ type }) => type === 'lead_deleted')?.created_at;
      const last = history.findLast(({ type }) => type === 'lead_status_changed')?.value_after[0]
        ?.lead_status;
      if (deletedAt === undefined || last === undefined) return [];
      const known = { ...lead, price: 0, pipeline_id: last.pipeline_id, status_id: last.id };
      const deal = tellDeal(known, history, steps, id);
      const end = deal.stays.at(-1);
      if (end !== undefined) end.left = deletedAt;
      return [{ deal, deletedAt }];
    });
}

function historiesOf({ events }: Crm): ReadonlyMap<number, CrmEvent[]> {
  return grouped(
    events.filter(({ entity_type }) => entity_type === 'lead'),
    ({ entity_id }) => entity_id,
  );
}

function tellDeal(lead: Lead, events: readonly CrmEvent[], steps: Steps, id: (user: number) => string): Deal {
  const owners = changes(
    events,
    'entity_responsible_changed',
    ({ responsible_user }) => responsible_user?.id,
  );
  const prices = changes(events, 'sale_field_changed', ({ sale_field_value }) => sale_field_value?.sale);
  const stays = tellStays(lead, events, steps, id);
  const contacts = lead._embedded.contacts.map((contact) => contact.id);
  const company = lead._embedded.companies[0]?.id ?? null;
  return {
    id: lead.id,
    created: lead.created_at,
    pipeline: lead.pipeline_id,
    price: lead.price,
    owner: id(lead.responsible_user_id),
    stays,
    turns: tellTurns(events, stays, id),
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

function tellStays(
  lead: Lead,
  events: readonly CrmEvent[],
  steps: Steps,
  id: (user: number) => string,
): Stay[] {
  const moves = events
    .filter(({ type }) => type === 'lead_status_changed')
    .map(({ created_at, created_by, value_before, value_after }) => ({
      at: created_at,
      by: created_by,
      from: value_before[0]?.lead_status,
      to: value_after[0]?.lead_status,
    }))
    .filter(({ from, to }) => from?.id !== to?.id || from?.pipeline_id !== to?.pipeline_id);
  const first = moves[0]?.from ?? { id: lead.status_id, pipeline_id: lead.pipeline_id };
  const stays: Stay[] = [];
  for (const { at, by, to } of [{ at: lead.created_at, by: lead.created_by, to: first }, ...moves]) {
    if (to === undefined) continue;
    const stay: Stay = {
      pipeline: to.pipeline_id,
      status: to.id,
      step: steps(to.pipeline_id, to.id),
      entered: at,
      by: id(by),
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

function tellTurns(
  events: readonly CrmEvent[],
  stays: readonly Stay[],
  id: (user: number) => string,
): Turn[] {
  const turns: Turn[] = [];
  let moves = 0;
  for (const { type, created_at: at, value_before, value_after } of events) {
    const [before, after] = [value_before[0], value_after[0]];
    if (after?.responsible_user && type === 'entity_responsible_changed')
      turns.push({ at, owner: id(after.responsible_user.id) });
    if (after?.sale_field_value) turns.push({ at, price: after.sale_field_value.sale });
    const [from, to] = [before?.lead_status, after?.lead_status];
    if (from?.id === to?.id && from?.pipeline_id === to?.pipeline_id) continue;
    const stay = stays[(moves += 1)];
    if (stay !== undefined) turns.push({ at, stay });
  }
  return turns;
}
