import type pg from 'pg';
import { ensureAllStreams } from '../../pipelines/sources/index.ts';
import { migrate } from '../../pipelines/warehouse/migrate.ts';
import {
  applyConfig,
  runBuild,
  type BuildReport,
  type TransformConfig,
} from '../../pipelines/transform/index.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';

/** The account of every row below; ids in the marts are `7:…`. */
export const ACCOUNT = '7';

/** Moments are minutes after this one, so that a history can be read at a glance. */
export const START = Date.parse('2025-03-03T06:00:00Z') / 1000;
const seconds = (minute: number): number => START + Math.round(minute * 60);

export const STREAMS = [
  'account',
  'users',
  'pipelines',
  'loss_reasons',
  'custom_fields',
  'leads',
  'contacts',
  'companies',
  'events',
  'tasks',
  'notes',
] as const;
export type Stream = (typeof STREAMS)[number];

/** A row of `raw.amocrm__<stream>`, or of its history. */
export interface RawRow {
  readonly stream: Stream;
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly updatedAt: number | null;
  readonly isPast?: boolean;
  readonly isDeleted?: boolean;
  readonly deletedAt?: number;
}

/**
 * Pipeline 1 "Sales": 10 incoming, 20 new, 30 contacted, 40 qualified, 50 proposal, 60 meeting, 70 agreement, 75 left out of the
 * configuration (counts as agreement, the step before it), 142, 143. Pipeline 2 "Partners": 210 new, 220 qualified, 142, 143.
 */
export const CONFIG: TransformConfig = {
  settings: { timeZone: 'Europe/Moscow', currency: 'RUB', leadSourceField: 'Source' },
  stageSteps: [
    ...(
      [
        ['20', 'new'],
        ['30', 'contacted'],
        ['Qualified', 'qualified'],
        ['Offer', 'proposal'],
        ['60', 'meeting'],
        ['70', 'agreement'],
      ] as const
    ).map(([stage, step]) => ({ pipeline: 'Sales', stage, step })),
    { pipeline: '2', stage: '210', step: 'new' },
    { pipeline: '2', stage: '220', step: 'qualified' },
  ],
};

const status = (id: number, name: string, sort: number, type = 0): object => ({ id, name, sort, type });
export const PIPELINES: readonly RawRow[] = [
  {
    stream: 'pipelines',
    id: '1',
    updatedAt: null,
    payload: {
      id: 1,
      name: 'Sales',
      sort: 1,
      is_archive: false,
      _embedded: {
        statuses: [
          status(10, 'Incoming', 10, 1),
          status(20, 'New', 20),
          status(30, 'Contacted', 30),
          status(40, 'Qualified', 40),
          status(50, 'Offer', 50),
          status(60, 'Meeting', 60),
          status(70, 'Contract', 70),
          status(75, 'Invoice', 75),
          status(142, 'Won', 10_000),
          status(143, 'Lost', 11_000),
        ],
      },
    },
  },
  {
    stream: 'pipelines',
    id: '2',
    updatedAt: null,
    payload: {
      id: 2,
      name: 'Partners',
      sort: 2,
      is_archive: false,
      _embedded: {
        statuses: [
          status(210, 'Start', 20),
          status(220, 'Talk', 30),
          status(142, 'Signed', 10_000),
          status(143, 'Refused', 11_000),
        ],
      },
    },
  },
];

const USERS: readonly RawRow[] = [
  { id: 1, name: 'Anna', group: 11 },
  { id: 2, name: 'Boris', group: 11 },
  { id: 3, name: 'Clara', group: 12 },
].map(({ id, name, group }) => ({
  stream: 'users' as const,
  id: String(id),
  updatedAt: null,
  payload: {
    id,
    name,
    email: `${name.toLowerCase()}@example.org`,
    rights: { is_admin: id === 3, is_active: id !== 2, group_id: group },
  },
}));

