import {
  startAmocrmStandIn,
  type StandIn,
  type StandInData,
  type StandInOptions,
} from '../../demo/amocrm/index.ts';
import {
  advanceStream,
  isListSession,
  openSource,
  type AdvanceOptions,
  type AmocrmSettings,
  type ListSession,
  type OpenSourceOptions,
  type SourceSession,
} from '../../pipelines/sources/index.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase } from '../harness/database.ts';

export const TOKEN_ENV = 'TEST_AMOCRM_TOKEN';
/** A Monday, 00:00 UTC. */
export const BEGIN = Date.UTC(2025, 0, 6) / 1_000;
const DAY = 86_400;

export interface CompanySize {
  readonly leads: number;
  readonly contacts?: number;
  readonly companies?: number;
  readonly events?: number;
  readonly tasks?: number;
  readonly notes?: number;
  /** So many leads, from the middle, are edited in one second. */
  readonly bulk?: number;
}

/** A company in the stand-in's form, in order of nothing in particular: numbers follow from the row's place alone. */
export function company(size: CompanySize): StandInData {
  const statuses = [
    { id: 11, name: 'Incoming', sort: 10, type: 1, pipeline_id: 1 },
    { id: 12, name: 'Talk', sort: 20, type: 0, pipeline_id: 1 },
    { id: 142, name: 'Won', sort: 10_000, type: 0, pipeline_id: 1 },
    { id: 143, name: 'Lost', sort: 11_000, type: 0, pipeline_id: 1 },
  ];
  // Spread over 300 days; coprime steps keep ids, creation and editing in different orders.
  const spread = (place: number, count: number, step: number): number =>
    BEGIN + Math.floor((((place * step) % count) / count) * 300 * DAY);
  const rows = <T>(count: number, row: (place: number) => T): T[] =>
    Array.from({ length: count }, (_, at) => row(at));
  const { leads, contacts = 0, companies = 0, events = 0, tasks = 0, notes = 0, bulk = 0 } = size;
  const bulkFrom = Math.floor((leads - bulk) / 2);
  const card = (place: number, count: number, what: string) => ({
    id: 1_000 + place,
    name: `${what} ${place} “ё” \\ "quoted"`,
    created_at: spread(place, count, 7),
    updated_at: spread(place, count, 7_919) + 40 * DAY,
    responsible_user_id: 501 + (place % 3),
  });
  return {
    account: {
      id: 777,
      name: 'Fixture',
      subdomain: 'fixture',
      is_api_filter_enabled: true,
      is_loss_reason_enabled: true,
      _embedded: { datetime_settings: { timezone: 'Europe/Moscow' } },
    },
    users: rows(3, (place) => ({
      id: 501 + place,
      name: `Manager ${place}`,
      rights: { is_admin: place === 0, is_active: true },
    })),
    pipelines: [{ id: 1, name: 'Sales', sort: 1, _embedded: { statuses } }],
    loss_reasons: rows(4, (place) => ({ id: 71 + place, name: `Reason ${place}`, sort: place })),
    custom_fields: [
      { id: 31, name: 'Source', type: 'text', entity_type: 'leads' },
      { id: 31, name: 'Phone', type: 'multitext', entity_type: 'contacts' },
    ],
    leads: rows(leads, (place) => ({
      ...card(place, leads, 'Deal'),
      ...(place >= bulkFrom && place < bulkFrom + bulk && { updated_at: BEGIN + 200 * DAY }),
      pipeline_id: 1,
      status_id: 12,
      price: place * 10,
    })),
    contacts: rows(contacts, (place) => card(place, contacts, 'Contact')),
    companies: rows(companies, (place) => card(place, companies, 'Company')),
    events: rows(events, (place) => ({
      type: 'lead_status_changed',
      entity_id: 1_000 + (place % Math.max(1, leads)),
      entity_type: 'lead',
      created_at: spread(place, events, 13),
      value_after: [{ lead_status: { id: 12, pipeline_id: 1 } }],
      value_before: [{ lead_status: { id: 11, pipeline_id: 1 } }],
    })),
    tasks: rows(tasks, (place) => ({
      id: 5_000 + place,
      created_at: spread(place, tasks, 11),
      updated_at: spread(place, tasks, 104_729),
      complete_till: spread(place, tasks, 3) + DAY,
      entity_id: 1_000,
      entity_type: 'leads',
      text: 'Call',
    })),
    notes: rows(notes, (place) => ({
      id: 9_000 + place,
      entity_id: 1_000 + (place % 3),
      entity_type: ['leads', 'contacts', 'companies'][place % 3],
      note_type: 'common',
      params: { text: `Note ${place}` },
      created_at: spread(place, notes, 17),
      updated_at: spread(place, notes, 31),
    })),
  };
}

