import type { Crm } from '../raw/crm.ts';
import type { Deal } from './deals.ts';

/** Whose numbers and addresses they are, and which deal was the talk's of the moment. */
export interface Clients {
  /** The card with the number (ten digits after +7) or the address. */
  cardOf(identity: string): number | null;
  /** The card's company, else the card itself. */
  clientOf(card: number): number;
  /** The deal open at the moment that hangs on the card, else on its company; of several the one created last. */
  dealOf(card: number, at: number): Deal | null;
}

export function tellClients({ contacts }: Crm, deals: readonly Deal[]): Clients {
  const cards = new Map<string, number>();
  const companies = new Map<number, number>();
  for (const { id, custom_fields_values, _embedded } of contacts) {
    const company = _embedded.companies[0]?.id;
    if (company !== undefined) companies.set(id, company);
    for (const { field_code, values } of custom_fields_values ?? []) {
      for (const { value } of values) {
        if (field_code === 'PHONE') cards.set(tenDigits(String(value)), id);
        if (field_code === 'EMAIL') cards.set(String(value).toLowerCase(), id);
      }
    }
  }
  const on = (of: (deal: Deal) => readonly number[]): Map<number, Deal[]> => {
    const found = new Map<number, Deal[]>();
    for (const deal of deals)
      for (const card of of(deal)) found.set(card, [...(found.get(card) ?? []), deal]);
    return found;
  };
  const byContact = on((deal) => deal.contacts);
  const byCompany = on(({ company }) => (company === null ? [] : [company]));
  const lastOpen = (found: readonly Deal[] | undefined, at: number): Deal | null =>
    (found ?? [])
      .filter((deal) => deal.created <= at && deal.isOpenAt(at))
      .sort((a, b) => b.created - a.created || b.id - a.id)[0] ?? null;
  return {
    cardOf: (identity) => cards.get(identity) ?? null,
    clientOf: (card) => companies.get(card) ?? card,
    dealOf: (card, at) =>
      lastOpen(byContact.get(card), at) ?? lastOpen(byCompany.get(companies.get(card) ?? card), at),
  };
}

export function tenDigits(text: string): string {
  return text.replace(/\D/g, '').slice(-10);
}
