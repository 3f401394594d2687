import { visibleCards } from '../auth/principal.ts';
import { hal, noContent, problem, type Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { collectionAnswer, isAnswer, pageOf } from '../http/list.ts';
import { allOf, orderOf, undocumented, withOf } from '../http/parameters.ts';
import { buildQuery } from '../http/php-query.ts';
import { cardShapes, cardText, tombstoneText, type CardKind } from '../state/cards.ts';
import type { CardRow } from '../state/row.ts';
import type { WireText } from '../wire-text.ts';
import { cardFilter, cardFilters, queryTest } from './card-filter.ts';

const orders = {
  leads: { id: 'id', created_at: 'createdAt', updated_at: 'updatedAt' },
  contacts: { id: 'id', updated_at: 'updatedAt' },
  companies: { id: 'id', updated_at: 'updatedAt' },
  customers: {},
} as const satisfies Record<CardKind, Readonly<Record<string, 'id' | 'createdAt' | 'updatedAt'>>>;

/** Rows have the id in `tie` as a number, which is what an index by id sorts by. */
const sortKeys = { id: 'tie', createdAt: 'createdAt', updatedAt: 'updatedAt' } as const;

function withsOf(kind: CardKind): string[] {
  const shape = cardShapes[kind];
  const all = [...Object.keys(shape.embedded), ...Object.keys(shape.beside)];
  return kind === 'leads' ? [...all, 'only_deleted'] : all;
}

/** `GET /leads`, `/contacts`, `/companies`, `/customers` (facts §2.2, §2.6, §2.13). */
export function listCards(call: Call, kind: CardKind): Answer {
  const unavailable = kind === 'customers' ? customersUnavailable(call) : undefined;
  if (unavailable !== undefined) return unavailable;
  const isFilterOn =
    call.crm.account['is_api_filter_enabled'] === true && !call.faults.state('api-filter-off');
  const error = undocumented(call, {
    filter: cardFilters[kind],
    with: withsOf(kind),
    plain: kind === 'customers' ? [] : ['query'],
  });
  if (error !== undefined) return error;
  const page = pageOf(call);
  if (isAnswer(page)) return page;
  const filter = isFilterOn ? cardFilter(call) : {};
  if (isAnswer(filter)) return filter;
  const order = orderOf<'id' | 'createdAt' | 'updatedAt'>(call, orders[kind], { by: 'id', desc: false });
  const word = call.query['query'];
  const where = allOf<CardRow>([
    filter.where,
    visibleCards(call.crm, call.principal, kind),
    typeof word === 'string' && word !== '' ? queryTest(word) : undefined,
  ]);
  const wanted = withOf(call);
  const onlyDeleted = kind === 'leads' && wanted.includes('only_deleted');
  const { page: _, limit: __, ...named } = call.query;
  const selection = {
    order: { by: sortKeys[order.by], desc: order.desc },
    ...(filter.window === undefined ? {} : { window: filter.window }),
    where,
    name: `${isFilterOn} ${call.principal.userId} ${call.principal.isAdmin} ${buildQuery(named)}`,
  };
  const rows = onlyDeleted ? call.crm.bin : call.crm.cards(kind);
  return collectionAnswer(call, kind, rows, selection, page, cardWriter(call, kind, wanted));
}

/** `GET /leads/17`: 204 when there is no such card, or the token does not see it. */
export function oneCard(call: Call, kind: CardKind, id: number): Answer {
  const unavailable = kind === 'customers' ? customersUnavailable(call) : undefined;
  if (unavailable !== undefined) return unavailable;
  const error = undocumented(call, { with: withsOf(kind) });
  if (error !== undefined) return error;
  const wanted = withOf(call);
  const inBin = kind === 'leads' && wanted.includes('only_deleted');
  const row = (inBin ? call.crm.bin : call.crm.cards(kind)).get(id);
  const isVisible = visibleCards(call.crm, call.principal, kind);
  if (row === undefined || (isVisible !== undefined && !isVisible(row))) return noContent;
  return hal(cardWriter(call, kind, wanted)(row));
}

function cardWriter(call: Call, kind: CardKind, wanted: readonly string[]): (row: CardRow) => WireText {
  const { crm } = call;
  if (kind === 'leads' && wanted.includes('only_deleted')) return (row) => tombstoneText(row, crm.publicUrl);
  return (row) => cardText(kind, row, wanted, (of, name) => crm.computed(kind, of, name));
}

/** Customers may be absent from the tariff (425) or switched off (426): error-codes, facts §2.13. */
export function customersUnavailable(call: Call): Answer | undefined {
  const mode = call.crm.account['customers_mode'];
  if (mode === 'unavailable') return problem(425, 'Too Early', 'Функционал недоступен');
  if (mode === 'disabled') return problem(426, 'Upgrade Required', 'Функционал выключен');
  return undefined;
}