export interface Bench {
  readonly warehouse: Warehouse;
  readonly standIn: StandIn;
  readonly config: AmocrmSettings;
  open(options?: Partial<OpenSourceOptions>, config?: Partial<AmocrmSettings>): Promise<ListSession>;
  /** Opens, reads these streams (all of them by default) to the end, closes. */
  sync(streams?: readonly string[], options?: AdvanceOptions): Promise<void>;
  /** Differences between raw and the CRM, one line each; empty when they are equal. */
  differences(): Promise<string[]>;
  close(): Promise<void>;
}

/** A stand-in, a database of its own and a configured source. `requests_per_second` is out of the way unless given. */
export async function openBench(
  data: StandInData,
  standInOptions: Partial<StandInOptions> = {},
  settings: Partial<AmocrmSettings> = {},
): Promise<Bench> {
  const database = await createTestDatabase('amocrm_source');
  const warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
  const standIn = await startAmocrmStandIn({ data, rate: 0, ...standInOptions });
  const config: AmocrmSettings = {
    type: 'amocrm',
    name: 'amocrm',
    base_url: standIn.url,
    token_env: TOKEN_ENV,
    requests_per_second: 1_000,
    max_deleted_share: 0.2,
    ...settings,
  };
  const open: Bench['open'] = async (options = {}, overrides = {}) => {
    const session = await openSource(
      { ...config, ...overrides },
      {
        warehouse,
        environment: { [TOKEN_ENV]: standIn.token, VORONKA_SECRET_KEY: 'a passphrase of the tests' },
        ...options,
      },
    );
    if (!isListSession(session)) throw new Error('amoCRM is a source of lists');
    return session;
  };
  return {
    warehouse,
    standIn,
    config,
    open,
    async sync(streams, options) {
      const session = await open();
      try {
        for (const { name, missing } of session.streams) {
          if (missing === undefined && (streams === undefined || streams.includes(name))) {
            await readToEnd(session, name, options);
          }
        }
      } finally {
        await session.close();
      }
    },
    differences: () => differences(warehouse, standIn),
    async close() {
      await standIn.stop();
      await warehouse.close();
      await database.drop();
    },
  };
}

export async function readToEnd(
  session: SourceSession,
  stream: string,
  options?: AdvanceOptions,
): Promise<number> {
  for (let rows = 0, calls = 0; ; calls += 1) {
    const result = await advanceStream(session, stream, options);
    rows += result.rows;
    if (result.done) return rows;
    if (calls > 1_000) throw new Error(`${stream} does not come to an end`);
  }
}

const LEAD_WITH = [
  'contacts',
  'loss_reason',
  'catalog_elements',
  'is_price_modified_by_robot',
  'source_id',
  'source',
];

/** Compares raw (one account of it) with the CRM's own truth: the same ids alive, the same deleted, payloads equal as JSON. */
export async function differences(
  warehouse: Pick<Warehouse, 'pool'>,
  standIn: StandIn,
  account: string | null = null,
): Promise<string[]> {
  const found: string[] = [];
  for (const stream of ['leads', 'contacts', 'companies', 'events', 'tasks', 'notes'] as const) {
    const truth = [...standIn.truth.rows(stream, stream === 'leads' ? { with: LEAD_WITH } : {})];
    const { rows } = await warehouse.pool.query<{ id: string; what: string }>(
      `with truth as (select id, payload::jsonb from unnest($1::text[], $2::text[]) as row (id, payload))
       select coalesce(truth.id, raw.id) as id,
         case when raw.id is null then 'missing' when truth.id is null then 'too many' else 'differs' end as what
       from truth full join (select * from raw.amocrm__${stream} where not is_deleted and account_id = coalesce($3, account_id)) as raw on raw.id = truth.id
       where raw.payload is distinct from truth.payload`,
      [
        truth.map(({ id }) => String(id)),
        truth.map(({ text }) => text.replaceAll('\\u0000', '\\ufffd')),
        account,
      ],
    );
    found.push(...rows.map(({ id, what }) => `${stream} ${id}: ${what}`));
  }
  const bin = [...standIn.truth.rows('only_deleted')].map(({ id }) => String(id));
  const { rows: undeleted } = await warehouse.pool.query<{ id: string }>(
    `select bin.id from unnest($1::text[]) as bin (id) left join raw.amocrm__leads as raw on raw.id = bin.id and raw.account_id = coalesce($2, raw.account_id)
     where raw.is_deleted is not true`,
    [bin, account],
  );
  found.push(...undeleted.map(({ id }) => `leads ${id}: not marked deleted`));
  return found.slice(0, 20);
}
