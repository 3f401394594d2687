import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConfig } from '../../pipelines/config/index.ts';
import { land, migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { buildMarts } from '../../pipelines/workflows/index.ts';
import { readStatistic } from '../../pipelines/sources/mango/statistics.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';

let database: TestDatabase;
let warehouse: Warehouse;

const CLIENT = '79161112233';
const LINE = '74951112233';

/** Lines of UIS sessions, in the account's zone (UTC+5); `n` is the id. */
const line = (session: number, n: number, from: string, more: object): object => ({
  id: n,
  call_session_id: session,
  start_time: `2025-03-03 ${from}`,
  connect_time: null,
  duration: 0,
  total_duration: 30,
  direction: 'out',
  is_operator: true,
  is_talked: false,
  calling_phone_number: CLIENT,
  called_phone_number: 'sip101',
  virtual_phone_number: LINE,
  time_zone: 'Asia/Yekaterinburg',
  ...more,
});
const client = { is_operator: false, direction: 'in', called_phone_number: LINE };
const UIS_LEGS = [
  // 1: a menu, a ring-all of two, the second talks, then gives the call to a third; a coach listens.
  line(1, 11, '10:00:00', {
    ...client,
    connect_time: '2025-03-03 10:00:01',
    duration: 299,
    total_duration: 300,
  }),
  line(1, 12, '10:00:10', {
    employee_id: 1,
    finish_reason: 'another_operator_answer',
    group_name: 'Sales',
    total_duration: 10,
  }),
  line(1, 13, '10:00:10', {
    employee_id: 2,
    called_phone_number: '102',
    group_name: 'Sales',
    connect_time: '2025-03-03 10:00:20',
    is_talked: true,
    duration: 100,
    total_duration: 110,
    call_records: ['r13'],
  }),
  line(1, 14, '10:02:00', {
    employee_id: 3,
    called_phone_number: 'sip:103@acme',
    is_transfered: true,
    connect_time: '2025-03-03 10:02:05',
    is_talked: true,
    duration: 175,
    total_duration: 180,
  }),
  line(1, 15, '10:00:20', {
    employee_id: 3,
    is_coach: true,
    connect_time: '2025-03-03 10:00:20',
    is_talked: true,
    duration: 100,
    total_duration: 100,
  }),
  // 2: after hours, from a hidden number; nothing but the PBX’s own answer. What is empty is written anyhow.
  line(2, 21, '20:00:00', {
    ...client,
    calling_phone_number: null,
    employee_id: [],
    group_name: {},
    connect_time: '2025-03-03 20:00:00',
    duration: 30,
    finish_reason: 'group_inactive_by_schedule',
  }),
  // 3: an employee calls a client, who is busy. 4: one employee calls another.
  line(3, 31, '11:00:00', {
    employee_id: 1,
    direction: 'in',
    calling_phone_number: '101',
    called_phone_number: CLIENT,
    connect_time: '2025-03-03 11:00:00',
    is_talked: false,
  }),
  line(3, 32, '11:00:03', {
    is_operator: false,
    called_phone_number: CLIENT,
    calling_phone_number: LINE,
    finish_reason: 'subscriber_busy',
    total_duration: 5,
  }),
  line(4, 41, '12:00:00', {
    employee_id: 1,
    direction: 'in',
    calling_phone_number: 'sip101',
    called_phone_number: '102',
  }),
  line(4, 42, '12:00:01', {
    employee_id: 2,
    calling_phone_number: 'sip101',
    called_phone_number: '102',
    connect_time: '2025-03-03 12:00:05',
    is_talked: true,
    duration: 20,
    total_duration: 24,
  }),
];

/** records;start;finish;answer;from_extension;from_number;to_extension;to_number;reason;line;location;entry;create */
const T = Date.UTC(2025, 2, 3, 5) / 1_000 + 10_800;
const MANGO_CSV = [
  `[];${T};${T + 5};${T};;${CLIENT};;${LINE};1170;${LINE};ivr;A;${T}`,
  `[];${T + 5};${T + 20};0;;${CLIENT};;${LINE};1100;${LINE};queue;A;${T}`,
  `[];${T + 5};${T + 20};0;;${CLIENT};101;sip:a@acme;1182;${LINE};abonent;A;${T}`,
  `[m1,m2];${T + 5};${T + 120};${T + 20};;${CLIENT};102;sip:b@acme;1120;${LINE};abonent;A;${T}`,
  `[];${T + 120};${T + 300};${T + 125};;${CLIENT};103;sip:c@acme;1110;${LINE};abonent;A;${T}`,
  `[];${T};${T + 12};0;;;;${LINE};1110;${LINE};ivr;B;${T}`,
  `[];${T};${T + 9};0;101;sip:a@acme;;${CLIENT};1121;${LINE};abonent;C;${T}`,
  `[];${T};${T + 24};${T + 4};101;sip:a@acme;102;sip:b@acme;1120;;abonent;D;${T}`,
  `[];${T};${T + 3};0;101;sip:a@acme;;${CLIENT};2219;${LINE};abonent;E;${T}`,
].join('\n');

beforeAll(async () => {
  database = await createTestDatabase();
  warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
  const put = (source: string, stream: string, rows: readonly (readonly [id: string, row: object])[]) =>
    land(warehouse, {
      source,
      account: 'pbx',
      stream,
      rows: rows.map(([id, row]) => ({ id, payload: JSON.stringify(row), updatedAt: null })),
    });
  await put(
    'uis',
    'employees',
    [1, 2, 3].map((id) => [
      String(id),
      { id, full_name: `Employee ${id}`, extension: { extension_phone_number: `10${id}` } },
    ]),
  );
  await put('uis', 'calls', [
    ['1', { id: 1, direction: 'in', contact_phone_number: CLIENT, call_records: ['r1'] }],
    ['2', { id: 2, direction: 'in', contact_phone_number: [], call_records: [] }],
    ['3', { id: 3, direction: 'out', contact_phone_number: CLIENT }],
    ['4', { id: 4, direction: 'out', contact_phone_number: '102' }],
  ]);
  await put(
    'uis',
    'call_legs',
    UIS_LEGS.map((row) => [String((row as { id: number }).id), row]),
  );
  await put(
    'mango',
    'users',
    [1, 2, 3].map((id) => [
      `30${id}`,
      { general: { user_id: 300 + id, name: `Employee ${id}` }, telephony: { extension: `10${id}` } },
    ]),
  );
  await put(
    'mango',
    'calls',
    readStatistic(MANGO_CSV, 10_800).map(({ value }) => [
      (value as { leg_key: string }).leg_key,
      value as object,
    ]),
  );
  const config = parseConfig(
    JSON.stringify({
      account: { name: 'Staging', time_zone: 'Asia/Yekaterinburg', currency: 'RUB' },
      sources: [{ type: 'uis', name: 'pbx', token_env: 'X' }],
    }),
    'voronka.yaml',
  );
  await buildMarts(config, warehouse, { select: 'stg_uis__call_legs stg_mango__call_legs' });
});
afterAll(async () => {
  await warehouse.close();
  await database.drop();
});

/** Legs as one line each: call, way, who calls, who is called, party, result, from, answered, to (seconds of the call’s day, UTC), what else. */
async function legs(model: string): Promise<string[]> {
  const { rows } = await warehouse.pool.query<Record<string, string | boolean | null>>(
    `select call_key, direction_hint, coalesce(caller_extension, caller_number) as caller, coalesce(callee_extension, callee_number) as callee,
       party, result, to_char(started_at at time zone 'UTC', 'HH24:MI:SS') as started,
       extract(epoch from answered_at - started_at)::int::text as answered, extract(epoch from ended_at - started_at)::int::text as lasted,
       queue, employee_ref, recording_id, is_transfer
     from staging.${model} order by call_key, started_at, leg_no`,
  );
  return rows.map((row) =>
    Object.values(row)
      .map((value) => (value === null ? '-' : String(value)))
      .join(' '),
  );
}

it('says of UIS lines who rang whom, in UTC', async () => {
  expect(await legs('stg_uis__call_legs')).toEqual([
    `1 in ${CLIENT} ${LINE} ivr answered 05:00:00 1 300 - - - false`,
    `1 in ${CLIENT} 101 person no_answer 05:00:10 - 10 Sales 1 - false`,
    `1 in ${CLIENT} 102 person answered 05:00:10 10 110 Sales 2 r13 false`,
    `1 in ${CLIENT} 103 unknown answered 05:00:20 0 100 - 3 - false`,
    `1 in ${CLIENT} 103 person answered 05:02:00 5 180 - 3 r1 true`,
    `2 in anonymous ${LINE} announcement answered 15:00:00 0 30 - - - false`,
    `3 out 101 ${CLIENT} person busy 06:00:03 - 5 - 1 - false`,
    `4 internal 101 102 person answered 07:00:01 4 24 - 2 - false`,
  ]);
});

it('says of Mango Office legs who rang whom, by unix time', async () => {
  expect(await legs('stg_mango__call_legs')).toEqual([
    `A in ${CLIENT} ${LINE} announcement answered 05:00:00 0 5 - - - false`,
    `A in ${CLIENT} ${LINE} queue answered 05:00:05 0 15 - - - false`,
    `A in ${CLIENT} 101 person no_answer 05:00:05 - 15 - 301 - false`,
    `A in ${CLIENT} 102 person answered 05:00:05 15 115 - 302 m1 false`,
    `A in ${CLIENT} 103 person answered 05:02:00 5 180 - 303 - true`,
    `B in anonymous ${LINE} ivr answered 05:00:00 0 12 - - - false`,
    `C out 101 ${CLIENT} person busy 05:00:00 - 9 - 301 - false`,
    `D internal 101 102 person answered 05:00:00 4 24 - 302 - false`,
    `E out 101 ${CLIENT} person failed 05:00:00 - 3 - 301 - false`,
  ]);
});

it('has the columns of every phone system, in their order', async () => {
  const columns = async (model: string): Promise<unknown[]> =>
    (
      await warehouse.pool.query<{ column: string }>(
        `select attname || ' ' || format_type(atttypid, atttypmod) as column from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
        [`staging.${model}`],
      )
    ).rows;
  const uis = await columns('stg_uis__call_legs');
  expect(uis).toHaveLength(27);
  expect(await columns('stg_mango__call_legs')).toEqual(uis);
});
