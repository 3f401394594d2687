import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAmocrmStandIn, type StandIn } from '../../demo/amocrm/index.ts';
import {
  migrate,
  openWarehouse,
  startEmbedded,
  type EmbeddedPostgres,
} from '../../pipelines/warehouse/index.ts';
import { company, differences } from '../contract/amocrm-source-fixture.ts';
import { STREAMS } from './kills-engine.ts';
import { bundle, startLife, type Program } from './kills-process.ts';
import { countDuplicates } from './kills-report.ts';
import type { WorkflowTask } from './kills-workflow-child.ts';

const TOKEN = 'RESTART_TEST_TOKEN';

let folder: string;
let server: EmbeddedPostgres;
let standIn: StandIn;
let program: Program;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voronka-restart-'));
  await chmod(folder, 0o711);
  // Durability as users have it: what was committed must be there after the server was killed.
  server = await startEmbedded({ folder, settings: { shared_buffers: '64MB' } });
  const warehouse = await openWarehouse({ url: server.url });
  await migrate(warehouse);
  await warehouse.close();
  standIn = await startAmocrmStandIn({
    data: company({
      leads: 50_000,
      contacts: 8_000,
      companies: 3_000,
      events: 8_000,
      tasks: 4_000,
      notes: 3_000,
    }),
    rate: 0,
    latency: [100, 300],
  });
  program = await bundle('kills-workflow-child');
}, 120_000);

afterAll(async () => {
  program.remove();
  await standIn.stop();
  await server.close({ stop: true });
  await rm(folder, { recursive: true, force: true });
});

it('finishes a backfill by itself while Postgres is stopped and killed every few seconds', async () => {
  const task: WorkflowTask = {
    databaseUrl: server.url,
    config: JSON.stringify({
      account: { name: 'Restarted', time_zone: 'Europe/Moscow', currency: 'RUB' },
      sources: [{ type: 'amocrm', base_url: standIn.url, token_env: TOKEN, requests_per_second: 14 }],
    }),
    sources: ['amocrm'],
    thenBuild: false,
  };
  const life = startLife(program, task, { [TOKEN]: standIn.token });
  await life.atWork;
  let isOver = false;
  void life.ended.then(() => (isOver = true));
  const downs: { how: NodeJS.Signals; seconds: number }[] = [];
  for (let turn = 0; downs.length < 6; turn += 1) {
    await Promise.race([sleep(5_000), life.ended]);
    if (isOver) break;
    // SIGINT is the fast stop: sessions are cut off, nothing is waited for. SIGKILL is the power cut.
    const how = turn % 2 === 0 ? 'SIGINT' : 'SIGKILL';
    const began = performance.now();
    await takeDown(how);
    await up();
    downs.push({ how, seconds: (performance.now() - began) / 1_000 });
  }
  const { ending, errors } = await life.ended;
  console.log(
    [
      'Postgres stopped during a backfill',
      ...downs.map(({ how, seconds }) => `  ${how.padEnd(8)} away for ${seconds.toFixed(1)} s`),
    ].join('\n'),
  );
  expect(ending, errors).toBe('done');
  expect(downs.length).toBeGreaterThanOrEqual(4);
  const warehouse = await openWarehouse({ url: server.url });
  try {
    expect(await differences(warehouse, standIn)).toEqual([]);
    expect(await countDuplicates(warehouse, STREAMS)).toBe(0);
    const { rows } = await warehouse.pool.query(
      'select status, count(*)::int from ops.syncs group by status',
    );
    expect(rows).toEqual([{ status: 'succeeded', count: 1 }]);
  } finally {
    await warehouse.close();
  }
}, 240_000);

/** Ends the server by its own process id; whoever holds it starts it again on the same port. */
async function takeDown(signal: NodeJS.Signals): Promise<void> {
  const file = join(server.data, 'postmaster.pid');
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  process.kill(pid, signal);
  const isGone = (): boolean =>
    !existsSync(file) || Number(readFileSync(file, 'utf8').split('\n')[0]) !== pid || !isAlive(pid);
  while (!isGone()) await sleep(10);
}

async function up(): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: server.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return;
    } catch {
      await sleep(50);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z') === false;
  } catch {
    return false;
  }
}
