import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { parseConfig, type Config } from '../../pipelines/config/index.ts';
import { claimExecutor } from '../../pipelines/workflows/executor.ts';
import { startRuntime, type Runtime } from '../../pipelines/workflows/index.ts';
import { company, openBench, type Bench } from '../contract/amocrm-source-fixture.ts';
import { startCli } from '../harness/cli.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';

const TOKEN = 'RUNTIME_TEST_TOKEN';

async function until(what: string, condition: () => Promise<boolean>, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s in vain until ${what}`);
    await sleep(100);
  }
}

describe('an executor', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const never = (): void => {
    throw new Error('the executor was lost');
  };

  it('is the lowest number that no live process holds', async () => {
    const first = await claimExecutor(database.url, never);
    const second = await claimExecutor(database.url, never);
    expect([first.id, second.id]).toEqual(['worker-0', 'worker-1']);
    await first.release();
    const third = await claimExecutor(database.url, never);
    expect(third.id).toBe('worker-0');
    await Promise.all([second.release(), third.release()]);
  });

  it('takes its number back after a lost connection', async () => {
    const executor = await claimExecutor(database.url, never);
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'voronka executor'`,
    );
    await until('the lock is held again', async () => {
      const { rows } = await database.pool.query<{ count: number }>(
        `select count(*)::int from pg_locks where locktype = 'advisory' and objid = 0 and granted
         and database = (select oid from pg_database where datname = current_database())`,
      );
      return rows[0]!.count === 1;
    });
    const other = await claimExecutor(database.url, never);
    expect(other.id).toBe('worker-1');
    await Promise.all([executor.release(), other.release()]);
  });

  it('is told when another process took its number meanwhile', async () => {
    let lost = '';
    const executor = await claimExecutor(database.url, (error) => (lost = error.code));
    // The rival waits for the very lock, so that it has it the moment the connection is cut.
    const rival = await database.pool.connect();
    const { rows } = await rival.query<{ classid: number }>(
      `select classid::int from pg_locks where locktype = 'advisory' and objid = 0 limit 1`,
    );
    const taken = rival.query('select pg_advisory_lock($1, 0)', [rows[0]!.classid]);
    await sleep(200);
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'voronka executor'`,
    );
    await taken;
    await until('the loss is told', () => Promise.resolve(lost !== ''));
    expect(lost).toBe('EXECUTOR_LOST');
    await executor.release();
    rival.release(true);
  });
});

describe('the workflows of a process', () => {
  let bench: Bench;
  let config: Config;
  let runtime: Runtime | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'voronka-runtime-'));

  beforeEach(async () => {
    bench = await openBench(
      company({ leads: 12_000, contacts: 500, companies: 100, events: 1_000, tasks: 200, notes: 100 }),
      {
        latency: [20, 60],
      },
    );
    process.env[TOKEN] = bench.standIn.token;
    const text = JSON.stringify({
      account: { name: 'Runtime', time_zone: 'Europe/Moscow', currency: 'RUB' },
      sources: [{ type: 'amocrm', base_url: bench.standIn.url, token_env: TOKEN, requests_per_second: 30 }],
      schedule: { every: '2s' },
    });
    writeFileSync(join(folder, 'voronka.yaml'), text);
    config = parseConfig(text, 'voronka.yaml');
  });
  afterEach(async () => {
    await runtime?.stop();
    runtime = undefined;
    await bench.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const start = (schedules: boolean): Promise<Runtime> =>
    startRuntime({
      config,
      warehouse: bench.warehouse,
      schedules,
      onExecutorLost: (error) => {
        throw error;
      },
    });
  const one = async <T>(sql: string): Promise<T | undefined> =>
    (await bench.warehouse.pool.query<{ value: T }>(sql)).rows[0]?.value;

  it('read, build and keep fresh by themselves on the schedule, one run of a source at a time', async () => {
    runtime = await start(true);
    const dealsInMarts = `select case when to_regclass('marts.fct_deals') is null then 0 else (xpath('/row/c/text()', query_to_xml('select count(*) as c from marts.fct_deals', false, true, '')))[1]::text::int end as value`;
    await until(
      'the first build is published',
      async () => (await one<number>(dealsInMarts)) === 12_000,
      120,
    );
    const lead = bench.standIn.truth.rows('leads').next().value!;
    bench.standIn.changePrice(Number(lead.id), 987_654);
    await until(
      'the change is in the marts',
      async () =>
        (
          await one<string>(`select amount::int as value from marts.fct_deals where crm_id = '${lead.id}'`)
        )?.toString() === '987654',
      120,
    );
    const overlapping = await one<number>(
      `select count(*)::int as value from ops.syncs a join ops.syncs b on a.sync_id < b.sync_id
       and tstzrange(a.started_at, a.finished_at) && tstzrange(b.started_at, b.finished_at)`,
    );
    expect(overlapping).toBe(0);
  }, 300_000);

  it('take over what a dead worker of another number left', async () => {
    // This process holds worker-0, so the child becomes worker-1.
    const holder = await claimExecutor(bench.warehouse.url, () => undefined);
    const { child, ended } = startCli(['sync'], folder, {
      DATABASE_URL: bench.warehouse.url,
      [TOKEN]: bench.standIn.token,
    });
    await until('the child has read some pages', () => Promise.resolve(bench.standIn.requests.length > 25));
    child.kill('SIGKILL');
    await ended;
    await holder.release();
    runtime = await start(false);
    expect(runtime.executorId).toBe('worker-0');
    expect(runtime.adopted.join('\n')).toMatch(/took over syncSource .* from worker-1/);
    await until(
      'the sync is through',
      async () => (await one(`select status as value from ops.syncs`)) === 'succeeded',
      120,
    );
    expect(await bench.differences()).toEqual([]);
    expect(await one<number>('select count(*)::int as value from ops.syncs')).toBe(1);
  }, 300_000);
});
