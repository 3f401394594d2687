import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { busiestWindow, startAmocrmStandIn, type StandIn } from '../../demo/amocrm/index.ts';
import type { CompanySize } from '../contract/amocrm-source-fixture.ts';
import { company, differences, openBench, type Bench } from '../contract/amocrm-source-fixture.ts';
import { STREAMS } from './kills-engine.ts';
import { bundle, startLife, type Life, type Program } from './kills-process.ts';
import { countDuplicates } from './kills-report.ts';
import type { WorkflowTask } from './kills-workflow-child.ts';

const TOKEN = 'TWO_WORKERS_TOKEN';
const OTHER_TOKEN = 'TWO_WORKERS_OTHER_TOKEN';

let program: Program;
beforeAll(async () => {
  program = await bundle('kills-workflow-child');
});
afterAll(() => program.remove());

let bench: Bench;
let other: StandIn;
const lives: Life[] = [];
const size: CompanySize = {
  leads: 9_000,
  contacts: 1_000,
  companies: 500,
  events: 1_500,
  tasks: 500,
  notes: 500,
};
beforeEach(async () => {
  bench = await openBench(company(size), { latency: [50, 150] });
  const data = company({ ...size, leads: 3_000 });
  other = await startAmocrmStandIn({
    data: { ...data, account: { ...data.account, id: 778 } },
    rate: 0,
    latency: 50,
  });
});
afterEach(async () => {
  for (const { child } of lives.splice(0)) child.kill('SIGKILL');
  await other.stop();
  await bench.close();
});

function work(sources: readonly string[], perSecond: number, times = 1): Life {
  const one = {
    type: 'amocrm',
    base_url: bench.standIn.url,
    token_env: TOKEN,
    requests_per_second: perSecond,
  };
  const task: WorkflowTask = {
    databaseUrl: bench.warehouse.url,
    config: JSON.stringify({
      account: { name: 'Shared', time_zone: 'Europe/Moscow', currency: 'RUB' },
      // Two sources may be one account: they share its allowance and its rows.
      sources: [
        { ...one, name: 'one' },
        { ...one, name: 'again' },
        { ...one, name: 'other', base_url: other.url, token_env: OTHER_TOKEN },
      ],
    }),
    sources,
    thenBuild: false,
    times,
  };
  const life = startLife(program, task, { [TOKEN]: bench.standIn.token, [OTHER_TOKEN]: other.token });
  lives.push(life);
  return life;
}

async function rows<T extends object>(sql: string): Promise<T[]> {
  return (await bench.warehouse.pool.query<T>(sql)).rows;
}

async function expectDone(life: Life): Promise<void> {
  const { ending, errors } = await life.ended;
  expect(ending, errors).toBe('done');
}

it('runs a source once at a time, however many workers ask again and again, and whatever happens to their connections', async () => {
  const workers = [work(['one'], 20, 4), work(['one'], 20, 4)];
  for (const { atWork } of workers) await atWork;
  // What a restart of the database does to them: both lose the connection that says they are alive, and nobody may take their place.
  const cutting = setInterval(() => {
    void rows(`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'voronka executor' and datname = current_database()`);
  }, 900);
  try {
    for (const life of workers) await expectDone(life);
  } finally {
    clearInterval(cutting);
  }
  const [{ runs, overlapping, executors } = { runs: 0, overlapping: 0, executors: 0 }] = await rows<{
    runs: number;
    overlapping: number;
    executors: number;
  }>(
    `select (select count(*)::int from ops.syncs where status = 'succeeded') as runs,
       (select count(*)::int from ops.syncs a join ops.syncs b on a.sync_id < b.sync_id and a.source = b.source
         and tstzrange(a.started_at, a.finished_at) && tstzrange(b.started_at, b.finished_at)) as overlapping,
       (select count(distinct executor_id)::int from dbos.workflow_status where name = 'syncSource') as executors`,
  );
  const worst = busiestWindow(bench.standIn.requests, 900);
  console.log(
    `one source, two workers\n  runs        ${runs}, by ${executors} workers\n  overlapping ${overlapping}\n  busiest     ${worst} requests in 0.9 s`,
  );
  // Four questions each; those asked while a run was under way got that one.
  expect(runs).toBeGreaterThanOrEqual(4);
  expect(runs).toBeLessThanOrEqual(8);
  expect(overlapping).toBe(0);
  expect(worst).toBeLessThanOrEqual(20);
  expect(await differences(bench.warehouse, bench.standIn)).toEqual([]);
}, 120_000);

it('shares sources and an account’s allowance between workers, and the living one takes over while it works', async () => {
  const sources = ['one', 'again', 'other'];
  const workers = new Map<string, Life>();
  for (const life of [work(sources, 7), work(sources, 7)]) {
    workers.set((await life.atWork).replace('at work ', ''), life);
  }
  while (bench.standIn.requests.length < 60 || other.requests.length < 30) await sleep(50);
  const busy = await rows<{ executor_id: string }>(
    `select distinct executor_id from dbos.workflow_status where name = 'syncSource' and status = 'PENDING'`,
  );
  const killed = busy[0]!.executor_id;
  workers.get(killed)!.child.kill('SIGKILL');
  const survivors = [...workers].filter(([id]) => id !== killed);
  expect(survivors).toHaveLength(1);
  // The survivor waits for the runs that it asked for, whoever does them: it ends when all of them are through.
  for (const [, life] of survivors) await expectDone(life);

  const runs = await rows<{ source: string; status: string }>(
    'select source, status from ops.syncs order by source',
  );
  const worst = busiestWindow(bench.standIn.requests, 900);
  console.log(
    `three sources, two workers, ${killed} killed\n  busiest ${worst} requests in 0.9 s of ${bench.standIn.requests.length}`,
  );
  expect(runs).toEqual(['again', 'one', 'other'].map((source) => ({ source, status: 'succeeded' })));
  expect(worst).toBeLessThanOrEqual(7);
  expect(await differences(bench.warehouse, bench.standIn, '777')).toEqual([]);
  expect(await differences(bench.warehouse, other, '778')).toEqual([]);
  expect(await countDuplicates(bench.warehouse, STREAMS)).toBe(0);
}, 180_000);
