import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  dueEvaluation,
  evaluationFailed,
  evaluationMade,
  unjudgedRules,
} from '../../pipelines/alerts/due-evaluation.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';

let database: TestDatabase;
let warehouse: Warehouse;
beforeAll(async () => {
  database = await createTestDatabase();
  warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
});
afterAll(async () => {
  await warehouse.close();
  await database.drop();
});
beforeEach(() => warehouse.pool.query('truncate ops.alert_runs, ops.builds cascade'));

async function build(status: 'succeeded' | 'failed'): Promise<number> {
  const { rows } = await warehouse.pool.query<{ id: number }>(
    `insert into ops.builds (project, status, is_full) values ('sql', $1, false) returning build_id::int as id`,
    [status],
  );
  return rows[0]!.id;
}
const due = () => dueEvaluation(warehouse.pool);
/** Seconds until it is tried again; the time passes at once. */
async function pause(): Promise<number> {
  const { rows } = await warehouse.pool.query<{ seconds: number }>(
    `with before as (select build_id, next_attempt_at from ops.alert_runs)
     update ops.alert_runs set next_attempt_at = now() from before where before.build_id = alert_runs.build_id
     returning extract(epoch from before.next_attempt_at - clock_timestamp())::float8 as seconds`,
  );
  return Math.round(rows[0]?.seconds ?? 0);
}
async function made(buildId: number, failed: string[], raised: number): Promise<void> {
  const client = await warehouse.pool.connect();
  try {
    const reasons = failed.map((rule) => ({ rule: rule as 'plan_behind', reason: 'Cube is away' }));
    await evaluationMade(
      client,
      buildId,
      { judgements: [], failed: reasons },
      { raised, cleared: 0 },
      new Date(),
    );
  } finally {
    client.release();
  }
}

it('an evaluation is due for the newest build that succeeded, once', async () => {
  expect(await due()).toBeUndefined();
  await build('succeeded');
  const second = await build('succeeded');
  await build('failed');
  expect(await due()).toEqual({ buildId: second, attempts: 0 });
  await made(second, [], 2);
  expect(await due()).toBeUndefined();
});

it('one in which a rule failed is made again, later each time, until it succeeds; what was raised meanwhile counts once', async () => {
  const id = await build('succeeded');
  await made(id, ['plan_behind'], 3);
  expect(await due()).toBeUndefined();
  expect(await unjudgedRules(warehouse.pool)).toEqual([{ rule: 'plan_behind', reason: 'Cube is away' }]);
  expect(await pause()).toBe(15);
  expect(await due()).toEqual({ buildId: id, attempts: 1 });
  await made(id, ['plan_behind'], 0);
  expect(await pause()).toBe(30);
  await made(id, [], 1);
  await pause();
  expect(await due()).toBeUndefined();
  expect(await unjudgedRules(warehouse.pool)).toEqual([]);
  const { rows } = await warehouse.pool.query('select state, attempts, raised from ops.alert_runs');
  expect(rows).toEqual([{ state: 'done', attempts: 2, raised: 4 }]);
});

it('one that failed as a whole is made again, up to ten times, and gives way to a newer build', async () => {
  const id = await build('succeeded');
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 10; attempt += 1) {
    expect(await due()).toEqual({ buildId: id, attempts: attempt });
    await evaluationFailed(warehouse.pool, id, 'Cube is away');
    pauses.push(await pause());
  }
  expect(pauses.slice(0, 4)).toEqual([15, 30, 60, 120]);
  expect(await due()).toBeUndefined();
  expect(await unjudgedRules(warehouse.pool)).toEqual([{ rule: 'all rules', reason: 'Cube is away' }]);
  const next = await build('succeeded');
  expect(await due()).toEqual({ buildId: next, attempts: 0 });
});
