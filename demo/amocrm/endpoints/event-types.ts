/**
 * Event types of the Russian documentation with the entities they happen to, and their numbers where somebody has seen them
 * (facts §2.11); the other numbers are ours.
 */
const byEntity: Readonly<Record<string, readonly string[]>> = {
  lead: [
    'lead_added',
    'lead_deleted',
    'lead_restored',
    'lead_status_changed',
    'lead_linked',
    'lead_unlinked',
    'sale_field_changed',
  ],
  contact: ['contact_added', 'contact_deleted', 'contact_restored', 'contact_linked', 'contact_unlinked'],
  company: ['company_added', 'company_deleted', 'company_restored', 'company_linked', 'company_unlinked'],
  customer: [
    'customer_added',
    'customer_deleted',
    'customer_status_changed',
    'customer_linked',
    'customer_unlinked',
    'transaction_added',
    'ltv_field_changed',
    'nps_rate_added',
  ],
  task: [
    'task_added',
    'task_deleted',
    'task_completed',
    'task_type_changed',
    'task_text_changed',
    'task_deadline_changed',
    'task_result_added',
  ],
};

const anyEntity = [
  'incoming_call',
  'outgoing_call',
  'incoming_chat_message',
  'outgoing_chat_message',
  'entity_direct_message',
  'incoming_sms',
  'outgoing_sms',
  'entity_tag_added',
  'entity_tag_deleted',
  'entity_linked',
  'entity_unlinked',
  'name_field_changed',
  'custom_field_value_changed',
  'entity_responsible_changed',
  'robot_replied',
  'intent_identified',
  'link_followed',
  'common_note_added',
  'common_note_deleted',
  'attachment_note_added',
  'targeting_in_note_added',
  'targeting_out_note_added',
  'geo_note_added',
  'service_note_added',
  'site_visit_note_added',
  'message_to_cashier_note_added',
  'key_action_completed',
  'entity_merged',
];

const numbers: Readonly<Record<string, number>> = {
  lead_added: 1,
  lead_deleted: 7,
  lead_status_changed: 14,
  custom_field_value_changed: 24,
  entity_responsible_changed: 25,
  common_note_added: 27,
  attachment_note_added: 28,
  entity_tag_added: 63,
  sale_field_changed: 69,
  name_field_changed: 70,
  entity_linked: 72,
  incoming_chat_message: 89,
  outgoing_chat_message: 90,
};

const entityOf = new Map<string, string | undefined>();
for (const [entity, types] of Object.entries(byEntity)) for (const type of types) entityOf.set(type, entity);
for (const type of anyEntity) entityOf.set(type, undefined);

const customField = /^custom_field_\d+_value_changed$/;

export function isCustomFieldType(type: string): boolean {
  return customField.test(type);
}

export function isKnownType(type: string): boolean {
  return entityOf.has(type) || isCustomFieldType(type);
}

/** Whether events of a type can be about an entity. A task's result is a note of the card, so it fits both. */
export function fits(type: string, entity: string): boolean {
  const own = entityOf.get(type);
  if (own === undefined || own === entity || type === 'task_result_added') return true;
  // Links are told on both cards: lead_linked stands on a contact too.
  return type.endsWith('_linked') || type.endsWith('_unlinked');
}

/** `GET /events/types`: `{key, type, lang}`. */
export function eventTypes(): { key: string; type: number; lang: string }[] {
  return [...entityOf.keys()].map((key, place) => ({
    key,
    type: numbers[key] ?? 100 + place,
    lang: key.replaceAll('_', ' '),
  }));
}
