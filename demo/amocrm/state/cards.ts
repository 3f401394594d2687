import { intOf, objectOf, objectsOf, type Json } from '../../stand-in/json.ts';
import { keptWire, wireOf, type WireText } from '../wire-text.ts';
import type { CardRow } from './row.ts';

/** Leads, contacts, companies and customers: the cards a manager works with. */
export type CardKind = 'leads' | 'contacts' | 'companies' | 'customers';

interface CardShape {
  /** Every field an ordinary answer has, in the order of the documentation, with its value where a file says nothing. */
  readonly fields: Readonly<Json>;
  /** What `with=` adds to `_embedded`, and what stands there when the card has none. */
  readonly embedded: Readonly<Record<string, WireText>>;
  /** What `with=` adds beside the other fields. */
  readonly beside: Readonly<Record<string, WireText>>;
}

const person = {
  responsible_user_id: 0,
  group_id: 0,
  created_by: 0,
  updated_by: 0,
  created_at: 0,
  updated_at: 0,
  closest_task_at: null,
  is_deleted: false,
  custom_fields_values: null,
};

/** Sources: leads-api, contacts-api, companies-api, customers-api (facts §2.2, §2.6, §2.13). */
export const cardShapes: Readonly<Record<CardKind, CardShape>> = {
  leads: {
    fields: {
      id: 0,
      name: '',
      price: 0,
      responsible_user_id: 0,
      group_id: 0,
      status_id: 0,
      pipeline_id: 0,
      loss_reason_id: null,
      created_by: 0,
      updated_by: 0,
      created_at: 0,
      updated_at: 0,
      closed_at: null,
      closest_task_at: null,
      is_deleted: false,
      custom_fields_values: null,
      score: null,
    },
    embedded: { contacts: '[]', loss_reason: '[]', catalog_elements: '[]', source: '[]' },
    beside: { source_id: 'null', is_price_modified_by_robot: 'false' },
  },
  contacts: {
    fields: { id: 0, name: '', first_name: '', last_name: '', ...person },
    embedded: { leads: '[]', customers: '[]', catalog_elements: '[]' },
    beside: {},
  },
  companies: {
    fields: { id: 0, name: '', ...person },
    embedded: { contacts: '[]', leads: '[]', customers: '[]', catalog_elements: '[]' },
    beside: {},
  },
  customers: {
    fields: {
      id: 0,
      name: '',
      next_price: 0,
      next_date: 0,
      status_id: null,
      periodicity: 0,
      ...person,
      ltv: 0,
      purchases_count: 0,
      average_check: 0,
    },
    embedded: { contacts: '[]', companies: '[]', catalog_elements: '[]' },
    beside: {},
  },
};

/** What building a row needs to know about the account. */
export interface RowContext {
  readonly accountId: number;
  /** `https://{subdomain}.amocrm.ru`: rows link to the account's public host, so a payload does not change with the port. */
  readonly publicUrl: string;
  groupOf(userId: number): number;
}

/** A reference to another card as lists show it: `{"id":1,…,"_links":{"self":{"href"}}}`. */
function reference(context: RowContext, kind: string, card: Json): Json {
  const { _links: _, ...own } = card;
  return { ...own, _links: { self: { href: `${context.publicUrl}/api/v4/${kind}/${String(card['id'])}` } } };
}

