import { dayOf, startOfDay } from './calendar.ts';
import type { Company, Contact } from './clients.ts';
import type { Deal } from './deal.ts';
import { LOST, WON } from './funnel.ts';
import { spelledPhone } from './names.ts';
import { productNamed } from './products.ts';
import { hash, Random } from './random.ts';
import {
  ACCOUNT_ID,
  COMPANY_FIELDS,
  CONTACT_FIELDS,
  EMAIL_ENUMS,
  LEAD_FIELDS,
  lossReasonRecord,
  oneIn,
  PHONE_ENUMS,
  type Row,
  valueOf,
} from './reference-records.ts';
import type { World } from './world.ts';

const TAG_COLOR = 'EBEBEB';

/** Open tasks' nearest deadline by card id. */
export type NearestTask = ReadonlyMap<number, number>;

/** A lead as `GET /leads?with=contacts,loss_reason` shows it; a deleted one keeps its last content beside `is_deleted`. */
export function leadRecord(deal: Deal, world: World, nearestTask: NearestTask): Row {
  const { start, place, lossReasonId } = deal;
  const { id, client } = start;
  const isClosed = place.stage.id === WON || place.stage.id === LOST;
  // Nobody has written down whether reopening clears `closed_at`: both are met here.
  const closedAt = isClosed || oneIn(2, 'closed', id) ? deal.closedAt : null;
  const contacts = [client.contact, client.colleague].filter((contact) => contact !== null);
  return {
    id,
    name: deal.name,
    price: deal.price,
    responsible_user_id: deal.ownerId,
    group_id: groupOf(world, deal.ownerId),
    status_id: place.stage.id,
    pipeline_id: place.pipeline.id,
    loss_reason_id: nothing(lossReasonId, id, 'reason'),
    created_by: start.by,
    updated_by: deal.changedBy,
    created_at: start.at,
    updated_at: deal.changedAt,
    closed_at: nothing(closedAt, id, 'closed at'),
    closest_task_at: nothing(nearestTask.get(id) ?? null, id, 'task'),
    is_deleted: deal.isDeleted,
    custom_fields_values: leadFields(deal),
    score: null,
    account_id: ACCOUNT_ID,
    labor_cost: 0,
    _embedded: {
      tags: deal.tags.map((name) => ({ id: 401_000 + (hash(name) % 1000), name, color: TAG_COLOR })),
      companies: client.company === null ? [] : [{ id: client.company.id }],
      contacts: contacts.map((contact, index) => ({ id: contact.id, is_main: index === 0 })),
      loss_reason:
        lossReasonId === null ? [] : [lossReasonRecord(lossReasonId, world.span.start - 86_400 * 800)],
    },
  };
}

/** What is not there is null, and in some rows 0, as the official client expects. */
function nothing(value: number | null, id: number, of: string): number | null {
  return value ?? (oneIn(40, of, id) ? 0 : null);
}

function leadFields({ start, place }: Deal): Row[] | null {
  const { id, source, at } = start;
  const fields: Row[] = [];
  if (!source.isUnnamed) {
    fields.push(
      valueOf(LEAD_FIELDS.source, {
        value: source.channel.label,
        enum_id: source.channel.enumId,
        enum_code: null,
      }),
    );
  }
  if (!oneIn(12, 'product', id)) {
    const product = productNamed(start.product);
    fields.push(
      valueOf(LEAD_FIELDS.product, { value: product.name, enum_id: product.enumId, enum_code: null }),
    );
  }
  if (oneIn(5, 'places', id))
    fields.push(valueOf(LEAD_FIELDS.places, { value: String(1 + (hash('n', id) % 900)) }));
  if (place.stage.step === 'agreement' || place.stage.step === 'won') {
    // A `date` is local midnight of the account's zone.
    const shipment = startOfDay(dayOf(at) + 20 + (hash('shipment', id) % 60));
    fields.push(valueOf(LEAD_FIELDS.shipment, { value: shipment }));
  }
  if (oneIn(9, 'mounting', id)) fields.push(valueOf(LEAD_FIELDS.mounting, { value: true }));
  if (source.utm !== null) {
    fields.push(valueOf(LEAD_FIELDS.utmSource, { value: source.utm.source }));
    fields.push(valueOf(LEAD_FIELDS.utmMedium, { value: source.utm.medium }));
    if (source.utm.campaign !== null)
      fields.push(valueOf(LEAD_FIELDS.utmCampaign, { value: source.utm.campaign }));
  }
  return fields.length === 0 ? null : fields;
}

