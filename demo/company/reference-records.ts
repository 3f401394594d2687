import { ZONE } from './calendar.ts';
import { CHANNELS } from './sources.ts';
import { LOST, PIPELINES, WON } from './funnel.ts';
import { LOSS_REASONS } from './loss-reasons.ts';
import { TASK_TYPES } from './paperwork.ts';
import { PRODUCTS } from './products.ts';
import { hash } from './random.ts';
import { type Employee, TEAMS } from './staff.ts';
import type { World } from './world.ts';

export const ACCOUNT_ID = 31_415_926;
export type Row = Record<string, unknown>;

/** `GET /api/v4/account` with everything embedded. */
export function accountRecord({ staff, span }: World): Row {
  const day = 86_400;
  return {
    id: ACCOUNT_ID,
    name: 'ООО «СеверПак»',
    subdomain: 'severpak',
    current_user_id: staff.executive.id,
    country: 'RU',
    currency: 'RUB',
    currency_symbol: '₽',
    customers_mode: 'disabled',
    is_unsorted_on: true,
    is_loss_reason_enabled: true,
    is_helpbot_enabled: false,
    is_technical_account: false,
    contact_name_display_order: 1,
    created_at: span.start - 900 * day,
    created_by: staff.executive.id,
    updated_at: span.start - 20 * day,
    updated_by: staff.executive.id,
    is_api_filter_enabled: true,
    _embedded: {
      users_groups: [
        { id: 0, name: 'Отдел продаж', uuid: null },
        ...TEAMS.map(({ id, name, uuid }) => ({ id, name, uuid })),
      ],
      task_types: [
        { id: TASK_TYPES.call, name: 'Связаться', color: null, icon_id: null, code: 'FOLLOW_UP' },
        { id: TASK_TYPES.meeting, name: 'Встреча', color: null, icon_id: null, code: 'MEETING' },
        { id: TASK_TYPES.proposal, name: 'Отправить КП', color: '#3fb5d5', icon_id: 12, code: null },
      ],
      datetime_settings: {
        date_pattern: 'd.m.Y H:i',
        short_date_pattern: 'd.m.Y',
        short_time_pattern: 'H:i',
        date_formant: 'd.m.Y',
        time_format: 'H:i:s',
        timezone: ZONE,
        timezone_offset: '+03:00',
      },
    },
  };
}

/** Everybody the CRM still lists; who left is inactive, who was removed is missing. */
export function userRecords({ staff, span }: World): Row[] {
  return staff.all.filter(({ isRemoved }) => !isRemoved).map((employee) => userRecord(employee, span.until));
}

function userRecord({ id, name, email, role, team, leavesAt }: Employee, until: number): Row {
  const scope = { executive: 'A', head: 'G', manager: 'M' }[role];
  const entity = {
    view: scope,
    edit: scope,
    add: 'A',
    delete: role === 'manager' ? 'D' : scope,
    export: 'D',
  };
  return {
    id,
    name: `${name.first} ${name.last}`,
    email,
    lang: 'ru',
    rights: {
      leads: entity,
      contacts: entity,
      companies: entity,
      tasks: { edit: scope, delete: scope },
      mail_access: false,
      catalog_access: role !== 'manager',
      files_access: false,
      status_rights: null,
      is_admin: role === 'executive',
      is_free: false,
      is_active: leavesAt > until,
      group_id: team?.id ?? null,
      role_id: null,
    },
    _embedded: { roles: [], groups: team === null ? [] : [{ id: team.id, name: team.name }] },
  };
}

export function pipelineRecords(): Row[] {
  return PIPELINES.map(({ id, name, isMain, isUnsortedOn, stages }, place) => ({
    id,
    name,
    sort: place + 1,
    is_main: isMain,
    is_unsorted_on: isUnsortedOn,
    is_archive: false,
    account_id: ACCOUNT_ID,
    _embedded: {
      statuses: stages.map((stage) => ({
        id: stage.id,
        name: stage.name,
        sort: stage.sort,
        is_editable: stage.step !== 'incoming' && stage.id !== WON && stage.id !== LOST,
        pipeline_id: id,
        color: stage.color,
        type: stage.step === 'incoming' ? 1 : 0,
        account_id: ACCOUNT_ID,
      })),
    },
  }));
}

export function lossReasonRecord(id: number, since: number): Row {
  const place = Object.values(LOSS_REASONS).findIndex((reason) => reason.id === id);
  const reason = Object.values(LOSS_REASONS)[place];
  return { id, name: reason?.name ?? '', sort: (place + 1) * 10_000, created_at: since, updated_at: since };
}