export const BASICS: readonly RawRow[] = [
  {
    stream: 'account',
    id: ACCOUNT,
    updatedAt: null,
    payload: {
      id: Number(ACCOUNT),
      name: 'Small',
      _embedded: {
        users_groups: [{ id: 11, name: 'North' }],
        task_types: [
          { id: 1, name: 'Follow-up' },
          { id: 2, name: 'Meeting' },
          { id: 55, name: 'Send the offer' },
        ],
      },
    },
  },
  ...PIPELINES,
  ...USERS,
  { stream: 'loss_reasons', id: '901', updatedAt: null, payload: { id: 901, name: 'Too expensive' } },
];

export interface Lead {
  readonly id: number;
  readonly status: number;
  readonly pipeline?: number;
  readonly owner?: number;
  readonly price?: number | null;
  readonly minor?: number | null;
  readonly created?: number;
  /** When this version was made; default: with the creation. */
  readonly updated?: number;
  readonly closed?: number | null;
  readonly reason?: number | null;
  readonly company?: number;
  readonly contacts?: readonly { readonly id: number; readonly is_main: boolean }[];
  readonly fields?: readonly object[] | null;
  readonly deletedAt?: number;
}

/** A lead as the list of leads shows it; `past`: a version that a newer one has replaced. */
export function lead(given: Lead, past = false): RawRow {
  const created = given.created ?? 0;
  const updated = given.updated ?? created;
  return {
    stream: 'leads',
    id: String(given.id),
    isPast: past,
    updatedAt: given.deletedAt ?? updated,
    ...(given.deletedAt !== undefined && { isDeleted: true, deletedAt: given.deletedAt }),
    payload: {
      id: given.id,
      name: `Deal ${given.id}`,
      price: given.price === undefined ? 100 : given.price,
      ...(given.minor !== undefined && { price_with_minor_units: given.minor }),
      responsible_user_id: given.owner ?? 1,
      status_id: given.status,
      pipeline_id: given.pipeline ?? 1,
      loss_reason_id: given.reason ?? null,
      created_by: 1,
      created_at: seconds(created),
      updated_at: seconds(updated),
      closed_at: given.closed == null ? null : seconds(given.closed),
      custom_fields_values: given.fields ?? null,
      _embedded: {
        tags: [],
        companies: given.company === undefined ? [] : [{ id: given.company }],
        contacts: given.contacts ?? [],
      },
    },
  };
}

let lastEvent = 0;

/** An event; ids grow in the order of the calls, as they do within a second. */
export function event(
  type: string,
  entityId: number,
  minute: number,
  values: { before?: object; after?: object; by?: number; id?: string; entity?: string } = {},
): RawRow {
  lastEvent += 1;
  const id = values.id ?? `01${String(lastEvent).padStart(8, '0')}`;
  return {
    stream: 'events',
    id,
    updatedAt: null,
    payload: {
      id,
      type,
      entity_id: entityId,
      entity_type: values.entity ?? 'lead',
      created_by: values.by ?? 1,
      created_at: seconds(minute),
      value_before: values.before === undefined ? [] : [values.before],
      value_after: values.after === undefined ? [] : [values.after],
    },
  };
}

/** `20`, or `2:220` for another pipeline than the first. */
export type Stage = number | `${number}:${number}`;
const stageOf = (stage: Stage): object => {
  const [pipeline, id] = typeof stage === 'number' ? [1, stage] : stage.split(':').map(Number);
  return { lead_status: { id, pipeline_id: pipeline } };
};

interface EventOptions {
  readonly by?: number;
  readonly id?: string;
}

export const moved = (
  deal: number,
  minute: number,
  from: Stage,
  to: Stage,
  options: EventOptions = {},
): RawRow =>
  event('lead_status_changed', deal, minute, { before: stageOf(from), after: stageOf(to), ...options });

export const reassigned = (deal: number, minute: number, from: number, to: number): RawRow =>
  event('entity_responsible_changed', deal, minute, {
    before: { responsible_user: { id: from } },
    after: { responsible_user: { id: to } },
  });

