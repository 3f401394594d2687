import { afterEach, expect, it } from 'vitest';
import { company, openBench, type Bench } from './amocrm-source-fixture.ts';

let bench: Bench;
afterEach(() => bench.close());

it('reads every stream of an account into raw, equal to what the CRM holds', async () => {
  bench = await openBench(
    company({
      leads: 3_000,
      contacts: 700,
      companies: 300,
      events: 2_500,
      tasks: 2_000,
      notes: 1_500,
      bulk: 900,
    }),
  );
  await bench.sync();
  expect(await bench.differences()).toEqual([]);
  expect(bench.standIn.unexpected).toEqual([]);
  const { rows } = await bench.warehouse.pool.query(
    'select stream, rows::int, deleted::int from ops.streams order by stream',
  );
  expect(rows).toEqual([
    { stream: 'account', rows: 1, deleted: 0 },
    { stream: 'companies', rows: 300, deleted: 0 },
    { stream: 'contacts', rows: 700, deleted: 0 },
    { stream: 'custom_fields', rows: 2, deleted: 0 },
    { stream: 'events', rows: 2_500, deleted: 0 },
    { stream: 'leads', rows: 3_000, deleted: 0 },
    { stream: 'loss_reasons', rows: 4, deleted: 0 },
    { stream: 'notes', rows: 1_500, deleted: 0 },
    { stream: 'pipelines', rows: 1, deleted: 0 },
    { stream: 'tasks', rows: 2_000, deleted: 0 },
    { stream: 'users', rows: 3, deleted: 0 },
  ]);
});
