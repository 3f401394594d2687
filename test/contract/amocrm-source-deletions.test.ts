import { afterEach, beforeEach, expect, it } from 'vitest';
import { SweepRefusedError } from '../../pipelines/sources/index.ts';
import { company, openBench, readToEnd, type Bench } from './amocrm-source-fixture.ts';

let bench: Bench;
let now = Math.floor(Date.UTC(2026, 0, 5) / 1_000);
const wait = (seconds: number): Promise<void> => bench.standIn.clock.set((now += seconds));

beforeEach(async () => {
  bench = await openBench(company({ leads: 600, contacts: 300, companies: 100, events: 200 }));
  await wait(60);
  await bench.sync();
});
afterEach(() => bench.close());

async function row(stream: string, id: number): Promise<{ is_deleted: boolean; name: string }> {
  const { rows } = await bench.warehouse.pool.query<{ is_deleted: boolean; name: string }>(
    `select is_deleted, payload->>'name' as name from raw.amocrm__${stream} where id = $1`,
    [id],
  );
  return rows[0]!;
}

it('keeps a deleted lead whole and marks it, and takes the mark away when it is restored', async () => {
  const before = await row('leads', 1_007);
  bench.standIn.deleteLead(1_007);
  await wait(60);
  await bench.sync();
  expect(await row('leads', 1_007)).toEqual({ is_deleted: true, name: before.name });
  expect(await bench.differences()).toEqual([]);
  bench.standIn.restoreLead(1_007);
  await wait(60);
  await bench.sync();
  expect(await row('leads', 1_007)).toEqual({ is_deleted: false, name: before.name });
  expect(await bench.differences()).toEqual([]);
});

it('does not bring a deleted lead back with an older version that is read later', async () => {
  bench.standIn.deleteLead(1_008);
  await wait(60);
  await bench.sync();
  await bench.sync(['leads'], { range: { from: new Date(0), to: new Date(now * 1_000) } });
  expect((await row('leads', 1_008)).is_deleted).toBe(true);
  expect(await bench.differences()).toEqual([]);
});

it('knows deleted contacts and companies from their events alone', async () => {
  bench.standIn.deleteContact(1_009);
  bench.standIn.deleteCompany(1_010);
  await wait(60);
  await bench.sync();
  expect((await row('contacts', 1_009)).is_deleted).toBe(true);
  expect((await row('companies', 1_010)).is_deleted).toBe(true);
  expect(await bench.differences()).toEqual([]);
});

it('comes to the same end when the events are read before the rows they are about', async () => {
  bench.standIn.deleteContact(1_011);
  bench.standIn.deleteLead(1_012);
  await wait(1);
  bench.standIn.restoreLead(1_012);
  bench.standIn.deleteLead(1_013);
  await wait(60);
  await bench.warehouse.pool.query(
    'truncate ops.cursors, raw.amocrm__leads, raw.amocrm__contacts, raw.amocrm__events, ops.liveness',
  );
  await bench.sync(['events']);
  await bench.sync(['contacts', 'leads']);
  expect(await bench.differences()).toEqual([]);
  expect((await row('leads', 1_013)).is_deleted).toBe(true);
});

it('keeps a lead that was purged from the bin, marked deleted', async () => {
  bench.standIn.deleteLead(1_014);
  await wait(60);
  bench.standIn.purgeLead(1_014);
  await wait(60);
  await bench.sync();
  expect((await row('leads', 1_014)).is_deleted).toBe(true);
});

it('marks a loss reason deleted that a complete read no longer has', async () => {
  bench.standIn.truth.crm.lossReasons.delete(71);
  await bench.sync(['loss_reasons']);
  const { rows } = await bench.warehouse.pool.query(
    'select id from raw.amocrm__loss_reasons where is_deleted',
  );
  expect(rows).toEqual([{ id: '71' }]);
});

it('stops and asks before a short answer marks more than the allowed share deleted', async () => {
  const { crm } = bench.standIn.truth;
  for (let place = 0; place < 40; place += 1)
    crm.lossReasons.set(100 + place, { id: 100 + place, name: 'r', sort: 9 });
  await bench.sync(['loss_reasons']);
  const kept = new Map(crm.lossReasons);
  for (let place = 0; place < 30; place += 1) crm.lossReasons.delete(100 + place);
  const session = await bench.open();
  await expect(readToEnd(session, 'loss_reasons')).rejects.toThrow(SweepRefusedError);
  crm.lossReasons.clear();
  await expect(readToEnd(session, 'loss_reasons')).rejects.toThrow(/44 of 44/);
  const { rows } = await bench.warehouse.pool.query(
    'select id from raw.amocrm__loss_reasons where is_deleted',
  );
  expect(rows).toEqual([]);
  for (const [id, reason] of kept) crm.lossReasons.set(id, reason);
  await readToEnd(session, 'loss_reasons');
  await session.close();
});
