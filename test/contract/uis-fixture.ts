import {
  reportFields,
  startUisStandIn,
  type UisData,
  type UisList,
  type UisStandIn,
} from '../../demo/uis/index.ts';
import type { SourceConfig } from '../../pipelines/config/index.ts';
import { openSource, type OpenSourceOptions, type SourceSession } from '../../pipelines/sources/index.ts';
import { REPORTS } from '../../pipelines/sources/uis/streams.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase } from '../harness/database.ts';
import { readToEnd } from './amocrm-source-fixture.ts';

export const UIS_TOKEN = 'TEST_UIS_TOKEN';
const DAY = 86_400;
type UisConfig = Extract<SourceConfig, { type: 'uis' }>;
type Json = Record<string, unknown>;

/** Local text of the account. */
export function local(unixSeconds: number, offsetHours = 3): string {
  return new Date((unixSeconds + offsetHours * 3_600) * 1_000).toISOString().slice(0, 19).replace('T', ' ');
}

/** `count` calls over the days before `until`; every third is missed, every fifth goes out. Numbers follow from the place alone. */
export function uisCompany(
  count: number,
  days: number,
  until = Math.floor(Date.now() / 1_000) - 600,
): UisData {
  const employees = [1, 2, 3].map((id) => ({
    id,
    full_name: `Employee ${id}`,
    email: `e${id}@company.ru`,
    extension: { extension_phone_number: `10${id}` },
    phone_numbers: [{ phone_number: `sip10${id}` }],
    groups: [{ group_id: 7, group_name: 'Sales' }],
  }));
  const calls: Json[] = [];
  const legs: Json[] = [];
  for (let place = 0; place < count; place += 1) {
    const start = Math.floor(until - (days * DAY * (count - place)) / count);
    const call = uisCall(place + 1, start, place % 3 === 0 ? 'missed' : place % 5 === 0 ? 'out' : 'answered');
    calls.push(call.call);
    legs.push(...call.legs);
  }
  return {
    account: { app_id: 1, name: 'Fixture', timezone: 'Europe/Moscow' },
    employees,
    calls,
    call_legs: legs,
  };
}

export function uisCall(
  id: number,
  start: number,
  kind: 'answered' | 'missed' | 'out',
): { call: Json; legs: Json[] } {
  const client = `7916${String(1_000_000 + id)}`;
  const line = '74951112233';
  const employee = (id % 3) + 1;
  const talked = kind === 'missed' ? 0 : 60 + (id % 50);
  const finish = start + 20 + talked;
  const operator = {
    id: id * 10 + 2,
    call_session_id: id,
    start_time: local(start + 5),
    connect_time: talked > 0 ? local(start + 20) : null,
    duration: talked,
    total_duration: 15 + talked,
    direction: 'out',
    is_operator: true,
    is_talked: talked > 0,
    calling_phone_number: client,
    called_phone_number: `sip10${employee}`,
    virtual_phone_number: line,
    employee_id: employee,
    employee_full_name: `Employee ${employee}`,
    finish_reason: talked > 0 ? 'operator_disconnects' : 'operator_not_responsible',
    call_records: talked > 0 ? [`rec${id}`] : [],
  };
  const incoming = {
    id: id * 10 + 1,
    call_session_id: id,
    start_time: local(start),
    connect_time: local(start + 1),
    duration: finish - start - 1,
    total_duration: finish - start,
    direction: 'in',
    is_operator: false,
    calling_phone_number: client,
    called_phone_number: line,
    virtual_phone_number: line,
    finish_reason: 'subscriber_disconnects',
  };
  const own = {
    ...operator,
    id: id * 10 + 1,
    start_time: local(start),
    connect_time: local(start + 1),
    direction: 'in',
    duration: finish - start - 1,
    total_duration: finish - start,
    calling_phone_number: `sip10${employee}`,
    called_phone_number: client,
  };
  const outgoing = {
    ...operator,
    is_operator: false,
    employee_id: null,
    employee_full_name: null,
    called_phone_number: client,
    calling_phone_number: line,
  };
  return {
    call: {
      id,
      communication_id: id,
      start_time: local(start),
      finish_time: local(finish),
      direction: kind === 'out' ? 'out' : 'in',
      contact_phone_number: client,
      virtual_phone_number: line,
      is_lost: kind === 'missed',
      talk_duration: talked,
      clean_talk_duration: talked,
      total_duration: finish - start,
      call_records: talked > 0 ? [`rec${id}`] : [],
    },
    legs: kind === 'out' ? [own, outgoing] : [incoming, operator],
  };
}

