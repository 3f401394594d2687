import { halValue, notFound, notValid, type Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { filterOf, momentOrRangeOf, orderOf, undocumented } from '../http/parameters.ts';
import { listedValuesOf } from '../http/php-query.ts';
import { intOf, objectOf, objectsOf, type Json } from '../../stand-in/json.ts';
import { visibleCards } from '../auth/principal.ts';
import { pagedRecords } from './small-lists.ts';

/** `GET /leads/unsorted`: incoming leads nobody has taken yet (facts §2.12). */
export function listUnsorted(call: Call): Answer {
  const documented = { filter: ['uid', 'category', 'pipeline_id'] };
  const filter = filterOf(call);
  const uids = listedValuesOf(filter['uid']);
  const categories = listedValuesOf(filter['category']);
  const pipelines = listedValuesOf(filter['pipeline_id']);
  const isVisible = visibleCards(call.crm, call.principal, 'leads');
  const found = [...call.crm.unsorted.values()].filter(
    (one) =>
      (uids.length === 0 || uids.includes(String(one['uid']))) &&
      (categories.length === 0 || categories.includes(String(one['category']))) &&
      (pipelines.length === 0 || pipelines.includes(String(one['pipeline_id']))) &&
      (isVisible === undefined || leadsOf(one).some((id) => isVisible(call.crm.leads.get(id) ?? nobody))),
  );
  const orders = { created_at: 'created_at', updated_at: 'created_at' } as const;
  const order = orderOf<'created_at'>(call, orders, { by: 'created_at', desc: false });
  found.sort((left, right) => intOf(left[order.by]) - intOf(right[order.by]));
  if (order.desc) found.reverse();
  return pagedRecords(call, 'unsorted', found, documented, false);
}

const nobody = {
  id: 0,
  tie: 0,
  createdAt: 0,
  updatedAt: 0,
  text: '',
  createdBy: 0,
  updatedBy: 0,
  responsible: -1,
  group: -1,
};

function leadsOf(unsorted: Json): number[] {
  return objectsOf(objectOf(unsorted['_embedded'])['leads']).map((lead) => intOf(lead['id']));
}

export function oneUnsorted(call: Call, uid: string): Answer {
  const found = call.crm.unsorted.get(uid);
  return found === undefined ? notFound(call.method, call.path) : halValue(found);
}

/** `GET /leads/unsorted/summary`: counts of what has come and what became of it. */
export function summary(call: Call): Answer {
  const error = undocumented(call, { filter: ['uid', 'created_at', 'pipeline_id'] });
  if (error !== undefined) return error;
  const created = filterOf(call)['created_at'];
  const range = momentOrRangeOf(created);
  if (created !== undefined && range === undefined)
    return notValid('filter.created_at', 'This value is not valid.');
  const waiting = [...call.crm.unsorted.values()].filter(
    (one) =>
      intOf(one['created_at']) >= (range?.from ?? 0) && intOf(one['created_at']) <= (range?.to ?? Infinity),
  );
  const sorted = call.crm.sortedIncoming.filter(
    (one) => one.createdAt >= (range?.from ?? 0) && one.createdAt <= (range?.to ?? Infinity),
  );
  const total = (category: string) => ({
    total:
      waiting.filter((one) => one['category'] === category).length +
      sorted.filter((one) => one.category === category).length,
  });
  const seconds = sorted.reduce((sum, one) => sum + one.sortedAt - one.createdAt, 0);
  return halValue({
    total: waiting.length + sorted.length,
    accepted: sorted.filter((one) => one.isAccepted).length,
    declined: sorted.filter((one) => !one.isAccepted).length,
    average_sort_time: sorted.length === 0 ? 0 : Math.round(seconds / sorted.length),
    categories: { sip: total('sip'), mail: total('mail'), forms: total('forms'), chats: total('chats') },
  });
}
