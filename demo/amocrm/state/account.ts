import { DateTime } from 'luxon';
import { StandInDataError } from '../../stand-in/errors.ts';
import { intOf, objectOf, type Json } from '../../stand-in/json.ts';

/** Fields of `/account` that are shown only when `with=` names them (facts §2.8). */
export const accountBeside = [
  'amojo_id',
  'uuid',
  'version',
  'entity_names',
  'drive_url',
  'is_api_filter_enabled',
  'invoices_settings',
] as const;
export const accountEmbedded = ['amojo_rights', 'users_groups', 'task_types', 'datetime_settings'] as const;

/** The account as the file gives it, completed with what a usual Russian account has. */
export function completeAccount(account: Json, hasCustomers: boolean, firstUser: number): Json {
  const embedded = objectOf(account['_embedded']);
  const named = objectOf(embedded['datetime_settings'])['timezone'];
  const zone = typeof named === 'string' ? named : 'Europe/Moscow';
  const offset = DateTime.now().setZone(zone);
  if (!offset.isValid) {
    throw new StandInDataError(
      'account.json',
      undefined,
      '_embedded.datetime_settings.timezone',
      `unknown zone ${zone}`,
    );
  }
  const { _links: _, ...given } = account;
  return {
    current_user_id: firstUser,
    country: 'RU',
    currency: 'RUB',
    currency_symbol: '₽',
    customers_mode: hasCustomers ? 'segments' : 'unavailable',
    is_unsorted_on: true,
    is_loss_reason_enabled: true,
    is_helpbot_enabled: false,
    is_technical_account: false,
    contact_name_display_order: 1,
    amojo_id: '00000000-0000-0000-0000-000000000000',
    uuid: '00000000-0000-0000-0000-000000000001',
    version: 16,
    entity_names: {},
    drive_url: 'https://drive-b.amocrm.ru',
    is_api_filter_enabled: true,
    invoices_settings: { lang: 'ru', invoices_catalog_id: 0 },
    ...given,
    _embedded: {
      amojo_rights: { can_direct: true, can_create_groups: true },
      users_groups: [{ id: 0, name: 'Отдел продаж', uuid: null }],
      task_types: [
        { id: 1, name: 'Связаться', color: null, icon_id: null, code: 'FOLLOW_UP' },
        { id: 2, name: 'Встреча', color: null, icon_id: null, code: 'MEETING' },
      ],
      ...embedded,
      datetime_settings: {
        date_pattern: 'd.m.Y H:i',
        short_date_pattern: 'd.m.Y',
        short_time_pattern: 'H:i',
        date_formant: 'd.m.Y',
        time_format: 'H:i:s',
        timezone: zone,
        timezone_offset: offset.toFormat('ZZ'),
        ...objectOf(embedded['datetime_settings']),
      },
    },
  };
}

/** The IANA zone of the account; never the machine's. */
export function zoneOf(account: Json): string {
  return String(objectOf(objectOf(account['_embedded'])['datetime_settings'])['timezone']);
}

/** A moment as a custom field of type `date` keeps it: midnight of that day in the account's zone (issue 402 of the client). */
export function localMidnight(unixSeconds: number, zone: string): number {
  return DateTime.fromSeconds(unixSeconds, { zone }).startOf('day').toUnixInteger();
}

export function accountId(account: Json): number {
  return intOf(account['id']);
}
