import { intOf, isObject, type Json } from '../../stand-in/json.ts';
import { keptWire } from '../wire-text.ts';
import type { RowContext } from './cards.ts';
import { eventId } from './event-id.ts';
import type { EventRow, NoteRow, TaskRow } from './row.ts';

const collectionOf: Readonly<Record<string, string>> = {
  lead: 'leads',
  contact: 'contacts',
  company: 'companies',
  customer: 'customers',
  task: 'tasks',
};

/** The path of an event's entity: `lead` → `leads`, `catalog_1001` → `catalogs/1001/elements`. */
export function pathOfEntity(entityType: string): string {
  const known = collectionOf[entityType];
  if (known !== undefined) return known;
  return entityType.startsWith('catalog_')
    ? `catalogs/${entityType.slice('catalog_'.length)}/elements`
    : entityType;
}

/** An event (facts §2.11). `seq` is its place in the file: the order of events that share a second. */
export function eventRow(event: Json, seq: number, context: RowContext): EventRow {
  const { _embedded } = event;
  const createdAt = intOf(event['created_at']);
  const id = typeof event['id'] === 'string' ? event['id'] : eventId(createdAt, seq);
  const entityType = String(event['entity_type']);
  const entityId = intOf(event['entity_id']);
  const fields: Json = {
    id,
    type: '',
    entity_id: 0,
    entity_type: '',
    created_by: 0,
    created_at: 0,
    value_after: [],
    value_before: [],
    ...event,
    account_id: event['account_id'] ?? context.accountId,
    _links: undefined,
    _embedded: undefined,
  };
  fields['id'] = id;
  const entity = isObject(_embedded) && isObject(_embedded['entity']) ? _embedded['entity'] : {};
  const shown = {
    ...entity,
    id: entityId,
    _links: { self: { href: `${context.publicUrl}/api/v4/${pathOfEntity(entityType)}/${entityId}` } },
  };
  const links = `"_links":{"self":{"href":"${context.publicUrl}/api/v4/events/${id}"}}`;
  return {
    id,
    tie: seq,
    // Cut inside `_embedded.entity`, where `with=lead_name` puts the name.
    text: keptWire(
      `${JSON.stringify(fields).slice(0, -1)},${links},"_embedded":{"entity":${JSON.stringify(shown).slice(0, -1)}`,
    ),
    createdAt,
    updatedAt: createdAt,
    createdBy: intOf(event['created_by']),
    type: String(event['type']),
    entityType,
    entityId,
  };
}

/** A task (facts §2.9): `result` is `[]` when there is none. */
export function taskRow(task: Json, context: RowContext): TaskRow {
  const responsible = intOf(task['responsible_user_id']);
  const fields: Json = {
    id: 0,
    created_by: 0,
    updated_by: task['created_by'] ?? 0,
    created_at: 0,
    updated_at: task['created_at'],
    responsible_user_id: 0,
    group_id: context.groupOf(responsible),
    entity_id: null,
    entity_type: null,
    duration: 0,
    is_completed: false,
    task_type_id: 1,
    text: '',
    result: [],
    ...task,
    account_id: task['account_id'] ?? context.accountId,
    _links: undefined,
  };
  if (fields['result'] == null) fields['result'] = [];
  return {
    ...owned(fields, `${context.publicUrl}/api/v4/tasks`),
    completeTill: intOf(fields['complete_till']),
    isCompleted: fields['is_completed'] === true,
    taskType: intOf(fields['task_type_id']),
    entityType: typeof fields['entity_type'] === 'string' ? fields['entity_type'] : '',
    entityId: intOf(fields['entity_id']),
  };
}

/** A note (facts §2.10). `entity_type` says under which path it is found and is not part of the answer. */
export function noteRow(note: Json, context: RowContext): NoteRow {
  const { entity_type } = note;
  const entityType = typeof entity_type === 'string' ? entity_type : 'leads';
  const responsible = intOf(note['responsible_user_id'], intOf(note['created_by']));
  const fields: Json = {
    id: 0,
    entity_id: 0,
    created_by: 0,
    updated_by: note['created_by'] ?? 0,
    created_at: 0,
    updated_at: note['created_at'],
    responsible_user_id: responsible,
    group_id: context.groupOf(responsible),
    note_type: 'common',
    params: {},
    ...note,
    account_id: note['account_id'] ?? context.accountId,
    _links: undefined,
    entity_type: undefined,
  };
  return {
    ...owned(fields, `${context.publicUrl}/api/v4/${entityType}/notes`),
    entityType,
    entityId: intOf(fields['entity_id']),
    noteType: String(fields['note_type']),
  };
}

function owned(fields: Json, path: string) {
  const id = intOf(fields['id']);
  return {
    id,
    tie: id,
    text: keptWire(`${JSON.stringify(fields).slice(0, -1)},"_links":{"self":{"href":"${path}/${id}"}}}`),
    createdAt: intOf(fields['created_at']),
    updatedAt: intOf(fields['updated_at']),
    createdBy: intOf(fields['created_by']),
    updatedBy: intOf(fields['updated_by']),
    responsible: intOf(fields['responsible_user_id']),
    group: intOf(fields['group_id']),
  };
}
