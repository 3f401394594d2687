import { fromWire, wireOf, type WireText } from '../wire-text.ts';
import type { Crm } from './crm.ts';

/** Who is linked to whom, read backwards: leads name their contacts and company; a client's card shows its leads. */
export class ClientLinks {
  readonly #crm: Crm;
  #leadsVersion = -1;
  #contactsVersion = -1;
  #leadsOfContact = new Map<number, number[]>();
  #leadsOfCompany = new Map<number, number[]>();
  #contactsOfCompany = new Map<number, number[]>();

  constructor(crm: Crm) {
    this.#crm = crm;
  }

  leadsOfContact(id: number): WireText | undefined {
    this.#refreshLeads();
    return this.#shown('leads', this.#leadsOfContact.get(id));
  }

  leadIdsOfContact(id: number): readonly number[] {
    this.#refreshLeads();
    return this.#leadsOfContact.get(id) ?? [];
  }

  leadsOfCompany(id: number): WireText | undefined {
    this.#refreshLeads();
    return this.#shown('leads', this.#leadsOfCompany.get(id));
  }

  contactsOfCompany(id: number): WireText | undefined {
    if (this.#contactsVersion !== this.#crm.contacts.version) {
      this.#contactsOfCompany = new Map();
      for (const contact of this.#crm.contacts.all()) {
        if (contact.company !== 0) add(this.#contactsOfCompany, contact.company, contact.id as number);
      }
      this.#contactsVersion = this.#crm.contacts.version;
    }
    return this.#shown('contacts', this.#contactsOfCompany.get(id));
  }

  #shown(kind: string, ids: readonly number[] | undefined): WireText | undefined {
    if (ids === undefined) return undefined;
    const base = `${this.#crm.publicUrl}/api/v4/${kind}`;
    return wireOf(ids.map((id) => ({ id, _links: { self: { href: `${base}/${id}` } } })));
  }

  #refreshLeads(): void {
    if (this.#leadsVersion === this.#crm.leads.version) return;
    this.#leadsOfContact = new Map();
    this.#leadsOfCompany = new Map();
    for (const lead of this.#crm.leads.all()) {
      if (lead.company !== 0) add(this.#leadsOfCompany, lead.company, lead.id as number);
      const contacts = lead.pieces?.['contacts'];
      if (contacts === undefined) continue;
      for (const contact of JSON.parse(fromWire(contacts)) as { id: number }[]) {
        add(this.#leadsOfContact, contact.id, lead.id as number);
      }
    }
    this.#leadsVersion = this.#crm.leads.version;
  }
}

function add(map: Map<number, number[]>, key: number, id: number): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [id]);
  else known.push(id);
}
