import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAmocrmStandIn } from '../../demo/amocrm/index.ts';
import { generateCompany } from '../../demo/company/index.ts';
import { startMangoStandIn } from '../../demo/mango/index.ts';
import { callKeys, TRUNK, type Call, type Pbx } from '../../demo/telephony/index.ts';
import { startUisStandIn } from '../../demo/uis/index.ts';
import { parseConfig } from '../../pipelines/config/index.ts';
import { openSource } from '../../pipelines/sources/index.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { buildMarts } from '../../pipelines/workflows/index.ts';
import { readToEnd } from '../contract/amocrm-source-fixture.ts';
import { createTestDatabase } from '../harness/database.ts';
import { UNTIL } from './company-fixture.ts';

const TOKEN = 'VORONKA_TEST_VENDORS_TOKEN';
const KEY = 'VORONKA_TEST_VENDORS_KEY';

/** What every phone system must agree on. Its own ids, its spelling of numbers and what only it knows (the queue’s name) are its own. */
const AGREED = [
  'direction',
  'outcome',
  'missed_reason',
  'manager_id',
  'rung_manager_ids',
  'client_id',
  'deal_id',
  'client_number',
  'unmatched_reason',
  'returned_by',
  'callback_seconds',
  'callback_business_seconds',
  'wait_seconds',
  'talk_seconds',
  'persons_rung',
  'is_answered',
  'started_at',
  'answered_at',
  'ended_at',
] as const;

type Folded = Readonly<Record<(typeof AGREED)[number], unknown>>;

interface Vendor {
  readonly calls: readonly Call[];
  /** By the number of the call in the company’s own list. */
  readonly folded: ReadonlyMap<number, Folded>;
}

/** The whole way with that phone system: the company’s CRM and its exchange, both read and built in a database of their own. */
async function through(pbx: Pbx): Promise<Vendor> {
  const company = generateCompany({ seed: 11, until: UNTIL, leads: 300, pbx });
  const dir = mkdtempSync(join(tmpdir(), 'voronka-vendors-'));
  const database = await createTestDatabase(`vendors_${pbx}`);
  const warehouse = await openWarehouse({ url: database.url });
  const crm = await startAmocrmStandIn({ data: company, rate: 0 });
  const exchange = await exchangeOf(pbx, dir, company.outside);
  try {
    await migrate(warehouse);
    const config = parseConfig(
      JSON.stringify({
        account: { name: 'Vendors', time_zone: 'Europe/Moscow', currency: 'RUB', country: 'RU' },
        sources: [
          { type: 'amocrm', base_url: crm.url, token_env: TOKEN, requests_per_second: 1_000 },
          { type: pbx, name: 'pbx', ...exchange.source },
        ],
        managers: company.outside.managers,
      }),
      'voronka.yaml',
    );
    const environment = { [TOKEN]: crm.token, [KEY]: exchange.secret };
    for (const source of config.sources) {
      const session = await openSource(source, { warehouse, environment, http: { pollMs: 1 } });
      for (const { name } of session.streams) await readToEnd(session, name);
      await session.close();
    }
    await buildMarts(config, warehouse, {});
    const numbers = new Map(company.outside.exchange.calls.map((call) => [callKeys[pbx](call), call.number]));
    return { calls: company.outside.exchange.calls, folded: await foldedOf(warehouse, numbers) };
  } finally {
    await exchange.stop();
    await crm.stop();
    await warehouse.close();
    await database.drop();
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Served {
  readonly source: object;
  readonly secret: string;
  readonly stop: () => Promise<void>;
}

async function exchangeOf(pbx: Pbx, dir: string, outside: { write(dir: string): void }): Promise<Served> {
  outside.write(dir);
  const dataDir = join(dir, 'telephony');
  if (pbx === 'uis') {
    const { url, token, stop } = await startUisStandIn({ dataDir, points: { minute: 10_000, day: 100_000 } });
    return { source: { base_url: url, token_env: KEY }, secret: token, stop };
  }
  if (pbx === 'mango') {
    const secret = 'both the key and the salt';
    const limits = { perSecond: 0, apart: 0 };
    const { url, stop } = await startMangoStandIn({ dataDir, key: secret, salt: secret, limits });
    return { source: { base_url: url, key_env: KEY, salt_env: KEY, report_every: '0s' }, secret, stop };
  }
  const source = {
    files: { path: join(dataDir, 'Master.csv') },
    time_zone: 'Europe/Moscow',
    trunk_pattern: `^PJSIP/${TRUNK}-`,
    extension_pattern: '^[1-6][0-9]{2}$',
  };
  return { source, secret: '', stop: () => Promise.resolve() };
}

async function foldedOf(
  warehouse: Warehouse,
  numbers: ReadonlyMap<string, number>,
): Promise<Map<number, Folded>> {
  const { rows } = await warehouse.pool.query<Folded & { call_key: string }>(
    `select call_key, ${AGREED.join(', ')} from marts.fct_calls where account_id = 'pbx'`,
  );
  return new Map(rows.map(({ call_key: key, ...call }) => [numbers.get(key) ?? -1, call]));
}

describe('the same company through Asterisk, UIS and Mango Office', () => {
  const vendors = new Map<Pbx, Vendor>();
  beforeAll(async () => {
    for (const pbx of ['asterisk', 'uis', 'mango'] as const) vendors.set(pbx, await through(pbx));
  }, 900_000);
  afterAll(() => vendors.clear());

  it.each(['asterisk', 'uis', 'mango'] as const)('comes back from %s as the calls that were made', (pbx) => {
    const { calls, folded } = vendors.get(pbx)!;
    const wrong = calls.flatMap((call) => {
      const row = folded.get(call.number);
      const talk = call.legs.reduce(
        (sum, { answeredAt, endedAt }) => sum + (answeredAt === null ? 0 : endedAt - answeredAt),
        0,
      );
      const told = [call.direction, call.startedAt, call.answeredAt, call.endedAt, talk];
      const seconds = (moment: unknown): number | null =>
        moment instanceof Date ? moment.getTime() / 1_000 : null;
      const read = row && [
        row.direction,
        seconds(row.started_at),
        seconds(row.answered_at),
        seconds(row.ended_at),
        row.talk_seconds,
      ];
      return JSON.stringify(read) === JSON.stringify(told) ? [] : [{ number: call.number, told, read }];
    });
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(folded.size).toBe(calls.length);
  });

  it.each(['uis', 'mango'] as const)(
    'gives the same calls through %s as through Asterisk, field by field',
    (pbx) => {
      const asterisk = vendors.get('asterisk')!.folded;
      const other = vendors.get(pbx)!.folded;
      const differences = new Map<string, unknown[]>();
      for (const [number, call] of asterisk) {
        for (const field of AGREED) {
          const [one, two] = [call[field], other.get(number)?.[field]];
          if (JSON.stringify(one) !== JSON.stringify(two))
            differences.set(field, [
              ...(differences.get(field) ?? []),
              { number, one, two, outcome: call.outcome },
            ]);
        }
      }
      const shown = [...differences].map(
        ([field, list]) => `${field}: ${list.length}, ${JSON.stringify(list.slice(0, 3))}`,
      );
      expect(shown).toEqual([]);
      expect(asterisk.size).toBeGreaterThan(400);
    },
  );
});
