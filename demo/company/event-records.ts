import type { Entry } from './deal.ts';
import type { Place } from './funnel.ts';
import { hash } from './random.ts';
import { ACCOUNT_ID, type Row } from './reference-records.ts';
import type { ChatMessage, Note, Task, World } from './world.ts';
import type { Numbered } from './work-records.ts';

type EntityType = 'lead' | 'contact' | 'company' | 'task';

interface EventRecord extends Row {
  /** Given when the order of all events is known. */
  id: string;
  readonly entity_id: number;
  readonly created_at: number;
}

const NOTHING: readonly Row[] = [];
const NOTE_EVENT: Readonly<Partial<Record<Note['type'], string>>> = {
  common: 'common_note_added',
  call_in: 'incoming_call',
  call_out: 'outgoing_call',
  sms_out: 'outgoing_sms',
};
const SINGULAR = { leads: 'lead', contacts: 'contact', companies: 'company' } as const;
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** The account's feed of events, oldest first; events of one second stand in the order they happened. */
export function* eventRecords(
  world: World,
  tasks: readonly Numbered<Task>[],
  notes: readonly Numbered<Note>[],
): Generator<Row> {
  const events: EventRecord[] = [];
  for (const deal of world.deals) {
    for (const entry of deal.journal) events.push(dealEvent(deal.start.id, entry));
  }
  // A task's creation and a note's attachment stand in their own rows; leaving their events out keeps the demo's first read short.
  for (const { id, of: task } of tasks) {
    if (task.completedAt !== null) {
      events.push(event('task_completed', task.completedAt, task.completedBy, 'task', id));
    }
  }
  for (const { id, of: note } of notes) {
    const type = NOTE_EVENT[note.type];
    if (type === undefined) continue;
    events.push(event(type, note.at, note.by, SINGULAR[note.entity], note.entityId, [{ note: { id } }]));
  }
  for (const [index, message] of world.chats.entries()) events.push(chatEvent(world.seed, index, message));
  events.sort((a, b) => a.created_at - b.created_at);
  let second = 0;
  let place = 0;
  for (const record of events) {
    place = record.created_at === second ? place + 1 : 0;
    second = record.created_at;
    record.id = eventId(second, place, record.entity_id);
    yield record;
  }
}

function event(
  type: string,
  at: number,
  by: number,
  entityType: EntityType,
  entityId: number,
  after = NOTHING,
  before = NOTHING,
): EventRecord {
  return {
    id: '',
    type,
    entity_id: entityId,
    entity_type: entityType,
    created_by: by,
    created_at: at,
    value_after: after,
    value_before: before,
    account_id: ACCOUNT_ID,
    _embedded: { entity: { id: entityId } },
  };
}

/** 26 characters like a ULID: the millisecond, the place among the events of the second, then noise. */
function eventId(at: number, place: number, entityId: number): string {
  const noise = base32(hash(at, entityId), 6) + base32(hash(place, entityId), 6);
  return base32(at * 1000, 10) + base32(place, 4) + noise;
}

function base32(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) {
    text = (ALPHABET[rest % 32] ?? '0') + text;
  }
  return text;
}

function dealEvent(id: number, entry: Entry): EventRecord {
  const { at, by } = entry;
  switch (entry.kind) {
    case 'created':
      // The system note of the creation has a number of its own and is in no list of notes.
      return event('lead_added', at, by, 'lead', id, [{ note: { id: id + 500_000_001 } }]);
    case 'moved':
      return event('lead_status_changed', at, by, 'lead', id, status(entry.to), status(entry.from));
    case 'reassigned':
      return event('entity_responsible_changed', at, by, 'lead', id, owner(entry.to), owner(entry.from));
    case 'repriced':
      return event('sale_field_changed', at, by, 'lead', id, sale(entry.to), sale(entry.from));
    case 'renamed':
      return event('name_field_changed', at, by, 'lead', id, named(entry.to), named(entry.from));
    case 'tagged':
      return event('entity_tag_added', at, by, 'lead', id, [{ tag: { name: entry.tag } }]);
    case 'deleted':
      return event('lead_deleted', at, by, 'lead', id);
    case 'restored':
      return event('lead_restored', at, by, 'lead', id);
  }
}

const statuses = new Map<Place, readonly Row[]>();

/** Shared between events: there are nineteen places and a hundred thousand moves. */
function status(place: Place): readonly Row[] {
  let value = statuses.get(place);
  if (value === undefined) {
    value = [{ lead_status: { id: place.stage.id, pipeline_id: place.pipeline.id } }];
    statuses.set(place, value);
  }
  return value;
}

const owner = (id: number): Row[] => [{ responsible_user: { id } }];
const sale = (price: number): Row[] => [{ sale_field_value: { sale: price } }];
const named = (name: string | null): Row[] => [{ name_field_value: { name } }];

/** No text: the id of the message, the talk and its channel. A deleted deal's messages stay with the contact. */
function chatEvent(seed: number, index: number, message: ChatMessage): EventRecord {
  const { at, by, isIncoming, deal, contactId, talkId } = message;
  const digits = [0, 1, 2, 3]
    .map((part) => hash(seed, 'message', index, part).toString(16).padStart(8, '0'))
    .join('');
  const id = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join('-');
  const type = isIncoming ? 'incoming_chat_message' : 'outgoing_chat_message';
  const after: Row[] = [{ message: { id, talk_id: talkId, origin: 'site_chat' } }];
  if (deal.isDeleted) return event(type, at, by, 'contact', contactId, after);
  const record = event(type, at, by, 'lead', deal.start.id, after);
  record['_embedded'] = { entity: { id: deal.start.id, linked_talk_contact_id: contactId } };
  return record;
}
