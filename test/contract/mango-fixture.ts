import {
  startMangoStandIn,
  type Leg,
  type MangoData,
  type MangoOptions,
  type MangoStandIn,
} from '../../demo/mango/index.ts';
import type { SourceConfig } from '../../pipelines/config/index.ts';
import { openSource, type OpenSourceOptions, type SourceSession } from '../../pipelines/sources/index.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase } from '../harness/database.ts';
import { readToEnd } from './amocrm-source-fixture.ts';

export const MANGO_KEY = 'TEST_MANGO_KEY';
export const MANGO_SALT = 'TEST_MANGO_SALT';
const DAY = 86_400;
type MangoConfig = Extract<SourceConfig, { type: 'mango' }>;
type Json = Record<string, unknown>;

/** `count` calls over the days before `until`: a menu and an employee, a group, calls out and between employees, in turn. */
export function mangoCompany(
  count: number,
  days: number,
  until = Math.floor(Date.now() / 1_000) - 600,
): MangoData {
  const users = [1, 2, 3].map((id) => ({
    general: {
      user_id: 300_000 + id,
      name: `Employee ${id}`,
      email: `e${id}@company.ru`,
      mobile: '79990000000',
    },
    telephony: {
      extension: `10${id}`,
      numbers: [{ number: `sip:e${id}@acme.mangosip.ru`, protocol: 'sip' }],
    },
    groups: [],
  }));
  const calls = Array.from({ length: count }, (_, place) =>
    mangoCall(`entry${place}`, Math.floor(until - (days * DAY * (count - place)) / count), place),
  );
  return { account: { name: 'Fixture' }, users, calls: calls.flat() };
}

export function mangoCall(entry: string, start: number, place: number): Json[] {
  const client = `7916${String(1_000_000 + place)}`;
  const line = '74951112233';
  const rung = (extension: number, answer: number, finish: number, reason: number): Json => ({
    entry_id: entry,
    start: start + 5,
    answer,
    finish,
    from_number: client,
    to_extension: `10${extension}`,
    to_number: `sip:e${extension}@acme.mangosip.ru`,
    line_number: line,
    disconnect_reason: reason,
    records: answer > 0 ? [`rec${entry}`, `rec${entry}b`] : [],
  });
  switch (place % 4) {
    case 0:
      return [
        {
          entry_id: entry,
          start,
          answer: start,
          finish: start + 5,
          from_number: client,
          to_number: line,
          line_number: line,
          location: 'ivr',
          disconnect_reason: 1170,
        },
        rung(1, start + 12, start + 80, 1110),
      ];
    case 1:
      // Two of a group, and the same number of one of them rung twice in one second.
      return [
        rung(1, 0, start + 20, 1182),
        rung(2, start + 20, start + 60, 1120),
        rung(1, 0, start + 20, 1182),
      ];
    case 2:
      return [
        {
          entry_id: entry,
          start,
          answer: start + 9,
          finish: start + 50,
          from_extension: '102',
          from_number: 'sip:e2@acme.mangosip.ru',
          to_number: client,
          line_number: line,
        },
      ];
    default:
      return [
        {
          entry_id: entry,
          start,
          answer: 0,
          finish: start + 30,
          from_extension: '101',
          from_number: 'sip:e1@acme.mangosip.ru',
          to_extension: '103',
          to_number: 'sip:e3@acme.mangosip.ru',
          disconnect_reason: 1111,
        },
      ];
  }
}

export interface MangoBench {
  readonly warehouse: Warehouse;
  readonly standIn: MangoStandIn;
  readonly config: MangoConfig;
  open(options?: Partial<OpenSourceOptions>, config?: Partial<MangoConfig>): Promise<SourceSession>;
  /** Reads everything into an account of its own, if one is named: a database serves many tests. */
  sync(config?: Partial<MangoConfig>): Promise<void>;
  /** Differences between raw and the PBX, one line each. */
  differences(account?: string, epochOffset?: number): Promise<string[]>;
  close(): Promise<void>;
}

export async function openMangoBench(
  data: MangoData,
  options: Partial<MangoOptions> = {},
): Promise<MangoBench> {
  const database = await createTestDatabase('mango_source');
  const warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
  const standIn = await startMangoStandIn({ data, limits: { perSecond: 0, apart: 0 }, ...options });
  const config: MangoConfig = {
    type: 'mango',
    name: 'pbx',
    base_url: standIn.url,
    key_env: MANGO_KEY,
    salt_env: MANGO_SALT,
    epoch_offset: '0s',
    overlap: '1d',
    window: '27d',
    report_every: '0s',
    max_deleted_share: 0.2,
    own_numbers: [],
    history_from: new Date(Date.now() - 100 * DAY * 1_000).toISOString().slice(0, 10),
  };
  const open: MangoBench['open'] = (openOptions = {}, overrides = {}) =>
    openSource(
      { ...config, ...overrides },
      {
        warehouse,
        environment: { [MANGO_KEY]: standIn.key, [MANGO_SALT]: standIn.salt },
        http: { pollMs: 5, penaltyMs: 50 },
        ...openOptions,
      },
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
    differences: (account = config.name, epochOffset = 0) =>
      mangoDifferences(warehouse, standIn.truth(), account, epochOffset),
    async close() {
      await standIn.stop();
      await warehouse.close();
      await database.drop();
    },
  };
}

/** Legs have no id, so the lists are compared as bags of rows. */
async function mangoDifferences(
  warehouse: Warehouse,
  truth: readonly Leg[],
  account: string,
  epochOffset: number,
): Promise<string[]> {
  const told = truth.map((leg) => {
    const { records, answer, start, finish, create, ...rest } = leg;
    const texts = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
    return JSON.stringify({
      ...texts,
      records,
      start: String(start + epochOffset),
      finish: String(finish + epochOffset),
      create: String(create + epochOffset),
      answer: String(answer === 0 ? 0 : answer + epochOffset),
      epoch_offset: epochOffset,
    });
  });
  const { rows } = await warehouse.pool.query<{ line: string }>(
    `with truth as (select row::jsonb as payload, count(*) from unnest($1::text[]) as row group by 1),
       raw as (select payload - 'leg_key' as payload, count(*) from raw.mango__calls where account_id = $2 and not is_deleted group by 1)
     select format('%s: %s in the PBX, %s landed', coalesce(truth.payload, raw.payload), coalesce(truth.count, 0), coalesce(raw.count, 0)) as line
     from truth full join raw using (payload)
     where truth.count is distinct from raw.count limit 5`,
    [told, account],
  );
  return rows.map(({ line }) => line);
}
