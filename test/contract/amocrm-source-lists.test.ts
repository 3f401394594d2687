import { afterEach, expect, it } from 'vitest';
import type { FaultName, FaultPlan } from '../../demo/amocrm/index.ts';
import { company, openBench, type Bench } from './amocrm-source-fixture.ts';

const SIZE = {
  leads: 2_600,
  contacts: 600,
  companies: 500,
  events: 1_500,
  tasks: 1_250,
  notes: 1_000,
  bulk: 700,
};

const STREAMS = ['leads', 'contacts', 'companies', 'events', 'tasks', 'notes'];

let bench: Bench;
afterEach(() => bench.close());

const TROUBLES: readonly (readonly [promise: string, fault: FaultName, plan: FaultPlan])[] = [
  ['no row is skipped while rows are edited between pages', 'mutate-between-pages', {}],
  ['no row is skipped while leads are deleted between pages', 'delete-between-pages', {}],
  ['rows of one second may come in another order each time', 'reorder-ties', {}],
  ['a page may begin with the last row of the page before', 'duplicate-rows', {}],
  ['an empty answer before the end cuts nothing off', 'premature-204', { page: 2, every: 3 }],
  [
    'a single empty answer cuts nothing off, be it the 4th page of leads',
    'premature-204',
    { path: '/v4/leads', page: 1, after: 3, times: 1 },
  ],
  [
    'a single empty answer cuts nothing off, be it the 9th page of leads',
    'premature-204',
    { path: '/v4/leads', page: 1, after: 8, times: 1 },
  ],
  [
    'a single empty answer cuts nothing off, be it the 14th page of leads',
    'premature-204',
    { path: '/v4/leads', page: 1, after: 13, times: 1 },
  ],
  ['a missing next link is not the end', 'no-links', {}],
  ['pages may be smaller than asked for', 'limit-falls-to-50', {}],
  ['events may come 250 a page', 'events-limit-250', {}],
  ['events may come 50 a page where more than 100 are asked for', 'events-limit-50', {}],
];

/** A sync under this fault and an ordinary one after it, which brings what was edited meanwhile. */
async function syncTwice(fault?: FaultName, plan?: FaultPlan): Promise<void> {
  bench = await openBench(company(SIZE));
  if (fault) bench.standIn.faults[fault] = plan ?? true;
  await bench.sync(STREAMS);
  if (fault) bench.standIn.faults[fault] = false;
  const before = bench.standIn.requests.length;
  await bench.sync(STREAMS);
  expect(await bench.differences()).toEqual([]);
  expect(bench.standIn.unexpected).toEqual([]);
  // The second sync reads what is new, not everything again.
  expect(bench.standIn.requests.length - before).toBeLessThan(50);
}

it('reads a list that holds still, and then only what is new', () => syncTwice());

it.each(TROUBLES)('%s (%s)', (_, fault, plan) => syncTwice(fault, plan));

it('reads what an ordinary next sync changed, and little else', async () => {
  bench = await openBench(company(SIZE));
  await bench.sync(STREAMS);
  const { standIn } = bench;
  const lead = standIn.createLead({ name: 'New' });
  standIn.moveLead(lead, { pipeline_id: 1, status_id: 142 });
  standIn.bulkUpdate(600, { price: 1 });
  standIn.updateContact(1_003, { name: 'Renamed' });
  standIn.completeTask(standIn.createTask({ text: 'New task' }));
  standIn.addNote('companies', 1_001, 'common', { text: 'New note' });
  await bench.sync(STREAMS);
  expect(await bench.differences()).toEqual([]);
});

it('finds rows that became visible late, within the overlap', async () => {
  bench = await openBench(company(SIZE));
  await bench.sync(STREAMS);
  bench.standIn.faults['late-rows'] = { seconds: 120 };
  const now = Math.floor(Date.now() / 1_000);
  await bench.standIn.clock.set(now);
  bench.standIn.rename(1_005, 'Hidden for a while');
  await bench.standIn.clock.advance(30);
  bench.standIn.rename(1_006, 'Later');
  await bench.sync(STREAMS);
  await bench.standIn.clock.advance(300);
  await bench.sync(STREAMS);
  expect(await bench.differences()).toEqual([]);
});

it('reads rows that are dated into the future, and does not let them carry the watermark away', async () => {
  bench = await openBench(company(SIZE));
  const future = Math.floor(Date.now() / 1_000) + 400 * 86_400;
  bench.standIn.patch('leads', 1_010, { updated_at: future, name: 'From the future' });
  await bench.sync(STREAMS);
  expect(await bench.differences()).toEqual([]);
  bench.standIn.rename(1_011, 'Now');
  await bench.sync(STREAMS);
  expect(await bench.differences()).toEqual([]);
});

it('reads a range again on request: rows imported with an old date are found', async () => {
  bench = await openBench(company(SIZE));
  await bench.sync(STREAMS);
  const when = Date.UTC(2025, 5, 1) / 1_000;
  const { standIn } = bench;
  standIn.put('leads', { ...standIn.read('leads', 1_020), id: 90_020, created_at: when, updated_at: when });
  await bench.sync(['leads']);
  expect(await bench.differences()).toEqual(['leads 90020: missing']);
  await bench.sync(['leads'], { range: { from: new Date('2025-05-31Z'), to: new Date('2025-06-02Z') } });
  expect(await bench.differences()).toEqual([]);
});
