import { forbidden, halValue, noContent, notFound, type Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { isAnswer, listAnswer, pageOf, wholeAnswer } from '../http/list.ts';
import { filterOf, idsOf, undocumented, withOf, type Documented } from '../http/parameters.ts';
import { intOf, objectOf, objectsOf, type Json } from '../../stand-in/json.ts';
import { wireOf } from '../wire-text.ts';
import { customersUnavailable } from './cards.ts';

/** A paged list of records that are few enough to be written anew each time. */
export function pagedRecords(
  call: Call,
  key: string,
  records: readonly Json[],
  documented: Documented,
  hasTotals: boolean,
): Answer {
  const error = undocumented(call, documented);
  if (error !== undefined) return error;
  const page = pageOf(call, 250, 50);
  if (isAnswer(page)) return page;
  const { faults } = call;
  const on = { path: call.path, page: page.number };
  // Lists this small end early only when the fault names them.
  const strikes = (name: 'premature-204' | 'short-list') =>
    faults.state(name)?.path === undefined ? undefined : faults.strikes(name, on);
  if (strikes('premature-204')) return noContent;
  const begin = (page.number - 1) * page.limit;
  let found = records.slice(begin, begin + page.limit);
  const short = found.length > 0 ? strikes('short-list') : undefined;
  if (short !== undefined) found = found.slice(0, Math.ceil(found.length * (short.share ?? 0.5)));
  const shown = found.map(wireOf);
  return listAnswer(call, key, shown, page, hasTotals ? { items: records.length } : undefined);
}

function one(call: Call, record: Json | undefined): Answer {
  return record === undefined ? notFound(call.method, call.path) : halValue(record);
}

function mayNotReadUsers(call: Call): boolean {
  const { principal, faults } = call;
  if (principal.isExternal || faults.state('external-integration')) return true;
  return !principal.isAdmin || faults.state('users-forbidden') !== undefined;
}

const userWiths = ['role', 'group', 'uuid', 'amojo_id', 'user_rank', 'phone_number'];

/** `GET /users`: administrators only, with totals (facts §2.7). */
export function users(call: Call, id?: number): Answer {
  if (mayNotReadUsers(call)) return forbidden;
  const wanted = withOf(call);
  const shown = (user: Json): Json => {
    const rights = objectOf(user['rights']);
    const embedded = objectOf(user['_embedded']);
    const { _links, _embedded: _, uuid, amojo_id, user_rank, phone_number, ...own } = user;
    const beside: Json = { uuid, amojo_id, user_rank, phone_number };
    return {
      ...own,
      ...Object.fromEntries(
        Object.keys(beside).flatMap((name) => (wanted.includes(name) ? [[name, beside[name] ?? null]] : [])),
      ),
      _links,
      _embedded: {
        roles: wanted.includes('role')
          ? named(embedded['roles'], [...call.crm.roles.values()], rights['role_id'])
          : [],
        groups: wanted.includes('group') ? named(embedded['groups'], groupsOf(call), rights['group_id']) : [],
      },
    };
  };
  if (id !== undefined) {
    const user = call.crm.users.get(id);
    return undocumented(call, { with: userWiths }) ?? one(call, user && shown(user));
  }
  return pagedRecords(call, 'users', [...call.crm.users.values()].map(shown), { with: userWiths }, true);
}

function groupsOf(call: Call): Json[] {
  return objectsOf(objectOf(call.crm.account['_embedded'])['users_groups']);
}

/** What the file gives, or the record that the rights name. */
function named(given: unknown, known: readonly Json[], id: unknown): Json[] {
  const own = objectsOf(given);
  if (own.length > 0) return own;
  const found = known.find((record) => id !== null && record['id'] === id);
  return found === undefined ? [] : [{ id: found['id'], name: found['name'] }];
}

export function roles(call: Call, id?: number): Answer {
  if (mayNotReadUsers(call)) return forbidden;
  if (id !== undefined) return one(call, call.crm.roles.get(id));
  return pagedRecords(call, 'roles', [...call.crm.roles.values()], { with: ['users'] }, true);
}

/** Only the calling integration's own sources: this one has none (facts §2.15). */
export function sources(call: Call): Answer {
  const { principal, faults } = call;
  if (principal.isExternal || !principal.isAdmin || faults.state('external-integration')) return forbidden;
  return noContent;
}

/** `GET /leads/pipelines[/{id}[/statuses[/{id}]]]` (facts §2.3). */
export function pipelines(call: Call, rest: readonly string[]): Answer | undefined {
  const error = undocumented(call, {});
  if (error !== undefined) return error;
  const [pipelineId, statuses, statusId] = rest;
  if (pipelineId === undefined) return wholeAnswer(call, 'pipelines', [...call.crm.pipelines.values()]);
  const pipeline = call.crm.pipelines.get(Number(pipelineId));
  if (pipeline === undefined) return notFound(call.method, call.path);
  if (statuses === undefined) return halValue(pipeline);
  if (statuses !== 'statuses' || rest.length > 3) return undefined;
  const all = objectsOf(objectOf(pipeline['_embedded'])['statuses']);
  if (statusId === undefined) return wholeAnswer(call, 'statuses', all);
  return one(
    call,
    all.find((status) => status['id'] === Number(statusId)),
  );
}

/** `GET /leads/loss_reasons`; nothing when the account has the feature off (facts §2.4). */
export function lossReasons(call: Call, id?: number): Answer {
  if (id !== undefined) return one(call, call.crm.lossReasons.get(id));
  const isOn = call.crm.account['is_loss_reason_enabled'] === true;
  return pagedRecords(call, 'loss_reasons', isOn ? [...call.crm.lossReasons.values()] : [], {}, false);
}

/** `GET /{entity}/custom_fields`, with totals (facts §2.5). `owner` is leads, contacts, …, or `catalogs/1001`. */
export function customFields(call: Call, owner: string, id?: number): Answer {
  const own = call.crm.customFields.filter((field) => {
    if (field['entity_type'] === 'catalogs') return owner === `catalogs/${String(field['catalog_id'])}`;
    return field['entity_type'] === owner;
  });
  if (id !== undefined)
    return one(
      call,
      own.find((field) => field['id'] === id),
    );
  return pagedRecords(call, 'custom_fields', own, { filter: ['type'] }, true);
}

/** `GET /{entity}/tags` (facts §2.15): colours on leads only. */
export function tags(call: Call, owner: string): Answer {
  const own = call.crm.tags
    .filter((tag) => (tag['entity_type'] ?? 'leads') === owner)
    .map(({ entity_type: _, ...tag }) => ({
      ...tag,
      color: owner === 'leads' ? (tag['color'] ?? null) : null,
    }));
  return pagedRecords(call, 'tags', own, { filter: ['id', 'name'], plain: ['query'] }, false);
}

/** `GET /catalogs[/{id}[/elements[/{id}]|/custom_fields]]`. */
export function catalogs(call: Call, rest: readonly string[]): Answer | undefined {
  const [id, part, elementId] = rest;
  if (id === undefined)
    return pagedRecords(call, 'catalogs', [...call.crm.catalogs.values()], { filter: ['id', 'type'] }, false);
  const catalog = call.crm.catalogs.get(Number(id));
  if (catalog === undefined) return notFound(call.method, call.path);
  if (part === undefined) return halValue(catalog);
  if (part === 'custom_fields') return customFields(call, `catalogs/${id}`);
  if (part !== 'elements') return undefined;
  const elements = [...call.crm.catalogElements.values()].filter(
    (element) => element['catalog_id'] === Number(id),
  );
  if (elementId !== undefined) {
    const element = elements.find((one) => one['id'] === Number(elementId));
    return element === undefined ? noContent : halValue(element);
  }
  const documented = { filter: ['id'], with: ['invoice_link', 'supplier_field_values'], plain: ['query'] };
  return pagedRecords(call, 'elements', elements, documented, false);
}

/** `GET /customers/transactions`, `/customers/{id}/transactions`: only `filter[id]` (facts §2.13). */
export function transactions(call: Call, customerId?: number): Answer {
  const unavailable = customersUnavailable(call);
  if (unavailable !== undefined) return unavailable;
  const wanted = idsOf(filterOf(call)['id']);
  const own = [...call.crm.transactions.values()].filter(
    (one) =>
      (customerId === undefined || intOf(one['customer_id']) === customerId) &&
      (wanted === undefined || wanted.has(intOf(one['id']))),
  );
  return pagedRecords(call, 'transactions', own, { filter: ['id'] }, false);
}
