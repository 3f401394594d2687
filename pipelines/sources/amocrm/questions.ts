import type { PageRequest } from '../engine/connection.ts';
import type { Question } from './client.ts';

interface List {
  readonly path: string;
  /** Key of the rows inside `_embedded`; undefined when the answer itself is the row. */
  readonly key: string | undefined;
  readonly with?: string;
  /** What the time window filters by; undefined when the list has no windows. */
  readonly window?: 'updated_at' | 'created_at';
  /** Sorts by its window's field; absent where no such sort is documented. */
  readonly sortsByWindow?: boolean;
  readonly sortsById?: boolean;
  /** The only sort that makes the pages of a list hold still. */
  readonly sort?: string;
  readonly isPaged?: boolean;
}

const ACCOUNT_WITH =
  'amojo_id,uuid,users_groups,task_types,version,entity_names,datetime_settings,is_api_filter_enabled';
const LEAD_WITH = 'contacts,loss_reason,catalog_elements,is_price_modified_by_robot,source_id,source';
const CUSTOMER_WITH = 'contacts,companies,catalog_elements';

/** The list behind a stream's part. */
export function listOf(stream: string, part: string): List {
  const sorted = { window: 'updated_at', sortsByWindow: true, sortsById: true, isPaged: true } as const;
  switch (stream) {
    case 'account':
      return { path: 'account', key: undefined, with: ACCOUNT_WITH };
    case 'users':
      return {
        path: 'users',
        key: 'users',
        with: 'role,group,uuid,amojo_id,user_rank,phone_number',
        isPaged: true,
      };
    case 'pipelines':
      return { path: 'leads/pipelines', key: 'pipelines' };
    case 'loss_reasons':
      return { path: 'leads/loss_reasons', key: 'loss_reasons', isPaged: true };
    case 'custom_fields':
      return { path: `${part}/custom_fields`, key: 'custom_fields', isPaged: true };
    case 'tags':
      return { path: `${part}/tags`, key: 'tags', isPaged: true };
    case 'roles':
      return { path: 'roles', key: 'roles', isPaged: true };
    case 'catalogs':
      return { path: 'catalogs', key: 'catalogs', isPaged: true };
    case 'catalog_elements':
      return { path: `catalogs/${part}/elements`, key: 'elements', isPaged: true };
    case 'unsorted':
      return { path: 'leads/unsorted', key: 'unsorted', isPaged: true, sort: 'created_at' };
    case 'customers':
      return { path: 'customers', key: 'customers', isPaged: true, with: CUSTOMER_WITH };
    case 'transactions':
      return { path: 'customers/transactions', key: 'transactions', isPaged: true };
    case 'leads':
      return {
        ...sorted,
        path: 'leads',
        key: 'leads',
        with: part === 'deleted' ? 'only_deleted' : LEAD_WITH,
      };
    case 'notes':
      return { ...sorted, path: `${part}/notes`, key: 'notes' };
    case 'tasks':
      return { ...sorted, path: 'tasks', key: 'tasks', sortsByWindow: false };
    case 'events':
      return { path: 'events', key: 'events', window: 'created_at', isPaged: true };
    default:
      return { ...sorted, path: stream, key: stream };
  }
}

/** Brackets in names, times in unix seconds; `[to]` is never sent without `[from]`, which events refuse. */
export function questionFor(request: PageRequest): Question {
  const list = listOf(request.stream, request.part);
  const query: [string, string | number][] = [];
  if (list.with !== undefined) query.push(['with', list.with]);
  if (list.window !== undefined && request.window) {
    const { from, to } = request.window;
    // From the very beginning is no filter at all, except that `[to]` needs one.
    if (from > 0 || to !== null) query.push([`filter[${list.window}][from]`, Math.max(1, from)]);
    if (to !== null) query.push([`filter[${list.window}][to]`, to]);
  }
  for (const id of request.ids ?? []) query.push(['filter[id][]', id]);
  if (list.sort !== undefined) {
    query.push([`order[${list.sort}]`, 'asc']);
  } else if (request.order === 'by-id') {
    if (list.sortsById) query.push(['order[id]', 'asc']);
  } else if (list.sortsByWindow) {
    query.push([`order[${list.window}]`, request.order === 'oldest-first' ? 'asc' : 'desc']);
  }
  if (list.isPaged) query.push(['limit', request.limit], ['page', request.page]);
  return { path: list.path, query };
}

/** One row by its key. */
export function questionForOne(stream: string, key: string): Question {
  if (stream === 'catalog_elements') {
    const [catalog = '', element = ''] = key.split(':');
    return { path: `catalogs/${catalog}/elements/${element}`, query: [] };
  }
  const list = listOf(stream, 'all');
  const path = `${list.path}/${encodeURIComponent(key)}`;
  return { path, query: list.with === undefined ? [] : [['with', list.with]] };
}
