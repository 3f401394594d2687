import type { ExpectedShape } from '../engine/drift.ts';
import type { Row } from '../engine/stream.ts';

/**
 * What the developers' pages of each entity and the official client show. Anything beside it lands all the same and is counted as drift,
 * so that a change of the API is seen on the day it comes and not when a report is wrong.
 */
const entity = ['id', 'created_by', 'updated_by', 'created_at', 'updated_at', 'account_id', '_links'];
const owned = [...entity, 'responsible_user_id', 'group_id'];
const card = [...owned, 'name', 'closest_task_at', 'is_deleted', 'custom_fields_values', '_embedded'];

export const lead: ExpectedShape = {
  fields: new Set([
    ...card,
    'price',
    'price_with_minor_units',
    'status_id',
    'pipeline_id',
    'loss_reason_id',
    'source_id',
    'closed_at',
    'score',
    'labor_cost',
    'is_price_modified_by_robot',
  ]),
  neverNull: ['created_at', 'responsible_user_id', 'status_id', 'pipeline_id'],
};

export const contact: ExpectedShape = {
  fields: new Set([...card, 'first_name', 'last_name', 'is_unsorted']),
  neverNull: ['created_at', 'responsible_user_id'],
};

export const company: ExpectedShape = {
  fields: new Set([...card, 'is_unsorted']),
  neverNull: ['created_at', 'responsible_user_id'],
};

export const customer: ExpectedShape = {
  fields: new Set([
    ...card,
    'next_price',
    'next_date',
    'status_id',
    'periodicity',
    'ltv',
    'purchases_count',
    'average_check',
  ]),
  neverNull: ['created_at', 'responsible_user_id'],
};

export const transaction: ExpectedShape = {
  fields: new Set([
    ...entity,
    'comment',
    'price',
    'completed_at',
    'customer_id',
    'next_price',
    'next_date',
    'is_deleted',
    '_embedded',
  ]),
  neverNull: ['customer_id'],
};

export const unsorted: ExpectedShape = {
  fields: new Set([
    'uid',
    'source_uid',
    'source_name',
    'category',
    'pipeline_id',
    'created_at',
    'metadata',
    'account_id',
    '_links',
    '_embedded',
  ]),
  neverNull: ['created_at', 'category', 'pipeline_id'],
  unknownValue: (row) => outside(CATEGORIES, 'category', row),
};

export const task: ExpectedShape = {
  fields: new Set([
    ...owned,
    'entity_id',
    'entity_type',
    'duration',
    'is_completed',
    'task_type_id',
    'text',
    'result',
    'complete_till',
  ]),
  neverNull: ['created_at', 'complete_till', 'responsible_user_id'],
};

export const note: ExpectedShape = {
  fields: new Set([...owned, 'entity_id', 'note_type', 'params', 'is_pinned']),
  neverNull: ['created_at', 'entity_id', 'note_type'],
  unknownValue: (row) => outside(NOTE_TYPES, 'note_type', row),
};

export const event: ExpectedShape = {
  fields: new Set([
    'id',
    'type',
    'entity_id',
    'entity_type',
    'created_by',
    'created_at',
    'value_after',
    'value_before',
    'account_id',
    '_links',
    '_embedded',
  ]),
  neverNull: ['entity_id', 'entity_type'],
  unknownValue: (row) =>
    EVENT_PATTERN.test(String(row['type'])) ? undefined : outside(EVENT_TYPES, 'type', row),
};

function outside(known: ReadonlySet<string>, field: string, row: Row): string | undefined {
  const value = row[field];
  if (value == null || (typeof value === 'string' && known.has(value))) return undefined;
  return `${field} ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}

const CATEGORIES = new Set(['sip', 'mail', 'forms', 'chats']);

/** Pages "events-and-notes" and the official client's note factory. */
const NOTE_TYPES = new Set(
  `common call_in call_out service_message extended_service_message message_cashier geolocation sms_in sms_out attachment
   amomail_message chat site_visit targeting_in targeting_out transaction invoice_paid bill_paid zoom_meeting dropbox_attachment
   link_followed ai_result lead_auto_created`.split(/\s+/),
);

/** custom_field_123_value_changed, and the families whose members the documentation lists only in part. */
const EVENT_PATTERN =
  /^(custom_field_\d+_value_changed|[a-z_]+_note_(added|deleted)|(lead|contact|company|customer)_(added|deleted|restored|linked|unlinked))$/;

/** Page "events-and-notes"; the last two lines are what clients of Kommo list besides. */
const EVENT_TYPES = new Set(
  `lead_status_changed customer_status_changed task_added task_deleted task_completed task_type_changed task_text_changed
   task_deadline_changed task_result_added incoming_call outgoing_call incoming_chat_message outgoing_chat_message
   entity_direct_message incoming_sms outgoing_sms entity_tag_added entity_tag_deleted entity_linked entity_unlinked
   sale_field_changed name_field_changed ltv_field_changed custom_field_value_changed entity_responsible_changed robot_replied
   intent_identified nps_rate_added link_followed transaction_added key_action_completed entity_merged
   incoming_mail outgoing_mail talk_created talk_closed conversation_answered talk_missed_event ai_result
   zoom_conference`.split(/\s+/),
);
