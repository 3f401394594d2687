import { StandInUsageError } from '../../stand-in/errors.ts';
import { intOf, objectOf, objectsOf, type Json } from '../../stand-in/json.ts';
import { localMidnight } from '../state/account.ts';
import type { CardKind } from '../state/cards.ts';
import { clientForm } from '../webhooks/lead-form.ts';
import { singular, type Scene } from './scene.ts';

type ClientKind = 'contacts' | 'companies';

/** What happens to contacts and companies, and to the ties and custom fields of any card. */
export function clientLife(scene: Scene) {
  const { crm } = scene;

  function create(kind: ClientKind, fields: Json, by: number | undefined): number {
    const now = scene.now();
    const id = typeof fields['id'] === 'number' ? fields['id'] : crm.nextId();
    const responsible = intOf(fields['responsible_user_id'], intOf(crm.account['current_user_id']));
    const who = by ?? responsible;
    const type = singular[kind] as 'contact' | 'company';
    scene.save(kind, {
      name: `${type} ${id}`,
      responsible_user_id: responsible,
      created_by: who,
      created_at: now,
      ...fields,
      id,
    });
    scene.emit(`${type}_added`, type, id, who, [{ note: { id: crm.nextId() } }]);
    scene.tell({
      setting: `add_${type}`,
      key: 'contacts',
      action: 'add',
      item: clientForm(scene.card(kind, id), type),
    });
    return id;
  }

  function updateClient(kind: ClientKind, id: number, fields: Json, by?: number): void {
    const card = scene.card(kind, id);
    const who = by ?? intOf(card['responsible_user_id']);
    const type = singular[kind] as 'contact' | 'company';
    const changed = scene.change(kind, card, fields, who);
    if (changed['name'] !== card['name']) {
      const value = (name: unknown) => [{ name_field_value: { name } }];
      scene.emit('name_field_changed', type, id, who, value(changed['name']), value(card['name']));
    }
    if (
      fields['responsible_user_id'] !== undefined &&
      fields['responsible_user_id'] !== card['responsible_user_id']
    ) {
      const value = (user: unknown) => [{ responsible_user: { id: user } }];
      const after = value(fields['responsible_user_id']);
      scene.emit('entity_responsible_changed', type, id, who, after, value(card['responsible_user_id']));
    }
    scene.tell({
      setting: `update_${type}`,
      key: 'contacts',
      action: 'update',
      item: clientForm(changed, type),
    });
  }

  /** Gone from every list: only leads have a recycle bin that the API can show. */
  function deleteClient(kind: ClientKind, id: number, by?: number): void {
    const card = scene.card(kind, id);
    const type = singular[kind];
    crm.cards(kind).remove(id);
    scene.emit(`${type}_deleted`, type, id, by ?? intOf(card['responsible_user_id']));
    scene.tell({ setting: `delete_${type}`, key: 'contacts', action: 'delete', item: { id, type } });
  }

  /**
   * Two cards become one: the loser vanishes from every list, `entity_merged` on the survivor says nothing about it (facts §5), and
   * the loser's leads are the survivor's. Whether that touches the leads is not known; here it does.
   */
  function merge(kind: 'contacts' | 'companies' | 'leads', keepId: number, loseId: number, by: number): void {
    const kept = scene.card(kind, keepId);
    scene.card(kind, loseId);
    if (kind === 'contacts') {
      for (const leadId of crm.links.leadIdsOfContact(loseId)) {
        const lead = scene.card('leads', leadId);
        const embedded = objectOf(lead['_embedded']);
        const contacts = objectsOf(embedded['contacts']);
        const others = contacts.filter((one) => one['id'] !== loseId);
        const isThere = others.some((one) => one['id'] === keepId);
        const moved = isThere
          ? others
          : contacts.map((one) => (one['id'] === loseId ? { ...one, id: keepId } : one));
        scene.change('leads', { ...lead, _embedded: { ...embedded, contacts: moved } }, {}, by);
      }
    }
    crm.cards(kind).remove(loseId);
    scene.change(kind, kept, {}, by);
    scene.emit('entity_merged', singular[kind], keepId, by);
  }

  function link(leadId: number, contactId: number, by?: number): void {
    scene.card('contacts', contactId);
    const lead = scene.card('leads', leadId);
    const who = by ?? intOf(lead['responsible_user_id']);
    const embedded = objectOf(lead['_embedded']);
    const contacts = objectsOf(embedded['contacts']);
    if (contacts.some((one) => one['id'] === contactId)) return;
    const all = [...contacts, { id: contactId, is_main: contacts.length === 0 }];
    scene.change('leads', { ...lead, _embedded: { ...embedded, contacts: all } }, {}, who);
    scene.emit('entity_linked', 'lead', leadId, who, [
      { link: { entity: { type: 'contact', id: contactId } } },
    ]);
    scene.emit('entity_linked', 'contact', contactId, who, [
      { link: { entity: { type: 'lead', id: leadId } } },
    ]);
  }

  /** Sets a custom field of any card; a `date` becomes midnight of that day in the account's zone, as the API keeps it. */
  function setCustomField(kind: CardKind, id: number, fieldId: number, value: unknown, by?: number): void {
    const field = crm.customFields.find((one) => one['id'] === fieldId && one['entity_type'] === kind);
    if (field === undefined)
      throw new StandInUsageError(`There is no custom field ${fieldId} on ${kind} in the stand-in.`);
    const kept =
      field['type'] === 'date' && typeof value === 'number' ? localMidnight(value, crm.timeZone) : value;
    const card = scene.card(kind, id);
    const who = by ?? intOf(card['responsible_user_id']);
    const others = objectsOf(card['custom_fields_values']).filter((one) => one['field_id'] !== fieldId);
    const option = objectsOf(field['enums']).find((one) => one['value'] === kept);
    const shown =
      option === undefined
        ? { value: kept }
        : { value: kept, enum_id: option['id'], enum_code: option['code'] ?? null };
    const item = {
      field_id: fieldId,
      field_name: field['name'],
      field_code: field['code'] ?? null,
      field_type: field['type'],
      values: [shown],
    };
    const all = kept === null ? others : [...others, item];
    scene.change(kind, card, { custom_fields_values: all.length === 0 ? null : all }, who);
    const after = { field_id: fieldId, field_type: 1, enum_id: option?.['id'] ?? null, text: String(kept) };
    scene.emit(`custom_field_${fieldId}_value_changed`, singular[kind], id, who, [
      { custom_field_value: after },
    ]);
  }

  return {
    createContact: (fields: Json = {}, by?: number) => create('contacts', fields, by),
    createCompany: (fields: Json = {}, by?: number) => create('companies', fields, by),
    updateContact: (id: number, fields: Json, by?: number) => updateClient('contacts', id, fields, by),
    updateCompany: (id: number, fields: Json, by?: number) => updateClient('companies', id, fields, by),
    deleteContact: (id: number, by?: number) => deleteClient('contacts', id, by),
    deleteCompany: (id: number, by?: number) => deleteClient('companies', id, by),
    mergeContacts: (keepId: number, loseId: number, by = 0) => merge('contacts', keepId, loseId, by),
    mergeCompanies: (keepId: number, loseId: number, by = 0) => merge('companies', keepId, loseId, by),
    mergeLeads: (keepId: number, loseId: number, by = 0) => merge('leads', keepId, loseId, by),
    linkContact: link,
    setCustomField,
  };
}
