import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { SOURCE_KINDS } from '../../pipelines/sources/index.ts';
import { applyConfig, runBuild, type BuildReport } from '../../pipelines/transform/index.ts';
import { ensureStream, migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';

const LEGS = Number(process.env['BENCH_LEGS'] ?? 10_000_000);
const NEW_LEGS = 1_000;
const CHUNK = 250_000;

/**
 * Folds ten million legs (four million calls of one to four legs, 300,000 numbers, 60 extensions, three years) in one build, then
 * builds again after a thousand new ones, with the real server settings. BENCH_LEGS takes another number.
 */
export async function callsBench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'voronka-bench-'));
  await chmod(folder, 0o711);
  const warehouse = await openWarehouse({ embedded: { dataDir: folder, graceMs: 0 } });
  try {
    await migrate(warehouse);
    for (const { type, streams } of SOURCE_KINDS) {
      for (const stream of streams) await ensureStream(warehouse, { source: type, stream });
    }
    await applyConfig(warehouse.pool, CONFIG);
    let started = performance.now();
    await addUsers(warehouse.pool);
    await addLegs(warehouse.pool, 0, LEGS);
    console.log(
      `${LEGS.toLocaleString('en')} legs written to raw in ${seconds(performance.now() - started)}`,
    );

    started = performance.now();
    const whole = await build(warehouse);
    const wholeMs = performance.now() - started;
    report(`first build of ${LEGS.toLocaleString('en')} legs`, wholeMs, whole);
    const { rows } = await warehouse.pool.query<{ calls: number; talk: number }>(
      'select count(*)::int as calls, sum(talk_seconds)::int8 as talk from marts.fct_calls',
    );
    console.log(
      `  ${rows[0]?.calls.toLocaleString('en')} calls, ${rows[0]?.talk.toLocaleString('en')} s of talk`,
    );

    for (const round of [1, 2]) {
      await addLegs(warehouse.pool, LEGS + (round - 1) * NEW_LEGS, NEW_LEGS);
      started = performance.now();
      const next = await build(warehouse);
      const ms = performance.now() - started;
      report(`build after ${NEW_LEGS.toLocaleString('en')} new legs`, ms, next);
      console.log(`  1/${(wholeMs / ms).toFixed(0)} of the first build`);
    }
  } finally {
    await warehouse.close();
    await new Promise((done) => setTimeout(done, 1_500));
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

const CONFIG = {
  settings: { timeZone: 'Europe/Moscow', currency: 'RUB', country: 'RU' },
  stageSteps: [],
  pbx: [
    {
      sourceType: 'asterisk',
      accountId: 'pbx',
      timeZone: 'UTC',
      country: 'RU',
      trunkPattern: '/trunk-',
      extensionPattern: '^[0-9]{3}$',
      ownNumbers: ['84950000001'],
      contexts: {},
    },
  ],
  managers: Array.from({ length: 60 }, (_, index) => ({
    manager: String(index + 1),
    team: null,
    extensions: [{ number: String(200 + index) }],
    mailboxes: [],
  })),
};

const build = (warehouse: Warehouse): Promise<BuildReport> =>
  runBuild({ url: warehouse.url, projectDir: 'sql' });

async function addUsers(pool: pg.Pool): Promise<void> {
  await pool.query(
    `insert into raw.amocrm__users (account_id, id, payload, load_id, first_seen_at, seen_at)
     select '7', n::text, jsonb_build_object('id', n, 'name', 'User ' || n), 0, now(), now() from generate_series(1, 60) as n`,
  );
}

/**
 * Legs `from` … `from + count`, as the asterisk source lands them. Call c has 1, 2, 3 or 4 legs by c mod 4: one answered; ring-all of two; three rung in
 * vain; a transfer, two rung and an outgoing leg. Ten legs are four calls.
 */
async function addLegs(pool: pg.Pool, from: number, count: number): Promise<void> {
  for (let first = from; first < from + count; first += CHUNK) {
    await pool.query(LEGS_SQL, [first, Math.min(first + CHUNK, from + count) - 1]);
  }
}

const LEGS_SQL = `
  insert into raw.asterisk__cdr (account_id, id, payload, load_id, first_seen_at, seen_at)
  select 'pbx', call || '/' || call || '/' || n,
    jsonb_build_object(
      'row', jsonb_build_object(
        'src', case when is_out then extension::text else '8916' || lpad((number % 300000)::text, 7, '0') end,
        'dst', case when is_out then '8916' || lpad((number % 300000)::text, 7, '0') else extension::text end,
        'channel', case when is_out then 'SIP/' || extension else 'SIP/trunk-1' end || '-0000a1f3',
        'dstchannel', case when is_out then 'SIP/trunk-1' else 'SIP/' || extension end || '-0000a1f4',
        'lastapp', 'Dial', 'dcontext', 'from-trunk', 'disposition', case when is_answered then 'ANSWERED' else 'NO ANSWER' end,
        'billsec', case when is_answered then talk else 0 end::text, 'duration', (talk + 12)::text,
        'uniqueid', call::text, 'linkedid', call::text, 'sequence', n::text),
      'start_at', start_at, 'answer_at', case when is_answered then start_at + interval '12 s' end,
      'end_at', start_at + make_interval(secs => talk + 12),
      'call_key', call::text, 'leg_key', call || '/' || call || '/' || n, 'zone', 'UTC'),
    0, now(), now()
  from (
    select n, place, call,
      call % 4 = 0 and call % 3 = 0 as is_out,
      case when place = 0 then true when place in (1, 2) then place = 2 when place < 6 then false else place in (6, 9) end as is_answered,
      200 + ((call * 7 + place) % 60) as extension,
      (call * 7919) % 1000003 as number,
      20 + (call % 180)::int as talk,
      timestamptz '2023-01-01' + make_interval(secs => call * 23.0) as start_at
    from (
      select n, n % 10 as place,
        (n / 10) * 4 + case when n % 10 = 0 then 0 when n % 10 < 3 then 1 when n % 10 < 6 then 2 else 3 end as call
      from generate_series($1::bigint, $2::bigint) as n
    ) as numbered
  ) as legs`;

function report(what: string, ms: number, { models, tests }: BuildReport): void {
  console.log(`${what}: ${seconds(ms)}`);
  for (const model of [...models].sort((a, b) => b.ms - a.ms).slice(0, 8)) {
    console.log(
      `  ${model.name} ${model.mode} ${(model.rows ?? 0).toLocaleString('en')} rows, ${seconds(model.ms)}`,
    );
  }
  console.log(`  ${tests.length} tests`);
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
