import { badFilter, noContent, type Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { wholeAnswer } from '../http/list.ts';
import { filterOf, idsOf, undocumented } from '../http/parameters.ts';
import { listedValuesOf } from '../http/php-query.ts';
import { objectOf, objectsOf, type Json } from '../../stand-in/json.ts';
import type { CardKind } from '../state/cards.ts';

/** `GET /{entity}/links?filter[entity_id][]=…` and `GET /{entity}/{id}/links` (entity-links-api; facts §2.6). */
export function links(call: Call, kind: CardKind, cardId?: number): Answer {
  const documented = ['entity_id', 'to_entity_id', 'to_entity_type', 'to_catalog_id'];
  const error = undocumented(call, { filter: documented });
  if (error !== undefined) return error;
  const filter = filterOf(call);
  const ids = cardId === undefined ? idsOf(filter['entity_id']) : new Set([cardId]);
  if (ids === undefined || ids.size === 0) {
    call.unexpected('links without filter[entity_id]');
    return badFilter('filter[entity_id] is required');
  }
  const types = listedValuesOf(filter['to_entity_type']);
  const targets = idsOf(filter['to_entity_id']);
  const found: Json[] = [];
  for (const id of ids) {
    const row = call.crm.cards(kind).get(id);
    if (row === undefined) continue;
    const embedded = objectOf(call.crm.card(kind, row)['_embedded']);
    for (const type of ['catalog_elements', 'leads', 'contacts', 'companies', 'customers']) {
      if (kind === 'leads' && type === 'customers') continue;
      for (const target of objectsOf(embedded[type])) {
        if (types.length > 0 && !types.includes(type)) continue;
        if (targets !== undefined && !targets.has(target['id'] as number)) continue;
        const own = { to_entity_id: target['id'], to_entity_type: type, metadata: metadataOf(type, target) };
        found.push(cardId === undefined ? { entity_id: id, entity_type: kind, ...own } : own);
      }
    }
  }
  return found.length === 0 ? noContent : wholeAnswer(call, 'links', found);
}

function metadataOf(type: string, target: Json): unknown {
  if (type === 'contacts') return { main_contact: target['is_main'] === true };
  if (type === 'catalog_elements') return objectOf(target['metadata']);
  return null;
}
