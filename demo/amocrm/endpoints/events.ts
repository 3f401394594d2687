import { visibleAttachments } from '../auth/principal.ts';
import { hal, noContent, type Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { collectionAnswer, isAnswer, pageOf, wholeAnswer, type Page } from '../http/list.ts';
import { allOf, orderOf, undocumented, withOf } from '../http/parameters.ts';
import { buildQuery } from '../http/php-query.ts';
import { mix } from '../../stand-in/random.ts';
import type { CardKind } from '../state/cards.ts';
import type { EventRow } from '../state/row.ts';
import { fromWire, wireOf, type WireText } from '../wire-text.ts';
import { eventFilter, eventFilters } from './event-filter.ts';
import { eventTypes } from './event-types.ts';

const withs = [
  'contact_name',
  'lead_name',
  'company_name',
  'catalog_element_name',
  'customer_name',
  'catalog_name',
];

/** `GET /events` (facts §2.11): newest first, and no other order is documented. */
export function events(call: Call): Answer {
  const error = undocumented(call, { filter: eventFilters, with: withs });
  if (error !== undefined) return error;
  const page = pageOfEvents(call);
  if (isAnswer(page)) return page;
  const filter = eventFilter(call);
  if (isAnswer(filter)) return filter;
  orderOf(call, {}, { by: 'createdAt', desc: true });
  const { faults } = call;
  const lost = faults.state('events-lost');
  const late = faults.state('events-late');
  const where = allOf<EventRow>([
    filter.where,
    visibleAttachments(call.crm, call.principal),
    lost === undefined ? undefined : (row) => mix(row.tie, 77) / 2 ** 32 >= (lost.share ?? 0.1),
    late === undefined ? undefined : (row) => row.createdAt <= call.now - (late.seconds ?? 60),
  ]);
  const { page: _, limit: __, ...named } = call.query;
  const selection = {
    order: { by: 'createdAt' as const, desc: true },
    ...(filter.range === undefined ? {} : { window: { by: 'createdAt' as const, ...filter.range } }),
    where,
    // What time or a share hides is not the same from one request to the next.
    name:
      lost || late ? undefined : `${call.principal.userId} ${call.principal.isAdmin} ${buildQuery(named)}`,
  };
  return collectionAnswer(call, 'events', call.crm.events, selection, page, writer(call));
}

/** The documented maximum is 100; more gave 50 in 2023 and up to 250 in 2026, and here 100 unless a fault says otherwise. */
function pageOfEvents(call: Call): Page | Answer {
  if (call.faults.state('events-limit-250')) return pageOf(call, 250, 250);
  return pageOf(call, 100, call.faults.state('events-limit-50') ? 50 : 100);
}

export function oneEvent(call: Call, id: string): Answer {
  const error = undocumented(call, { with: withs });
  if (error !== undefined) return error;
  const row = call.crm.events.get(id);
  const isVisible = visibleAttachments(call.crm, call.principal);
  if (row === undefined || (isVisible !== undefined && !isVisible(row))) return noContent;
  return hal(writer(call)(row));
}

export function types(call: Call): Answer {
  const error = undocumented(call, { plain: ['language_code'] });
  if (error !== undefined) return error;
  const own = call.crm.customFields.map((field) => ({
    key: `custom_field_${String(field['id'])}_value_changed`,
    type: 24,
    lang: String(field['name']),
  }));
  return wholeAnswer(call, 'events_types', [...eventTypes(), ...own]);
}

const kinds: Readonly<Record<string, CardKind>> = {
  lead: 'leads',
  contact: 'contacts',
  company: 'companies',
  customer: 'customers',
};

function writer(call: Call): (row: EventRow) => WireText {
  const named = new Set(withOf(call).map((name) => name.replace(/_name$/, '')));
  if (named.size === 0) return (row) => `${row.text}}}}`;
  return (row) => {
    const kind = kinds[row.entityType];
    const card =
      kind === undefined || !named.has(row.entityType) ? undefined : call.crm.cards(kind).get(row.entityId);
    if (card === undefined) return `${row.text}}}}`;
    const { name } = JSON.parse(fromWire(`${card.text}}}`)) as { name: unknown };
    return `${row.text},"name":${wireOf(name)}}}}`;
  };
}
