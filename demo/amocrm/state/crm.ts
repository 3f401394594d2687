import type { DataSource } from '../data/source.ts';
import { intOf, objectOf, objectsOf, type Json } from '../../stand-in/json.ts';
import { fromWire, wireOf, type WireText } from '../wire-text.ts';
import { accountId, completeAccount, zoneOf } from './account.ts';
import { cardRow, cardShapes, cardText, type CardKind, type RowContext } from './cards.ts';
import { Collection } from './collection.ts';
import { ClientLinks } from './links.ts';
import { eventRow, noteRow, taskRow } from './records.ts';
import {
  completeCustomField,
  completeLossReason,
  completePipeline,
  completeUnsorted,
  completeUser,
  withSelf,
} from './reference-data.ts';
import type { CardRow, EventRow, NoteRow, TaskRow } from './row.ts';

/** Everything the CRM holds, in memory. Endpoints read it; life in the CRM (`life/`) changes it. */
export class Crm implements RowContext {
  account: Json = {};
  readonly users = new Map<number, Json>();
  readonly roles = new Map<number, Json>();
  readonly pipelines = new Map<number, Json>();
  readonly lossReasons = new Map<number, Json>();
  readonly customFields: Json[] = [];
  readonly tags: Json[] = [];
  readonly catalogs = new Map<number, Json>();
  readonly catalogElements = new Map<number, Json>();
  readonly transactions = new Map<number, Json>();
  readonly unsorted = new Map<string, Json>();
  readonly leads = new Collection<CardRow>();
  /** Deleted leads that can still be restored. */
  readonly bin = new Collection<CardRow>();
  readonly contacts = new Collection<CardRow>();
  /** Contacts and companies of incoming leads nobody has accepted yet: the API does not show them (facts §2.12). */
  readonly hiddenContacts = new Collection<CardRow>();
  readonly hiddenCompanies = new Collection<CardRow>();
  readonly companies = new Collection<CardRow>();
  readonly customers = new Collection<CardRow>();
  readonly events = new Collection<EventRow>();
  readonly tasks = new Collection<TaskRow>();
  readonly notes = new Collection<NoteRow>();
  /** Incoming leads that were accepted or declined: the list forgets them, the summary counts them. */
  readonly sortedIncoming: {
    readonly category: string;
    readonly createdAt: number;
    readonly sortedAt: number;
    readonly isAccepted: boolean;
  }[] = [];
  readonly links = new ClientLinks(this);
  #lastId = 0;
  #lastSeq = 0;

  get accountId(): number {
    return accountId(this.account);
  }

  get publicUrl(): string {
    return `https://${String(this.account['subdomain'])}.amocrm.ru`;
  }

  get timeZone(): string {
    return zoneOf(this.account);
  }

  groupOf(userId: number): number {
    return intOf(objectOf(this.users.get(userId)?.['rights'])['group_id']);
  }

  /** An id that nothing in the account has. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  nextSeq(): number {
    this.#lastSeq += 1;
    return this.#lastSeq;
  }

  cards(kind: CardKind): Collection<CardRow> {
    return this[kind];
  }

  /** The whole card, with everything that `with=` can add. */
  card(kind: CardKind, row: CardRow): Json {
    const shape = cardShapes[kind];
    const wanted = [...Object.keys(shape.embedded), ...Object.keys(shape.beside)];
    return JSON.parse(
      fromWire(cardText(kind, row, wanted, (of, name) => this.computed(kind, of, name))),
    ) as Json;
  }

  /** Pieces of `_embedded` that other rows decide: the loss reason's name, the leads of a client, the contacts of a company. */
  computed(kind: CardKind, row: CardRow, name: string): WireText | undefined {
    if (kind === 'leads') {
      if (name !== 'loss_reason' || row.lossReason === 0) return undefined;
      const reason = this.lossReasons.get(row.lossReason);
      return reason === undefined ? undefined : wireOf([reason]);
    }
    if (kind === 'contacts' && name === 'leads') return this.links.leadsOfContact(row.id as number);
    if (kind === 'companies' && name === 'leads') return this.links.leadsOfCompany(row.id as number);
    if (kind === 'companies' && name === 'contacts') return this.links.contactsOfCompany(row.id as number);
    return undefined;
  }