/** Makes a row of a card as it stands in a file or after a change. */
export function cardRow(kind: CardKind, card: Json, context: RowContext): CardRow {
  const shape = cardShapes[kind];
  const responsible = intOf(card['responsible_user_id']);
  const fields: Json = {
    ...shape.fields,
    group_id: context.groupOf(responsible),
    updated_at: card['created_at'],
    updated_by: card['created_by'] ?? 0,
    ...card,
    account_id: card['account_id'] ?? context.accountId,
    // Written separately. Undefined rather than deleted: `delete` would make each of a million objects a slow one.
    _links: undefined,
    _embedded: undefined,
  };
  let pieces: Record<string, WireText> | undefined;
  for (const name of Object.keys(shape.beside)) {
    if (fields[name] != null) (pieces ??= {})[name] = wireOf(fields[name]);
    if (name in fields) fields[name] = undefined;
  }
  const embedded = objectOf(card['_embedded']);
  const companies = objectsOf(embedded['companies']);
  const always: Json = kind === 'customers' ? { segments: embedded['segments'] ?? [] } : {};
  always['tags'] = objectsOf(embedded['tags']).map((tag) => ({ color: null, ...tag }));
  if (kind === 'leads' || kind === 'contacts')
    always['companies'] = companies.map((one) => reference(context, 'companies', one));
  for (const name of Object.keys(shape.embedded)) {
    // Loss reasons come from their own list, and the leads of a client from the leads: one truth, one place.
    if (embedded[name] === undefined || name === 'loss_reason' || (name === 'leads' && kind !== 'customers'))
      continue;
    if (name === 'contacts' && kind === 'companies') continue;
    const piece = isReferenceList(name)
      ? references(context, kind, name, objectsOf(embedded[name]))
      : embedded[name];
    if (!Array.isArray(piece) || piece.length > 0) (pieces ??= {})[name] = wireOf(piece);
  }
  const id = intOf(fields['id']);
  const links = `"_links":{"self":{"href":"${context.publicUrl}/api/v4/${kind}/${id}"}}`;
  return {
    id,
    tie: id,
    text: keptWire(
      `${JSON.stringify(fields).slice(0, -1)},${links},"_embedded":${JSON.stringify(always).slice(0, -1)}`,
    ),
    createdAt: intOf(fields['created_at']),
    updatedAt: intOf(fields['updated_at']),
    createdBy: intOf(fields['created_by']),
    updatedBy: intOf(fields['updated_by']),
    responsible,
    group: intOf(fields['group_id']),
    closestTaskAt: intOf(fields['closest_task_at']),
    pipeline: intOf(fields['pipeline_id']),
    status: intOf(fields['status_id']),
    price: intOf(fields['price']),
    closedAt: intOf(fields['closed_at']),
    lossReason: intOf(fields['loss_reason_id']),
    company: intOf(companies[0]?.['id']),
    pieces: pieces,
  };
}

function isReferenceList(name: string): boolean {
  return name === 'contacts' || name === 'companies' || name === 'customers' || name === 'leads';
}

function references(context: RowContext, kind: CardKind, name: string, cards: Json[]): Json[] {
  return cards.map((card, place) =>
    reference(
      context,
      name,
      kind === 'leads' && name === 'contacts' ? { id: card['id'], is_main: place === 0, ...card } : card,
    ),
  );
}

/** The full text of a card with what `with=` asked for; `computed` gives the pieces that other rows decide. */
export function cardText(
  kind: CardKind,
  row: CardRow,
  wanted: readonly string[],
  computed: (row: CardRow, name: string) => WireText | undefined,
): WireText {
  const shape = cardShapes[kind];
  let text = row.text;
  for (const name of wanted) {
    const nothing = shape.embedded[name];
    if (nothing !== undefined) text += `,"${name}":${computed(row, name) ?? row.pieces?.[name] ?? nothing}`;
  }
  text += '}';
  for (const name of wanted) {
    const nothing = shape.beside[name];
    if (nothing !== undefined) text += `,"${name}":${row.pieces?.[name] ?? nothing}`;
  }
  // The documented example shows the field even when it was not asked for; its value needs `with=source_id`.
  if (kind === 'leads' && !wanted.includes('source_id')) text += ',"source_id":null';
  return `${text}}`;
}

/** A lead in the recycle bin as `with=only_deleted` shows it: every field null but these four (seen in issue 254 of the client). */
export function tombstoneText(row: CardRow, publicUrl: string): WireText {
  const fields: Json = {};
  for (const name of Object.keys(cardShapes.leads.fields)) fields[name] = null;
  Object.assign(fields, {
    id: row.id,
    updated_at: row.updatedAt,
    updated_by: row.updatedBy,
    is_deleted: true,
  });
  return wireOf({
    ...fields,
    account_id: null,
    source_id: null,
    _links: { self: { href: `${publicUrl}/api/v4/leads/${row.id}` } },
    _embedded: { tags: [], companies: [] },
  });
}
