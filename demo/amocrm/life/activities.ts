import { StandInUsageError } from '../../stand-in/errors.ts';
import { intOf, type Json } from '../../stand-in/json.ts';
import type { CardKind } from '../state/cards.ts';
import { fromWire } from '../wire-text.ts';
import { singular, type Scene } from './scene.ts';

export interface Call {
  readonly direction: 'in' | 'out';
  readonly duration: number;
  readonly phone: string;
  readonly uniq?: string;
  /** 4 = conversation took place, 6 = no answer, … (facts §2.10). */
  readonly call_status?: number;
}

const noteEvents: Readonly<Record<string, string>> = {
  common: 'common_note_added',
  attachment: 'attachment_note_added',
  service_message: 'service_note_added',
  extended_service_message: 'service_note_added',
  geolocation: 'geo_note_added',
  message_cashier: 'message_to_cashier_note_added',
  site_visit: 'site_visit_note_added',
  targeting_in: 'targeting_in_note_added',
  targeting_out: 'targeting_out_note_added',
  call_in: 'incoming_call',
  call_out: 'outgoing_call',
  sms_in: 'incoming_sms',
  sms_out: 'outgoing_sms',
};

/** Tasks, notes, calls and chat messages: what a manager does for a client. */
export function activityLife(scene: Scene) {
  const { crm } = scene;

  function task(id: number): Json {
    const row = crm.tasks.get(id);
    if (row === undefined) throw new StandInUsageError(`There is no task ${id} in the stand-in.`);
    return JSON.parse(fromWire(row.text)) as Json;
  }

  function createTask(fields: Json = {}, by?: number): number {
    const now = scene.now();
    const id = typeof fields['id'] === 'number' ? fields['id'] : crm.nextId();
    const responsible = intOf(fields['responsible_user_id'], intOf(crm.account['current_user_id']));
    const who = by ?? responsible;
    scene.saveTask({
      responsible_user_id: responsible,
      created_by: who,
      created_at: now,
      complete_till: now + 86_400,
      text: 'Связаться с клиентом',
      ...fields,
      id,
    });
    scene.emit('task_added', 'task', id, who);
    tell('add', id);
    return id;
  }

  function completeTask(id: number, result?: string, by?: number): void {
    const known = task(id);
    const who = by ?? intOf(known['responsible_user_id']);
    const outcome = result === undefined ? {} : { result: { text: result } };
    scene.saveTask({ ...known, ...outcome, is_completed: true, updated_at: scene.now(), updated_by: who });
    if (result !== undefined)
      scene.emit('task_result_added', 'task', id, who, [{ note: { id: crm.nextId() } }]);
    scene.emit('task_completed', 'task', id, who);
    tell('update', id);
  }

  function changeDeadline(id: number, completeTill: number, by?: number): void {
    const known = task(id);
    const who = by ?? intOf(known['responsible_user_id']);
    scene.saveTask({ ...known, complete_till: completeTill, updated_at: scene.now(), updated_by: who });
    const value = (timestamp: unknown) => [{ task_deadline: { timestamp } }];
    scene.emit('task_deadline_changed', 'task', id, who, value(completeTill), value(known['complete_till']));
    tell('update', id);
  }

  function deleteTask(id: number, by?: number): void {
    const known = task(id);
    crm.tasks.remove(id);
    scene.emit('task_deleted', 'task', id, by ?? intOf(known['responsible_user_id']));
  }

  function tell(action: 'add' | 'update', id: number): void {
    const { entity_id, entity_type, task_type_id, text, ...known } = task(id);
    const codes: Readonly<Record<string, number>> = { contacts: 1, leads: 2, companies: 3, customers: 12 };
    const item = {
      id,
      element_id: entity_id,
      element_type: typeof entity_type === 'string' ? codes[entity_type] : undefined,
      task_type: task_type_id,
      text,
      status: known['is_completed'] === true ? 1 : 0,
      responsible_user_id: known['responsible_user_id'],
      account_id: known['account_id'],
    };
    scene.tell({ setting: `${action}_task`, key: 'task', action, item });
  }

  function addNote(
    kind: CardKind,
    cardId: number,
    noteType = 'common',
    params: Json = { text: 'Заметка' },
    by?: number,
  ): number {
    const card = scene.card(kind, cardId);
    const who = by ?? intOf(card['responsible_user_id']);
    const id = crm.nextId();
    scene.saveNote({
      id,
      entity_type: kind,
      entity_id: cardId,
      created_by: who,
      responsible_user_id: card['responsible_user_id'],
      created_at: scene.now(),
      note_type: noteType,
      params,
    });
    const type = noteEvents[noteType];
    if (type !== undefined) scene.emit(type, singular[kind], cardId, who, [{ note: { id } }]);
    const note = {
      element_id: cardId,
      id,
      text: params['text'],
      note_type: noteType === 'call_in' ? 10 : noteType === 'call_out' ? 11 : 4,
    };
    scene.tell({
      setting: `note_${singular[kind]}`,
      key: kind === 'leads' ? 'leads' : 'contacts',
      action: 'note',
      item: { note },
    });
    return id;
  }

  function addCall(kind: CardKind, cardId: number, call: Call, by?: number): number {
    const { direction, ...own } = call;
    const params: Json = {
      uniq: `call-${crm.nextId()}`,
      source: 'stand-in',
      link: null,
      call_responsible: by ?? 0,
      ...own,
    };
    return addNote(kind, cardId, `call_${direction}`, params, by);
  }

  /** A chat message: the event alone, without a text; on a lead it carries the contact of the talk (facts §2.11, chat quirk). */
  function addChatMessage(
    leadId: number,
    contactId: number,
    direction: 'incoming' | 'outgoing',
    by = 0,
  ): string {
    const links = { self: { href: `${crm.publicUrl}/api/v4/leads/${leadId}` } };
    const entity = { id: leadId, linked_talk_contact_id: contactId, _links: links };
    const message = {
      id: `00000000-0000-4000-8000-${String(crm.nextId()).padStart(12, '0')}`,
      talk_id: contactId,
      origin: 'telegram',
    };
    return scene.emit(`${direction}_chat_message`, 'lead', leadId, by, [{ message }], [], {
      _embedded: { entity },
    });
  }

  return { createTask, completeTask, changeDeadline, deleteTask, addNote, addCall, addChatMessage };
}
