import type { Deal } from './deals.ts';
import type { Story } from './story.ts';

/** Somebody of ours reached out about a deal, or talked about it. */
export interface Contact {
  readonly deal: Deal;
  readonly at: number;
  readonly manager: string | null;
  /** The client was reached: all but dials that nobody answered. */
  readonly isReached: boolean;
}

/** Talk that counts as a contact, seconds. */
const TALK = 10;

/** Calls out whatever came of them, calls with talk, letters and chat messages of ours, meetings that were held. */
export function contacts({ calls, mail, meetings, crm, deals, people }: Story): Contact[] {
  const byId = new Map(deals.map((deal) => [deal.id, deal]));
  const told: (Omit<Contact, 'deal'> & { readonly deal: Deal | null })[] = [
    ...calls
      .filter(({ direction, talk }) => direction === 'out' || talk >= TALK)
      .map(({ deal, startedAt, manager, talk }) => ({
        deal,
        at: startedAt,
        manager,
        isReached: talk >= TALK,
      })),
    ...mail.letters
      .filter(({ hasArrived }) => hasArrived)
      .map(({ deal, at, manager }) => ({ deal, at, manager, isReached: true })),
    ...crm.events
      .filter(({ type, entity_type }) => type === 'outgoing_chat_message' && entity_type === 'lead')
      .map(({ entity_id, created_at, created_by }) => ({
        deal: byId.get(entity_id) ?? null,
        at: created_at,
        manager: people.id(created_by),
        isReached: true,
      })),
    ...meetings
      .filter(({ state }) => state === 'held')
      .map(({ deal, startsAt, manager }) => ({ deal, at: startsAt, manager, isReached: true })),
  ];
  return told.flatMap((contact) => (contact.deal === null ? [] : [{ ...contact, deal: contact.deal }]));
}

/** Something a person did about a deal. */
export interface Action {
  readonly deal: Deal;
  readonly at: number;
  readonly manager: string | null;
}

/** Contacts and answered calls, and what people wrote on its card: its creation, notes, moves. */
export function actions(story: Story): Action[] {
  const { crm, deals, people, calls } = story;
  const byId = new Map(deals.map((deal) => [deal.id, deal]));
  const onCards = [
    ...crm.events
      .filter(({ type }) => type === 'lead_added' || type === 'lead_status_changed')
      .map(({ entity_id, created_at, created_by }) => ({ id: entity_id, at: created_at, by: created_by })),
    ...crm.notes
      .filter(({ entity_type, note_type }) => entity_type === 'leads' && !note_type.startsWith('call_'))
      .map(({ entity_id, created_at, created_by }) => ({ id: entity_id, at: created_at, by: created_by })),
  ];
  return [
    ...contacts(story),
    ...calls
      .filter(({ talk }) => talk > 0)
      .flatMap(({ deal, startedAt, manager }) => (deal === null ? [] : [{ deal, at: startedAt, manager }])),
    ...onCards.flatMap(({ id, at, by }) => {
      const deal = byId.get(id);
      return deal === undefined ? [] : [{ deal, at, manager: people.id(by) }];
    }),
  ];
}