export interface UisBench {
  readonly warehouse: Warehouse;
  readonly standIn: UisStandIn;
  readonly config: UisConfig;
  open(options?: Partial<OpenSourceOptions>, config?: Partial<UisConfig>): Promise<SourceSession>;
  /** Reads everything into an account of its own, if one is named: a database serves many tests. */
  sync(config?: Partial<UisConfig>): Promise<void>;
  /** Differences between raw and the account, one line each. */
  differences(account?: string): Promise<string[]>;
  /** Calls of a method since the start. */
  asked(method: string): number;
  close(): Promise<void>;
}

export async function openUisBench(
  data: UisData,
  options: Partial<Parameters<typeof startUisStandIn>[0]> = {},
): Promise<UisBench> {
  const database = await createTestDatabase('uis_source');
  const warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
  const standIn = await startUisStandIn({ data, points: { minute: 100_000, day: 1_000_000 }, ...options });
  const config: UisConfig = {
    type: 'uis',
    name: 'pbx',
    base_url: standIn.url,
    token_env: UIS_TOKEN,
    overlap: '3d',
    max_deleted_share: 0.2,
    own_numbers: [],
  };
  const open: UisBench['open'] = (openOptions = {}, overrides = {}) =>
    openSource(
      { ...config, ...overrides },
      { warehouse, environment: { [UIS_TOKEN]: standIn.token }, ...openOptions },
    );
  return {
    warehouse,
    standIn,
    config,
    open,
    async sync(overrides = {}) {
      const session = await open({}, overrides);
      try {
        for (const { name } of session.streams) await readToEnd(session, name);
      } finally {
        await session.close();
      }
    },
    differences: (account = config.name) => uisDifferences(warehouse, standIn, account),
    asked: (method) => standIn.requests.filter(({ body }) => body.includes(method)).length,
    async close() {
      await standIn.stop();
      await warehouse.close();
      await database.drop();
    },
  };
}

const LISTS: readonly UisList[] = ['calls', 'call_legs', 'employees'];

async function uisDifferences(warehouse: Warehouse, standIn: UisStandIn, account: string): Promise<string[]> {
  const found: string[] = [];
  for (const list of LISTS) {
    const empties = reportFields[list].all as Json;
    const truth = standIn.truth(list).map((row) => ({
      id: String(row['id']),
      payload: {
        ...Object.fromEntries(REPORTS[list].fields.map((name) => [name, row[name] ?? empties[name]])),
        time_zone: 'Europe/Moscow',
      },
    }));
    const { rows } = await warehouse.pool.query<{ id: string; what: string }>(
      `with truth as (select id, payload::jsonb from unnest($1::text[], $2::text[]) as row (id, payload))
       select coalesce(truth.id, raw.id) as id,
         case when raw.id is null then 'missing' when truth.id is null then 'too many' else 'differs' end as what
       from truth full join (select * from raw.uis__${list} where not is_deleted and account_id = $3) as raw on raw.id = truth.id
       where raw.payload is distinct from truth.payload limit 20`,
      [truth.map(({ id }) => id), truth.map(({ payload }) => JSON.stringify(payload)), account],
    );
    found.push(...rows.map(({ id, what }) => `${list} ${id}: ${what}`));
  }
  return found;
}

/** Reads, and is cut off once the system has been asked `count` more times; what was committed stays. */
export async function cutOff(
  count: number,
  bench: { readonly standIn: { readonly requests: readonly unknown[] } },
  open: (signal: AbortSignal) => Promise<SourceSession>,
): Promise<void> {
  const abort = new AbortController();
  const end = bench.standIn.requests.length + count;
  const watching = setInterval(() => {
    if (bench.standIn.requests.length >= end) abort.abort(new Error('cut off by the test'));
  }, 1);
  try {
    const session = await open(abort.signal);
    for (const { name } of session.streams) await readToEnd(session, name);
    await session.close();
  } catch (error) {
    if (!abort.signal.aborted) throw error;
  } finally {
    clearInterval(watching);
  }
}
