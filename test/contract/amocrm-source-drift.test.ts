import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { company, openBench, readToEnd, type Bench } from './amocrm-source-fixture.ts';

let bench: Bench;
afterEach(() => bench.close());

describe('schema drift', () => {
  beforeEach(async () => {
    bench = await openBench(company({ leads: 400, contacts: 50, events: 100, tasks: 40, notes: 60 }));
  });

  it('lands what is new and sets aside, whole and with the reason, what cannot be used', async () => {
    const { standIn } = bench;
    standIn.patch('leads', 1_001, { brand_new_field: { deep: [1, 2] }, name: null });
    standIn.patch('leads', 1_002, { price: 'expensive' });
    standIn.patch('leads', 1_003, { responsible_user_id: null, status_id: null });
    standIn.addEvent({
      type: 'never_heard_of',
      entity_type: 'lead',
      entity_id: 1_004,
      value_after: [{ x: 1 }],
    });
    standIn.put('notes', {
      ...standIn.read('notes', 9_000),
      id: 9_900,
      params: { text: 'x'.repeat(5_000_000) },
    });
    standIn.patch('notes', 9_003, { params: { text: 'before\u0000after' } });
    standIn.patch('tasks', 5_001, { result: { text: 'done' } });
    await bench.sync();
    expect(await bench.differences()).toEqual([
      // A price that is not a number would break every model that adds prices up.
      'leads 1002: missing',
    ]);
    const { rows: rejects } = await bench.warehouse.pool.query<{
      id: string;
      reason: string;
      payload: string;
    }>(`select id, reason, convert_from(payload, 'UTF8')::jsonb->>'price' as payload from ops.rejects`);
    expect(rejects).toEqual([
      { id: '1002', reason: expect.stringMatching(/price.*number/), payload: 'expensive' },
    ]);
    // The NUL is replaced, for jsonb cannot hold it, and counted, as often as the row came: a short list is read from both its ends.
    const { rows: mended } = await bench.warehouse.pool.query(
      `select payload#>>'{params,text}' as text, (select sum(mended)::int from ops.loads) between 1 and 2 as is_counted
       from raw.amocrm__notes where id = '9003'`,
    );
    expect(mended).toEqual([{ text: 'before\ufffdafter', is_counted: true }]);
    const { rows: note } = await bench.warehouse.pool.query(
      `select length(payload#>>'{params,text}') from raw.amocrm__notes where id = '9900'`,
    );
    expect(note).toEqual([{ length: 5_000_000 }]);
  });
});

describe('filters off', () => {
  const SIZE = { leads: 1_700, contacts: 700, companies: 300, bulk: 400 };
  const reads = () =>
    bench.standIn.requests.filter(({ path }) => /v4\/(leads|contacts|companies)$/.test(path));

  it.each([
    ['the account says so', false],
    ['the account says otherwise', true],
  ])('reads everything when windows are ignored and %s', async (_, promised) => {
    bench = await openBench(company(SIZE));
    bench.standIn.faults['api-filter-off'] = true;
    const session = await bench.open();
    expect(session.account.windowsHonoured).toBe(false);
    // The flag promises filters, and only the answers show that they are ignored.
    if (promised)
      Object.assign(session.connection, { account: { ...session.account, windowsHonoured: true } });
    for (const stream of ['leads', 'contacts', 'companies']) await readToEnd(session, stream);
    await session.close();
    await bench.sync(['events', 'tasks', 'notes']);
    expect(await bench.differences()).toEqual([]);

    // The next sync stops where it met the last one, instead of reading all again.
    const before = reads().length;
    bench.standIn.rename(1_500, 'Renamed');
    bench.standIn.createLead({ name: 'New' });
    await bench.sync();
    expect(await bench.differences()).toEqual([]);
    expect(reads().length - before).toBeLessThanOrEqual(9);
  });

  it('skips nothing while rows are edited and leads deleted between the pages of a scan', async () => {
    bench = await openBench(company(SIZE));
    bench.standIn.faults['api-filter-off'] = true;
    bench.standIn.faults['mutate-between-pages'] = true;
    bench.standIn.faults['delete-between-pages'] = true;
    await bench.sync();
    bench.standIn.faults['mutate-between-pages'] = false;
    bench.standIn.faults['delete-between-pages'] = false;
    await bench.sync();
    expect(await bench.differences()).toEqual([]);
  });
});