export const repriced = (deal: number, minute: number, from: number | null, to: number | null): RawRow =>
  event('sale_field_changed', deal, minute, {
    before: { sale_field_value: { sale: from } },
    after: { sale_field_value: { sale: to } },
  });

export const deleted = (deal: number, minute: number, by = 1): RawRow =>
  event('lead_deleted', deal, minute, { by });
export const restored = (deal: number, minute: number): RawRow => event('lead_restored', deal, minute);

export interface SmallCrm {
  readonly pool: pg.Pool;
  /** Of its database, with all rights. */
  readonly url: string;
  /** Writes raw rows as landings would, newer ones over older ones. */
  put(rows: readonly RawRow[]): Promise<void>;
  build(options?: { readonly full?: boolean }): Promise<BuildReport>;
  rows<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Forgets every lead, event, task, note and card; keeps the account, its users and pipelines. */
  clear(): Promise<void>;
  drop(): Promise<void>;
}

export async function createSmallCrm(config: TransformConfig = CONFIG, basics = BASICS): Promise<SmallCrm> {
  const database: TestDatabase = await createTestDatabase();
  const { pool } = database;
  await migrate({ pool, url: database.url, readerUrl: database.url });
  // As every build does: the models read the streams of all kinds of sources.
  await ensureAllStreams({ pool });
  await applyConfig(pool, config);
  const crm: SmallCrm = {
    pool,
    url: database.url,
    async put(rows) {
      await putRows(pool, rows);
    },
    build: ({ full = false } = {}) => runBuild({ url: database.url, projectDir: 'sql', full }),
    rows: async <Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
      (await pool.query<Row>(sql, [...values])).rows,
    async clear() {
      const tables = ['leads', 'events', 'tasks', 'notes', 'contacts', 'companies'].flatMap((stream) => [
        `raw.amocrm__${stream}`,
        `raw.amocrm__${stream}__history`,
      ]);
      await pool.query(`truncate ${tables.join(', ')}`);
    },
    drop: () => database.drop(),
  };
  await crm.put(basics);
  return crm;
}

let load = 0;

async function putRows(pool: pg.Pool, rows: readonly RawRow[]): Promise<void> {
  load += 1;
  const tables = new Map<string, RawRow[]>();
  for (const row of rows) {
    const table = `raw.amocrm__${row.stream}${row.isPast === true ? '__history' : ''}`;
    tables.set(table, [...(tables.get(table) ?? []), row]);
  }
  for (const [table, part] of tables) {
    const isHistory = table.endsWith('__history');
    await pool.query(
      `insert into ${table} as kept (account_id, id, payload, source_updated_at, is_deleted, deleted_at, load_id, first_seen_at,
         seen_at${isHistory ? ', superseded_at' : ''})
       select $1, id, payload::jsonb, to_timestamp(updated_at), is_deleted, to_timestamp(deleted_at), $3, now(), now()
         ${isHistory ? ', now()' : ''}
       from jsonb_to_recordset($2::jsonb) as r (id text, payload text, updated_at float8, is_deleted boolean, deleted_at float8)
       ${
         isHistory
           ? ''
           : `on conflict (account_id, id) do update set payload = excluded.payload, source_updated_at = excluded.source_updated_at,
                is_deleted = excluded.is_deleted, deleted_at = excluded.deleted_at, load_id = excluded.load_id,
                seen_at = excluded.seen_at, loaded_xid = pg_current_xact_id()`
       }`,
      [
        ACCOUNT,
        JSON.stringify(
          part.map(({ id, payload, updatedAt, isDeleted, deletedAt }) => ({
            id,
            payload: JSON.stringify(payload),
            updated_at: updatedAt === null ? null : seconds(updatedAt),
            is_deleted: isDeleted ?? false,
            deleted_at: deletedAt === undefined ? null : seconds(deletedAt),
          })),
        ),
        load,
      ],
    );
  }
}
