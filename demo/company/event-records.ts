import type { Deal, Entry } from './deal.ts';
import type { Place } from './funnel.ts';
import { hash } from './random.ts';
import { ACCOUNT_ID, type Row } from './reference-records.ts';
import type { ChatMessage, Note, Task, World } from './world.ts';
import type { Numbered } from './work-records.ts';

type EntityType = 'lead' | 'contact' | 'company' | 'task';

interface Draft {
  readonly at: number;
  readonly type: string;
  readonly entityType: EntityType;
  readonly entityId: number;
  readonly by: number;
  readonly before: readonly Row[];
  readonly after: readonly Row[];
  readonly talkContactId?: number;
}

const NOTHING: readonly Row[] = [];
const NOTE_EVENT: Readonly<Partial<Record<Note['type'], string>>> = {
  common: 'common_note_added',
  call_in: 'incoming_call',
  call_out: 'outgoing_call',
  sms_out: 'outgoing_sms',
  attachment: 'attachment_note_added',
  service_message: 'service_note_added',
};
const SINGULAR = { leads: 'lead', contacts: 'contact', companies: 'company' } as const;
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** The account's feed of events, oldest first; events of one second stand in the order they happened. */
export function* eventRecords(
  world: World,
  tasks: readonly Numbered<Task>[],
  notes: readonly Numbered<Note>[],
): Generator<Row> {
  const drafts: Draft[] = [];
  for (const deal of world.deals) for (const entry of deal.journal) drafts.push(dealEvent(deal, entry));
  for (const { id, of: task } of tasks) {
    drafts.push(taskEvent('task_added', id, task.at, task.by));
    if (task.completedAt !== null)
      drafts.push(taskEvent('task_completed', id, task.completedAt, task.completedBy));
  }
  for (const { id, of: note } of notes) {
    const type = NOTE_EVENT[note.type];
    if (type !== undefined) drafts.push(noteEvent(type, id, note));
  }
  for (const [index, message] of world.chats.entries()) drafts.push(chatEvent(world, index, message));
  drafts.sort((a, b) => a.at - b.at);
  let second = 0;
  let place = 0;
  for (const draft of drafts) {
    place = draft.at === second ? place + 1 : 0;
    second = draft.at;
    yield eventRecord(draft, place);
  }
}

function eventRecord(draft: Draft, place: number): Row {
  const { at, type, entityType, entityId, by, before, after, talkContactId } = draft;
  return {
    id: eventId(at, place, entityId),
    type,
    entity_id: entityId,
    entity_type: entityType,
    created_by: by,
    created_at: at,
    value_after: after,
    value_before: before,
    account_id: ACCOUNT_ID,
    _embedded: {
      entity:
        talkContactId === undefined
          ? { id: entityId }
          : { id: entityId, linked_talk_contact_id: talkContactId },
    },
  };
}

/** 26 characters like a ULID: the millisecond, the place among the events of the second, then noise. */
function eventId(at: number, place: number, entityId: number): string {
  return `${base32(at * 1000, 10)}${base32(place, 4)}${base32(hash('event', at, entityId), 6)}${base32(hash(place, entityId), 6)}`;
}

function base32(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32))
    text = (ALPHABET[rest % 32] ?? '0') + text;
  return text;
}

function dealEvent(deal: Deal, entry: Entry): Draft {
  const { at, by } = entry;
  const about = {
    at,
    by,
    entityType: 'lead',
    entityId: deal.start.id,
    before: NOTHING,
    after: NOTHING,
  } as const;
  switch (entry.kind) {
    case 'created':
      // The system note of the creation has a number of its own and is in no list of notes.
      return { ...about, type: 'lead_added', after: [{ note: { id: deal.start.id + 500_000_001 } }] };
    case 'moved':
      return { ...about, type: 'lead_status_changed', before: status(entry.from), after: status(entry.to) };
    case 'reassigned':
      return {
        ...about,
        type: 'entity_responsible_changed',
        before: owner(entry.from),
        after: owner(entry.to),
      };
    case 'repriced':
      return { ...about, type: 'sale_field_changed', before: sale(entry.from), after: sale(entry.to) };
    case 'renamed':
      return { ...about, type: 'name_field_changed', before: named(entry.from), after: named(entry.to) };
    case 'tagged':
      return { ...about, type: 'entity_tag_added', after: [{ tag: { name: entry.tag } }] };
    case 'deleted':
      return { ...about, type: 'lead_deleted' };
    case 'restored':
      return { ...about, type: 'lead_restored' };
  }
}

const status = ({ pipeline, stage }: Place): Row[] => [
  { lead_status: { id: stage.id, pipeline_id: pipeline.id } },
];
const owner = (id: number): Row[] => [{ responsible_user: { id } }];
const sale = (price: number): Row[] => [{ sale_field_value: { sale: price } }];
const named = (name: string | null): Row[] => [{ name_field_value: { name } }];

function taskEvent(type: string, entityId: number, at: number, by: number): Draft {
  return { at, by, type, entityType: 'task', entityId, before: NOTHING, after: NOTHING };
}

function noteEvent(type: string, noteId: number, note: Note): Draft {
  const { at, by, entity, entityId } = note;
  return {
    at,
    by,
    type,
    entityType: SINGULAR[entity],
    entityId,
    before: NOTHING,
    after: [{ note: { id: noteId } }],
  };
}

/** No text: the id of the message, the talk and its channel. A deleted deal's messages stay with the contact. */
function chatEvent(world: World, index: number, message: ChatMessage): Draft {
  const { at, by, isIncoming, deal, contactId, talkId } = message;
  const [a, b, c, d] = [0, 1, 2, 3].map((part) =>
    hash(world.seed, 'message', index, part).toString(16).padStart(8, '0'),
  );
  const id = `${a}-${b?.slice(0, 4)}-4${b?.slice(5)}-8${c?.slice(1, 4)}-${c?.slice(4)}${d}`;
  const type = isIncoming ? 'incoming_chat_message' : 'outgoing_chat_message';
  const after: Row[] = [{ message: { id, talk_id: talkId, origin: 'site_chat' } }];
  const about = { at, by, type, before: NOTHING, after };
  return deal.isDeleted
    ? { ...about, entityType: 'contact', entityId: contactId }
    : { ...about, entityType: 'lead', entityId: deal.start.id, talkContactId: contactId };
}
