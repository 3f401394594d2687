import {
  startAmocrmStandIn,
  type StandIn,
  type StandInData,
  type StandInOptions,
} from '../../demo/amocrm/index.ts';

export const t0 = 1_700_000_000;
export const admin = 101;
/** Sees only own leads. */
export const manager = 102;
/** Sees the leads of group 5. */
export const head = 103;
export const mainPipeline = 1300;
export const incoming = 1310;
export const firstStage = 1311;
export const secondStage = 1312;
export const secondPipeline = 1400;
export const tooExpensive = 7323;

/** A lead as a file gives it: 1…n, ten seconds apart; every fourth belongs to the manager. */
export function leadOf(id: number) {
  return {
    id,
    name: `Сделка ${id}`,
    price: id * 100,
    responsible_user_id: id % 4 === 0 ? manager : admin,
    pipeline_id: mainPipeline,
    status_id: id % 5 === 0 ? 142 : firstStage,
    created_at: t0 + id * 10,
    // The later created, the earlier changed: an order by one is not an order by the other.
    updated_at: t0 + 100_000 - id * 10,
    closed_at: id % 5 === 0 ? t0 + 50_000 : null,
    _embedded: { contacts: [{ id: 9_000 + id, is_main: true }], companies: [{ id: 8_000 }] },
  };
}

/** A small account in Moscow with everything a test may want; `leads` says how many. */
export function company(leads = 20, more: Partial<StandInData> = {}): StandInData {
  const ids = Array.from({ length: leads }, (_, place) => place + 1);
  const all = { view: 'A', edit: 'A', add: 'A', delete: 'A', export: 'A' };
  return {
    account: {
      id: 28805383,
      name: 'Рога и Копыта',
      subdomain: 'roga',
      customers_mode: 'segments',
      _embedded: { users_groups: [{ id: 5, name: 'Север', uuid: null }] },
    },
    users: [
      { id: admin, name: 'Анна', rights: { is_admin: true, group_id: null } },
      {
        id: manager,
        name: 'Борис',
        rights: { leads: { ...all, view: 'M' }, contacts: { ...all, view: 'M' }, group_id: 5 },
      },
      { id: head, name: 'Вера', rights: { leads: { ...all, view: 'G' }, group_id: 5, role_id: 31 } },
    ],
    roles: [{ id: 31, name: 'Руководитель' }],
    pipelines: [
      {
        id: mainPipeline,
        name: 'Продажи',
        _embedded: {
          statuses: [
            { id: incoming, name: 'Неразобранное', type: 1 },
            { id: firstStage, name: 'Первичный контакт' },
            { id: secondStage, name: 'Переговоры' },
          ],
        },
      },
      { id: secondPipeline, name: 'Повторные', _embedded: { statuses: [{ id: 1411, name: 'Начало' }] } },
    ],
    loss_reasons: [{ id: tooExpensive, name: 'Дорого' }],
    leads: ids.map(leadOf),
    contacts: ids.map((id) => ({
      id: 9_000 + id,
      name: `Контакт ${id}`,
      created_at: t0 + id,
      responsible_user_id: id % 4 === 0 ? manager : admin,
      _embedded: { companies: [{ id: 8_000 }] },
    })),
    companies: [{ id: 8_000, name: 'ООО «Ромашка»', created_at: t0 }],
    events: [],
    tasks: [],
    notes: [],
    custom_fields: [
      { id: 501, name: 'Дата договора', type: 'date', entity_type: 'leads' },
      { id: 502, name: 'Звонок', type: 'date_time', entity_type: 'leads' },
      {
        id: 503,
        name: 'Источник',
        type: 'select',
        entity_type: 'leads',
        enums: [{ id: 1, value: 'Сайт', sort: 1 }],
      },
    ],
    ...more,
  };
}

export async function started(options: Partial<StandInOptions> = {}): Promise<StandIn> {
  return startAmocrmStandIn({ data: company(), rate: 0, ...options });
}

export interface Got {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
  /** The parsed body; undefined when it is empty. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked into freely
  readonly json: any;
  readonly headers: Headers;
}

/** One request with the administrator's token, or another. The path may be a whole address, as `_links.next` is. */
export async function get(
  standIn: StandIn,
  path: string,
  token = standIn.token,
  init: RequestInit = {},
): Promise<Got> {
  const address = path.startsWith('http') ? path : `${standIn.url}/api/v4${path}`;
  const headers = {
    authorization: `Bearer ${token}`,
    ...(init.headers as Record<string, string> | undefined),
  };
  const answer = await fetch(address, { ...init, headers });
  const text = await answer.text();
  const type = answer.headers.get('content-type');
  return {
    status: answer.status,
    type,
    text,
    json: /json/.test(type ?? '') ? JSON.parse(text) : undefined,
    headers: answer.headers,
  };
}

/** Follows `_links.next` until 204 or until there is none; rows of all pages. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- rows are looked into freely
export async function followed(standIn: StandIn, path: string, key: string): Promise<any[]> {
  const rows: unknown[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const page = await get(standIn, next);
    if (page.status === 204) break;
    rows.push(...page.json._embedded[key]);
    next = page.json._links.next?.href;
  }
  return rows;
}

export function idsOf(got: Got, key: string): (number | string)[] {
  return got.status === 204 ? [] : got.json._embedded[key].map((row: { id: number | string }) => row.id);
}