  /** Reads everything; throws a StandInDataError on the first line that is not what it should be. */
  load(source: DataSource): void {
    this.account = source.account();
    const users = [...source.rows('users.jsonl')];
    const customers = [...source.rows('customers.jsonl')];
    this.account = completeAccount(this.account, customers.length > 0, intOf(users[0]?.['id']));
    const { accountId: account, publicUrl } = this;
    for (const user of users) this.users.set(this.#id(user), completeUser(user, publicUrl));
    for (const role of source.rows('roles.jsonl'))
      this.roles.set(this.#id(role), withSelf(role, 'roles', publicUrl));
    for (const pipeline of source.rows('pipelines.jsonl')) {
      const place = this.pipelines.size;
      this.pipelines.set(this.#id(pipeline), completePipeline(pipeline, place, account, publicUrl));
      for (const status of objectsOf(objectOf(pipeline['_embedded'])['statuses'])) this.#id(status);
    }
    for (const reason of source.rows('loss_reasons.jsonl')) {
      this.lossReasons.set(this.#id(reason), completeLossReason(reason, this.lossReasons.size, publicUrl));
    }
    for (const field of source.rows('custom_fields.jsonl')) {
      this.#id(field);
      this.customFields.push(completeCustomField(field, account, publicUrl));
    }
    for (const tag of source.rows('tags.jsonl')) this.tags.push(tag);
    for (const one of source.rows('catalogs.jsonl')) {
      this.catalogs.set(
        this.#id(one),
        withSelf(one, 'catalogs', publicUrl, { type: 'regular', account_id: account }),
      );
    }
    for (const one of source.rows('catalog_elements.jsonl')) {
      const path = `catalogs/${String(one['catalog_id'])}/elements`;
      const more = { is_deleted: false, custom_fields_values: null, account_id: account };
      this.catalogElements.set(this.#id(one), withSelf(one, path, publicUrl, more));
    }
    for (const one of source.rows('transactions.jsonl')) {
      const more = { comment: null, price: 0, is_deleted: false, account_id: account };
      const embedded = { _embedded: { customer: { id: one['customer_id'] }, catalog_elements: [] } };
      this.transactions.set(
        this.#id(one),
        withSelf({ ...embedded, ...one }, 'customers/transactions', publicUrl, more),
      );
    }
    this.#loadCards(source, customers);
    this.events.putAll(
      this.#map(source.rows('events.jsonl'), (event) => eventRow(event, this.nextSeq(), this)),
    );
    this.tasks.putAll(this.#map(source.rows('tasks.jsonl'), (task) => taskRow(task, this)));
    this.notes.putAll(this.#map(source.rows('notes.jsonl'), (note) => noteRow(note, this)));
  }

  #loadCards(source: DataSource, customers: Json[]): void {
    const hidden = { contacts: new Set<unknown>(), companies: new Set<unknown>() };
    for (const one of source.rows('unsorted.jsonl')) {
      const complete = completeUnsorted(one, this.accountId, this.publicUrl);
      this.unsorted.set(String(one['uid']), complete);
      const embedded = objectOf(complete['_embedded']);
      for (const contact of objectsOf(embedded['contacts'])) hidden.contacts.add(contact['id']);
      for (const company of objectsOf(embedded['companies'])) hidden.companies.add(company['id']);
    }
    const deleted: CardRow[] = [];
    const into = (kind: CardKind, away: (card: Json) => CardRow[] | undefined) =>
      function* (this: Crm, cards: Iterable<Json>): Generator<CardRow> {
        for (const card of cards) {
          this.#id(card);
          const elsewhere = away(card);
          const row = cardRow(kind, { ...card, is_deleted: false }, this);
          if (elsewhere === undefined) yield row;
          else elsewhere.push(row);
        }
      }.bind(this);
    const gone: CardRow[] = [];
    const hiddenContacts: CardRow[] = [];
    const hiddenCompanies: CardRow[] = [];
    const isDeleted = (card: Json) => card['is_deleted'] === true;
    this.leads.putAll(
      into('leads', (card) => (isDeleted(card) ? deleted : undefined))(source.rows('leads.jsonl')),
    );
    this.contacts.putAll(
      into('contacts', (card) =>
        isDeleted(card) ? gone : hidden.contacts.has(card['id']) ? hiddenContacts : undefined,
      )(source.rows('contacts.jsonl')),
    );
    this.companies.putAll(
      into('companies', (card) =>
        isDeleted(card) ? gone : hidden.companies.has(card['id']) ? hiddenCompanies : undefined,
      )(source.rows('companies.jsonl')),
    );
    this.customers.putAll(into('customers', (card) => (isDeleted(card) ? gone : undefined))(customers));
    this.bin.putAll(deleted);
    this.hiddenContacts.putAll(hiddenContacts);
    this.hiddenCompanies.putAll(hiddenCompanies);
  }

  #id(record: Json): number {
    const id = intOf(record['id']);
    if (id > this.#lastId) this.#lastId = id;
    return id;
  }

  *#map<R>(records: Iterable<Json>, build: (record: Json) => R): Generator<R> {
    for (const record of records) {
      this.#id(record);
      yield build(record);
    }
  }
}
