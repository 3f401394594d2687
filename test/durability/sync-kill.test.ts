import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { advanceStream } from '../../pipelines/sources/index.ts';
import { company, openBench, TOKEN_ENV, type Bench } from '../contract/amocrm-source-fixture.ts';
import { startSync } from './sync-process.ts';

const STREAMS = ['leads', 'contacts', 'events', 'tasks', 'notes', 'companies'];

let bench: Bench;
afterEach(() => bench.close());

it('loses and doubles nothing when the sync is killed ten times at random instants', async () => {
  // 30 requests a second and 80–200 ms of latency: several requests are under way at any instant, and ten lives do not suffice.
  bench = await openBench(
    company({
      leads: 30_000,
      contacts: 3_000,
      companies: 800,
      events: 8_000,
      tasks: 3_000,
      notes: 2_000,
      bulk: 3_000,
    }),
    { latency: [80, 200] },
    { requests_per_second: 30 },
  );
  const task = {
    databaseUrl: bench.warehouse.url,
    config: bench.config,
    streams: STREAMS,
    isParallel: true,
    maxPages: 40,
  };
  const environment = { [TOKEN_ENV]: bench.standIn.token };
  let kills = 0;
  for (let life = 0; kills < 10; life += 1) {
    expect(life).toBeLessThan(12);
    const sync = startSync(task, environment);
    await sync.opened;
    await sleep(50 + Math.random() * 700);
    if (life % 3 === 1) bench.standIn.bulkUpdate(20 * life, { price: life });
    sync.child.kill('SIGKILL');
    if (!(await sync.ended).isDone) kills += 1;
  }
  const last = await startSync(task, environment).ended;
  expect(last).toMatchObject({ code: 0, isDone: true });
  await bench.sync();
  expect(await bench.differences()).toEqual([]);
  for (const stream of STREAMS) {
    const { rows } = await bench.warehouse.pool.query(
      `select id from raw.amocrm__${stream} group by account_id, id having count(*) > 1`,
    );
    expect(rows).toEqual([]);
  }
}, 180_000);

it('costs at most the page that was under way when it is killed between two requests', async () => {
  bench = await openBench(company({ leads: 5_000 }), { latency: 40 }, { requests_per_second: 1 });
  // One request a second leaves one request under way at most: 20 pages, and one more per kill, plus the edges of windows.
  const session = await bench.open({}, { requests_per_second: 200 });
  let pages = 0;
  for (let calls = 0; ; calls += 1) {
    // Every call begins from what is committed, as a new process would.
    const result = await advanceStream(session, 'leads', { until: new Date(0), maxPages: 1 });
    pages += result.pages;
    if (result.done) break;
    expect(calls).toBeLessThan(60);
  }
  await session.close();
  // 5,000 rows of 250 are 20 pages; each page repeats the rows of one second, and an empty bin is asked twice.
  expect(pages).toBeLessThanOrEqual(25);
  const { rows } = await bench.warehouse.pool.query(
    `select count(*)::int, count(*) filter (where is_deleted)::int as deleted from raw.amocrm__leads`,
  );
  expect(rows).toEqual([{ count: 5_000, deleted: 0 }]);
}, 60_000);