export function contactRecord(contact: Contact, world: World): Row {
  const { id, name, phones, email, position, companyId } = contact;
  const random = new Random('spelling', id);
  const fields: Row[] = [];
  if (position !== null) fields.push(valueOf(CONTACT_FIELDS.position, { value: position }));
  if (phones.length > 0) {
    const values = phones.map((digits, index) => {
      const code = index === 0 && random.chance(0.6) ? 'MOB' : 'WORK';
      return { value: spelledPhone(digits, random), enum_id: PHONE_ENUMS[code], enum_code: code };
    });
    fields.push(valueOf(CONTACT_FIELDS.phone, ...values));
  }
  if (email !== null) {
    fields.push(
      valueOf(CONTACT_FIELDS.email, { value: email, enum_id: EMAIL_ENUMS.WORK, enum_code: 'WORK' }),
    );
  }
  return {
    id,
    name: `${name.first} ${name.last}`,
    first_name: name.first,
    last_name: name.last,
    ...owned(contact, world),
    custom_fields_values: fields.length === 0 ? null : fields,
    is_unsorted: contact.isUnsorted,
    _embedded: { tags: [], companies: companyId === null ? [] : [{ id: companyId }] },
  };
}

export function companyRecord(company: Company, world: World): Row {
  const { id, name, city, taxNumber } = company;
  return {
    id,
    name: name.name,
    ...owned(company, world),
    custom_fields_values: [
      valueOf(COMPANY_FIELDS.web, { value: `https://${name.domain}` }),
      valueOf(COMPANY_FIELDS.address, { value: `г. ${city}` }),
      valueOf(COMPANY_FIELDS.taxNumber, { value: taxNumber }),
    ],
    _embedded: { tags: [] },
  };
}

function owned({ ownerId, createdBy, createdAt, changedAt }: Contact | Company, world: World): Row {
  return {
    responsible_user_id: ownerId,
    group_id: groupOf(world, ownerId),
    created_by: createdBy,
    updated_by: ownerId,
    created_at: createdAt,
    updated_at: changedAt,
    is_deleted: false,
    closest_task_at: null,
    account_id: ACCOUNT_ID,
  };
}

/** The owner's group; 0, the default one, for those without a team. */
function groupOf({ staff }: World, userId: number): number {
  return userId === 0 ? 0 : (staff.byId(userId).team?.id ?? 0);
}

/** What waits in «Неразобранное», as `GET /leads/unsorted` lists it. */
export function unsortedRecord({ start }: Deal): Row {
  const uid = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    .map((part) => hash(part, start.id).toString(16).padStart(8, '0'))
    .join('');
  const isChat = start.source.channel.key === 'chat';
  return {
    uid: uid.slice(0, 60),
    source_uid: null,
    source_name: isChat ? 'Чат на сайте' : 'severpak.example',
    category: isChat ? 'chats' : 'forms',
    pipeline_id: start.place.pipeline.id,
    created_at: start.at,
    metadata: isChat
      ? {
          from: 'Сайт',
          to: 'СеверПак',
          received_at: start.at,
          service: 'site_chat',
          client: { name: start.client.contact.name.first, avatar: null },
          origin: { chat_id: uid.slice(0, 32), ref: null, visitor_uid: null },
          last_message_text: 'Здравствуйте!',
          source_name: 'Чат на сайте',
        }
      : {
          form_id: '101',
          form_name: 'Заявка на расчёт',
          form_page: 'https://severpak.example/calc',
          ip: '192.0.2.17',
          form_sent_at: String(start.at),
          referer: start.source.utm === null ? '' : `https://${start.source.utm.source}.example/`,
          visitor_uid: uid.slice(8, 40),
        },
    account_id: ACCOUNT_ID,
    _embedded: {
      contacts: [{ id: start.client.contact.id }],
      leads: [{ id: start.id }],
      companies: start.client.company === null ? [] : [{ id: start.client.company.id }],
    },
  };
}
