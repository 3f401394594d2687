import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { company, openBench, type Bench } from '../contract/amocrm-source-fixture.ts';
import { runCli, startCli } from '../harness/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'voronka-kill-'));
let bench: Bench;

beforeAll(async () => {
  // About 25 s of reading at 20 requests a second: ten lives of some seconds each end in the middle of it.
  bench = await openBench(
    company({
      leads: 40_000,
      contacts: 8_000,
      companies: 2_000,
      events: 6_000,
      tasks: 4_000,
      notes: 3_000,
      bulk: 2_000,
    }),
    { latency: [20, 120] },
  );
  writeFileSync(
    join(folder, 'voronka.yaml'),
    JSON.stringify({
      account: { name: 'Killed', time_zone: 'Europe/Moscow', currency: 'RUB' },
      sources: [
        { type: 'amocrm', base_url: bench.standIn.url, token_env: 'KILL_TOKEN', requests_per_second: 20 },
      ],
    }),
  );
});

afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

it('finishes `voronka sync` exactly, after ten kills at random instants', async () => {
  const environment = { DATABASE_URL: bench.warehouse.url, KILL_TOKEN: bench.standIn.token };
  let killed = 0;
  let inTheMiddle = 0;
  while (killed < 10) {
    const { child, ended } = startCli(['sync'], folder, environment);
    const requestsBefore = bench.standIn.requests.length;
    // Half of the lives end at any moment from the start on, half only after some pages were read.
    if (killed % 2 === 1)
      while (bench.standIn.requests.length === requestsBefore && child.exitCode === null) await sleep(20);
    await sleep(Math.random() * 2_500);
    if (child.exitCode === null && bench.standIn.requests.length > requestsBefore) inTheMiddle += 1;
    child.kill('SIGKILL');
    await ended;
    killed += 1;
  }
  expect(inTheMiddle).toBeGreaterThanOrEqual(5);

  const last = await runCli(['sync'], folder, environment);
  expect(last, last.stderr).toMatchObject({ code: 0 });
  expect(await bench.differences()).toEqual([]);
  const { rows: streams } = await bench.warehouse.pool.query<{ stream: string; rows: string }>(
    'select stream, rows::text from ops.streams',
  );
  expect(Object.fromEntries(streams.map(({ stream, rows }) => [stream, Number(rows)]))).toMatchObject({
    leads: 40_000,
    contacts: 8_000,
    companies: 2_000,
    events: 6_000,
    tasks: 4_000,
    notes: 3_000,
  });
  const { rows: doubled } = await bench.warehouse.pool.query(
    'select id from raw.amocrm__leads__versions group by id having count(*) > 1',
  );
  expect(doubled).toEqual([]);
  const { rows: runs } = await bench.warehouse.pool.query<{ status: string }>(
    'select status from ops.syncs order by started_at desc limit 1',
  );
  expect(runs).toEqual([{ status: 'succeeded' }]);
}, 300_000);
