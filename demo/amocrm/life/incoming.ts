import { StandInUsageError } from '../../stand-in/errors.ts';
import { intOf, objectOf, objectsOf, type Json } from '../../stand-in/json.ts';
import { cardRow } from '../state/cards.ts';
import { completeUnsorted } from '../state/reference-data.ts';
import type { leadLife } from './leads.ts';
import type { Scene } from './scene.ts';

export interface Incoming {
  readonly category: 'sip' | 'mail' | 'forms' | 'chats';
  readonly pipelineId: number;
  readonly name?: string;
  readonly price?: number;
  readonly contactName?: string;
  readonly metadata?: Json;
}

/** Incoming leads: seen in `/leads` at once, their contact only after somebody takes them (facts §2.12). */
export function incomingLife(scene: Scene, leads: ReturnType<typeof leadLife>) {
  const { crm } = scene;

  function statuses(pipelineId: number): Json[] {
    return objectsOf(objectOf(crm.pipelines.get(pipelineId)?.['_embedded'])['statuses']);
  }

  function receiveUnsorted(incoming: Incoming): { uid: string; leadId: number; contactId: number } {
    const status = statuses(incoming.pipelineId).find((one) => one['type'] === 1);
    if (status === undefined)
      throw new StandInUsageError(`Pipeline ${incoming.pipelineId} of the stand-in has no incoming stage.`);
    const contactId = crm.nextId();
    const now = scene.now();
    const contact = { id: contactId, name: incoming.contactName ?? `Контакт ${contactId}`, created_at: now };
    crm.hiddenContacts.put(cardRow('contacts', contact, crm));
    const leadId = leads.createLead(
      {
        name: incoming.name ?? 'Заявка',
        price: incoming.price ?? 0,
        pipeline_id: incoming.pipelineId,
        status_id: intOf(status['id']),
        responsible_user_id: 0,
        _embedded: { contacts: [{ id: contactId, is_main: true }] },
      },
      0,
    );
    const uid = `${incoming.category}${String(leadId).padStart(40, '0')}`;
    const row = {
      uid,
      category: incoming.category,
      pipeline_id: incoming.pipelineId,
      created_at: now,
      source_name: incoming.category,
      metadata: incoming.metadata ?? {},
      _embedded: { leads: [{ id: leadId }], contacts: [{ id: contactId }] },
    };
    crm.unsorted.set(uid, completeUnsorted(row, crm.accountId, crm.publicUrl));
    return { uid, leadId, contactId };
  }

  function take(uid: string, isAccepted: boolean): { leads: number[]; embedded: Json; pipelineId: number } {
    const unsorted = crm.unsorted.get(uid);
    if (unsorted === undefined)
      throw new StandInUsageError(`There is no incoming lead ${uid} in the stand-in.`);
    crm.unsorted.delete(uid);
    crm.sortedIncoming.push({
      category: String(unsorted['category']),
      createdAt: intOf(unsorted['created_at']),
      sortedAt: scene.now(),
      isAccepted,
    });
    const embedded = objectOf(unsorted['_embedded']);
    const ids = objectsOf(embedded['leads']).map((lead) => intOf(lead['id']));
    return { leads: ids, embedded, pipelineId: intOf(unsorted['pipeline_id']) };
  }

  /** Takes an incoming lead into work: it moves to a stage, gets its owner, and its contact becomes visible. */
  function acceptUnsorted(
    uid: string,
    to: { readonly userId?: number; readonly statusId?: number } = {},
  ): void {
    const { leads: ids, embedded, pipelineId } = take(uid, true);
    const first = statuses(pipelineId).find(
      (one) => one['type'] !== 1 && one['id'] !== 142 && one['id'] !== 143,
    );
    const statusId = to.statusId ?? intOf(first?.['id']);
    const userId = to.userId ?? intOf(crm.account['current_user_id']);
    for (const contact of objectsOf(embedded['contacts'])) reveal('contacts', intOf(contact['id']), userId);
    for (const company of objectsOf(embedded['companies'])) reveal('companies', intOf(company['id']), userId);
    for (const id of ids) {
      if (crm.leads.get(id) === undefined) continue;
      leads.changeOwner(id, userId, userId);
      leads.moveLead(id, { status_id: statusId, pipeline_id: pipelineId }, userId);
    }
    const item = { action: 'accept', uid, accept_result: { leads: ids } };
    scene.tell({ setting: 'delete_unsorted', key: 'unsorted', action: 'delete', item });
  }

  function reveal(kind: 'contacts' | 'companies', id: number, userId: number): void {
    const hidden = kind === 'contacts' ? crm.hiddenContacts : crm.hiddenCompanies;
    const row = hidden.remove(id);
    if (row !== undefined) scene.change(kind, crm.card(kind, row), { responsible_user_id: userId }, userId);
  }

  /** Declines an incoming lead: it goes to the recycle bin, its contact is never seen. */
  function declineUnsorted(uid: string, userId?: number): void {
    const { leads: ids } = take(uid, false);
    for (const id of ids) if (crm.leads.get(id) !== undefined) leads.deleteLead(id, userId);
    const item = { action: 'decline', uid, decline_result: { leads: ids } };
    scene.tell({ setting: 'delete_unsorted', key: 'unsorted', action: 'delete', item });
  }

  return { receiveUnsorted, acceptUnsorted, declineUnsorted };
}