export function lossReasonRecords({ span }: World): Row[] {
  return Object.values(LOSS_REASONS).map(({ id }) => lossReasonRecord(id, span.start - 86_400 * 800));
}

export interface Field {
  readonly id: number;
  readonly name: string;
  readonly code: string | null;
  readonly type: string;
}
const field = (id: number, name: string, type: string, code: string | null = null): Field => ({
  id,
  name,
  code,
  type,
});

export const LEAD_FIELDS = {
  source: field(1_012_301, 'Источник', 'select'),
  product: field(1_012_303, 'Продуктовая линейка', 'select'),
  places: field(1_012_305, 'Количество мест', 'numeric'),
  shipment: field(1_012_307, 'Плановая отгрузка', 'date'),
  mounting: field(1_012_309, 'Нужен монтаж', 'checkbox'),
  utmSource: field(1_012_311, 'utm_source', 'tracking_data', 'UTM_SOURCE'),
  utmMedium: field(1_012_313, 'utm_medium', 'tracking_data', 'UTM_MEDIUM'),
  utmCampaign: field(1_012_315, 'utm_campaign', 'tracking_data', 'UTM_CAMPAIGN'),
  utmContent: field(1_012_317, 'utm_content', 'tracking_data', 'UTM_CONTENT'),
  utmTerm: field(1_012_319, 'utm_term', 'tracking_data', 'UTM_TERM'),
} as const;
export const CONTACT_FIELDS = {
  position: field(1_011_101, 'Должность', 'text', 'POSITION'),
  phone: field(1_011_103, 'Телефон', 'multitext', 'PHONE'),
  email: field(1_011_105, 'Email', 'multitext', 'EMAIL'),
} as const;
export const COMPANY_FIELDS = {
  web: field(1_011_201, 'Web', 'url', 'WEB'),
  address: field(1_011_203, 'Адрес', 'textarea', 'ADDRESS'),
  taxNumber: field(1_012_401, 'ИНН', 'text'),
} as const;

export const PHONE_ENUMS = {
  WORK: 1_600_101,
  WORKDD: 1_600_103,
  MOB: 1_600_105,
  FAX: 1_600_107,
  HOME: 1_600_109,
  OTHER: 1_600_111,
};
export const EMAIL_ENUMS = { WORK: 1_600_121, PRIV: 1_600_123, OTHER: 1_600_125 };

const CHOICES: Readonly<
  Record<number, readonly { readonly id: number; readonly value: string; readonly code?: string }[]>
> = {
  [LEAD_FIELDS.source.id]: Object.values(CHANNELS).map(({ enumId, label }) => ({ id: enumId, value: label })),
  [LEAD_FIELDS.product.id]: Object.values(PRODUCTS).map(({ enumId, name }) => ({ id: enumId, value: name })),
  [CONTACT_FIELDS.phone.id]: Object.entries(PHONE_ENUMS).map(([code, id]) => ({ id, value: code, code })),
  [CONTACT_FIELDS.email.id]: Object.entries(EMAIL_ENUMS).map(([code, id]) => ({ id, value: code, code })),
};

/** Field definitions of the three kinds of card, told apart by `entity_type`. */
export function customFieldRecords(): Row[] {
  const cards = { leads: LEAD_FIELDS, contacts: CONTACT_FIELDS, companies: COMPANY_FIELDS };
  return Object.entries(cards).flatMap(([entityType, fields]) =>
    Object.values(fields).map(({ id, name, code, type }: Field, place) => ({
      id,
      name,
      code,
      sort: 500 + place,
      type,
      entity_type: entityType,
      is_computed: false,
      is_predefined: code !== null,
      is_deletable: code === null,
      is_required: false,
      is_api_only: false,
      group_id: type === 'tracking_data' ? 'statistic' : null,
      settings: [],
      remind: null,
      currency: null,
      enums: CHOICES[id]?.map((choice, sort) => ({ ...choice, sort })) ?? null,
      nested: null,
      required_statuses: [],
      hidden_statuses: [],
      chained_lists: null,
      tracking_callback: '',
      search_in: null,
      account_id: ACCOUNT_ID,
    })),
  );
}

export function valueOf({ id, name, code, type }: Field, ...values: readonly Row[]): Row {
  return { field_id: id, field_name: name, field_code: code, field_type: type, values };
}

/** A steady choice for a card that does not disturb its dice. */
export function oneIn(count: number, ...of: readonly (number | string)[]): boolean {
  return hash(...of) % count === 0;
}
