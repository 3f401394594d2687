import { intOf, objectOf, objectsOf, type Json } from '../../stand-in/json.ts';

const all = { view: 'A', edit: 'A', add: 'A', delete: 'A', export: 'A' };

function self(href: string): Json {
  return { self: { href } };
}

/** A user as `/users` shows it (facts §2.7). Rights that the file does not give are an ordinary manager's: everything visible. */
export function completeUser(user: Json, publicUrl: string): Json {
  const rights = objectOf(user['rights']);
  const { _links: _, _embedded, ...given } = user;
  return {
    email: `user${String(user['id'])}@example.com`,
    lang: 'ru',
    ...given,
    rights: {
      leads: all,
      contacts: all,
      companies: all,
      tasks: { edit: 'A', delete: 'A' },
      mail_access: false,
      catalog_access: false,
      status_rights: null,
      is_admin: false,
      is_free: false,
      is_active: true,
      group_id: null,
      role_id: null,
      ...rights,
    },
    _links: self(`${publicUrl}/api/v4/users/${String(user['id'])}`),
    _embedded: { roles: [], groups: [], ...objectOf(_embedded) },
  };
}

/** A pipeline with its statuses; the system statuses 142 and 143 are added when the file leaves them out (facts §2.3). */
export function completePipeline(pipeline: Json, place: number, accountId: number, publicUrl: string): Json {
  const id = intOf(pipeline['id']);
  const path = `${publicUrl}/api/v4/leads/pipelines/${id}`;
  const given = objectsOf(objectOf(pipeline['_embedded'])['statuses']);
  const statuses = given.map((status, at) => completeStatus(status, (at + 1) * 10, id, accountId, path));
  for (const system of [
    { id: 142, name: 'Успешно реализовано', sort: 10_000, color: '#CCFF66' },
    { id: 143, name: 'Закрыто и не реализовано', sort: 11_000, color: '#D5D8DB' },
  ]) {
    if (statuses.some((status) => status['id'] === system.id)) continue;
    statuses.push(completeStatus(system, system.sort, id, accountId, path));
  }
  const { _links: _, _embedded: __, ...own } = pipeline;
  return {
    sort: place + 1,
    is_main: place === 0,
    is_unsorted_on: statuses.some((status) => status['type'] === 1),
    is_archive: false,
    ...own,
    account_id: accountId,
    _links: self(path),
    _embedded: { statuses: statuses.sort((left, right) => intOf(left['sort']) - intOf(right['sort'])) },
  };
}

function completeStatus(
  status: Json,
  sort: number,
  pipelineId: number,
  accountId: number,
  path: string,
): Json {
  const isSystem = status['id'] === 142 || status['id'] === 143 || status['type'] === 1;
  return {
    sort: status['id'] === 142 ? 10_000 : status['id'] === 143 ? 11_000 : sort,
    is_editable: !isSystem,
    color: '#99ccff',
    type: 0,
    ...status,
    pipeline_id: pipelineId,
    account_id: accountId,
    _links: self(`${path}/statuses/${String(status['id'])}`),
  };
}

export function completeLossReason(reason: Json, place: number, publicUrl: string): Json {
  return {
    sort: (place + 1) * 100,
    created_at: 0,
    updated_at: reason['created_at'] ?? 0,
    ...reason,
    _links: self(`${publicUrl}/api/v4/leads/loss_reasons/${String(reason['id'])}`),
  };
}

/** A custom field's definition (facts §2.5). */
export function completeCustomField(field: Json, accountId: number, publicUrl: string): Json {
  return {
    code: null,
    sort: 500,
    is_computed: false,
    is_predefined: false,
    is_deletable: true,
    is_visible: true,
    is_required: false,
    is_api_only: false,
    group_id: null,
    settings: [],
    remind: null,
    currency: null,
    enums: null,
    nested: null,
    required_statuses: [],
    hidden_statuses: [],
    chained_lists: null,
    tracking_callback: null,
    search_in: null,
    ...field,
    account_id: accountId,
    _links: self(`${publicUrl}/api/v4/${String(field['entity_type'])}/custom_fields/${String(field['id'])}`),
  };
}

/** Records with nothing but an address: tags, catalogs, their elements, roles, transactions. */
export function withSelf(record: Json, path: string, publicUrl: string, more: Json = {}): Json {
  return { ...more, ...record, _links: self(`${publicUrl}/api/v4/${path}/${String(record['id'])}`) };
}

export function completeUnsorted(unsorted: Json, accountId: number, publicUrl: string): Json {
  const embedded = objectOf(unsorted['_embedded']);
  const linked = (kind: string) =>
    objectsOf(embedded[kind]).map((one) => ({
      id: one['id'],
      _links: self(`${publicUrl}/api/v4/${kind}/${String(one['id'])}`),
    }));
  return {
    source_uid: null,
    source_name: '',
    metadata: {},
    ...unsorted,
    account_id: accountId,
    _links: self(`${publicUrl}/api/v4/leads/unsorted/${String(unsorted['uid'])}`),
    _embedded: { contacts: linked('contacts'), leads: linked('leads'), companies: linked('companies') },
  };
}
