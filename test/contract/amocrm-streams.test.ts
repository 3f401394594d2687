import { afterEach, describe, expect, it } from 'vitest';
import type { StandInData } from '../../demo/amocrm/index.ts';
import { listDrift } from '../../pipelines/sources/index.ts';
import { BEGIN, company, openBench, readToEnd, type Bench } from './amocrm-source-fixture.ts';

let bench: Bench;
afterEach(() => bench.close());

const SIDE = ['unsorted', 'customers', 'transactions', 'tags', 'catalogs', 'catalog_elements', 'roles'];
const many = <T>(count: number, row: (place: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => row(at));

/** A company that uses everything. */
function rich(sizes: { unsorted?: number; customers?: number; elements?: number } = {}): StandInData {
  const { unsorted = 40, customers = 300, elements = 600 } = sizes;
  const base = company({ leads: 120 + unsorted, contacts: 40, events: 50 });
  return {
    ...base,
    unsorted: many(unsorted, (place) => ({
      uid: `form${place}`,
      category: 'forms',
      pipeline_id: 1,
      created_at: BEGIN + place * 60,
      metadata: { form_id: place, form_sent_at: String(BEGIN) },
      _embedded: { leads: [{ id: 1_120 + place }], contacts: [] },
    })),
    customers: many(customers, (place) => ({
      id: 40_000 + place,
      name: `Customer ${place}`,
      created_at: BEGIN + place,
      responsible_user_id: 501,
      ltv: place * 10,
    })),
    transactions: many(700, (place) => ({
      id: 50_000 + place,
      customer_id: 40_000 + (place % Math.max(1, customers)),
      price: place,
      created_at: BEGIN + place,
    })),
    tags: [
      { id: 1, name: 'VIP', entity_type: 'leads', color: '#fff' },
      { id: 1, name: 'VIP', entity_type: 'contacts' },
      { id: 2, name: 'Old', entity_type: 'companies' },
      { id: 3, name: 'Loyal', entity_type: 'customers' },
    ],
    catalogs: [
      { id: 8_001, name: 'Goods' },
      { id: 8_002, name: 'Services' },
    ],
    catalog_elements: many(elements, (place) => ({
      id: 9_000 + place,
      name: `Element ${place}`,
      catalog_id: place % 3 === 0 ? 8_002 : 8_001,
    })),
    roles: [{ id: 61, name: 'Seller' }],
  };
}

async function counts(): Promise<Record<string, string>> {
  const { rows } = await bench.warehouse.pool.query<{ stream: string; counts: string }>(
    `select stream, rows - deleted || ' and ' || deleted as counts from ops.streams where stream = any($1)`,
    [SIDE],
  );
  return Object.fromEntries(rows.map(({ stream, counts }) => [stream, counts]));
}

async function missing(stream: string): Promise<string | null> {
  const { rows } = await bench.warehouse.pool.query<{ missing: string | null }>(
    `select cursor->>'missing' as missing from ops.cursors where stream = $1`,
    [stream],
  );
  return rows[0]?.missing ?? null;
}

/** As if an hour had passed since the lists that are read once an hour. */
async function anHourLater(): Promise<void> {
  await bench.warehouse.pool.query(`delete from ops.cursors where stream = any($1)`, [SIDE]);
}

it('reads incoming leads, customers, purchases, tags, catalogs, their elements and roles', async () => {
  bench = await openBench(rich());
  await bench.sync();
  expect(await counts()).toEqual({
    unsorted: '40 and 0',
    customers: '300 and 0',
    transactions: '700 and 0',
    tags: '4 and 0',
    catalogs: '2 and 0',
    catalog_elements: '600 and 0',
    roles: '1 and 0',
  });
  const { rows } = await bench.warehouse.pool.query(
    `select (select string_agg(id, ' ' order by id) from raw.amocrm__tags) as tags,
       (select payload->>'name' from raw.amocrm__catalog_elements where id = '8002:9003') as element,
       (select payload->'metadata'->>'form_id' from raw.amocrm__unsorted where id = 'form7') as form,
       (select payload#>>'{_embedded,customer,id}' from raw.amocrm__transactions where id = '50003') as buyer`,
  );
  expect(rows).toEqual([
    { tags: 'companies:2 contacts:1 customers:3 leads:1', element: 'Element 3', form: '7', buyer: '40003' },
  ]);
  expect(bench.standIn.unexpected).toEqual([]);
  expect(await bench.differences()).toEqual([]);
  expect(await listDrift(bench.warehouse.pool)).toEqual([]);
});

it('asks once an hour, and one request each, for what an account does not have', async () => {
  bench = await openBench(company({ leads: 10 }));
  await bench.sync(SIDE);
  const asked = (): string[] =>
    bench.standIn.requests
      .map(({ path }) => path.replace('/api/v4/', ''))
      .filter((path) => !['account', 'users'].includes(path))
      .sort();
  const first = [
    'catalogs',
    'catalogs',
    'companies/tags',
    'contacts/tags',
    'customers',
    'customers/tags',
    'customers/transactions',
    'leads/tags',
    'leads/unsorted',
    'roles',
  ];
  expect(asked()).toEqual(first);
  await bench.sync(SIDE);
  expect(asked()).toEqual([...first, 'leads/unsorted'].sort());
});

describe('a feature that is off is said to be missing, and the sync goes on', () => {
  it.each([
    ['425', null, /425/, { customers_mode: 'unavailable' }],
    ['426', null, /426/, { customers_mode: 'disabled' }],
    ['402', 'payment-required', /402/, {}],
    ['404', 'not-there', /404/, {}],
    ['403', 'no-rights', /403/, {}],
  ] as const)('%s', async (_, fault, reason, account) => {
    const data = rich({ customers: 30 });
    bench = await openBench({ ...data, account: { ...data.account, ...account } });
    if (fault) bench.standIn.faults[fault] = { path: '/customers' };
    const streams = [...SIDE, 'leads'];
    await bench.sync(streams);
    expect(await missing('customers')).toMatch(reason);
    expect(await missing('transactions')).toMatch(reason);
    // Their tags are one list of four.
    expect(await missing('tags')).toBeNull();
    expect(await counts()).toMatchObject({ unsorted: '40 and 0' });
    const { rows: leads } = await bench.warehouse.pool.query('select count(*)::int from raw.amocrm__leads');
    expect(leads).toEqual([{ count: 160 }]);

    // Bought, and an hour later it is there.
    Object.assign(bench.standIn.truth.crm.account, { customers_mode: 'segments' });
    for (const fault of ['payment-required', 'not-there', 'no-rights'] as const)
      delete bench.standIn.faults[fault];
    await anHourLater();
    await bench.sync(streams);
    expect(await missing('customers')).toBeNull();
    expect(await counts()).toMatchObject({ customers: '30 and 0', transactions: '700 and 0' });
  });

  it('403 to roles, as to users', async () => {
    bench = await openBench(rich());
    bench.standIn.faults['external-integration'] = true;
    await bench.sync(SIDE);
    expect(await missing('roles')).toMatch(/403/);
    expect(await counts()).toMatchObject({ catalog_elements: '600 and 0' });
  });
});

describe('incoming leads that leave the list', () => {
  const left = async (): Promise<string[]> =>
    (
      await bench.warehouse.pool.query<{ id: string }>(
        `select id from raw.amocrm__unsorted where is_deleted order by id`,
      )
    ).rows.map(({ id }) => id);

  it('are marked as gone when they were accepted or declined, all of them if need be', async () => {
    bench = await openBench(rich({ unsorted: 12 }));
    await bench.sync();
    const { standIn } = bench;
    standIn.acceptUnsorted('form3');
    standIn.declineUnsorted('form4');
    standIn.receiveUnsorted({ category: 'sip', pipelineId: 1 });
    await bench.sync();
    expect(await left()).toEqual(['form3', 'form4']);
    for (const { uid } of [...standIn.truth.crm.unsorted.values()]) standIn.acceptUnsorted(String(uid));
    await bench.sync();
    expect(await counts()).toMatchObject({ unsorted: '0 and 13' });
    // What they were is still known, and the leads they became are deals like any other.
    const { rows } = await bench.warehouse.pool.query(
      `select payload->>'category' as category from raw.amocrm__unsorted where id = 'form3'`,
    );
    expect(rows).toEqual([{ category: 'forms' }]);
    expect(await bench.differences()).toEqual([]);
  });

  it.each([
    ['an empty answer', 'premature-204', {}],
    ['an answer without its end', 'short-list', { share: 0.3 }],
  ] as const)('are not marked because of %s', async (_, fault, plan) => {
    bench = await openBench(rich({ unsorted: 300 }));
    await bench.sync(SIDE);
    bench.standIn.acceptUnsorted('form250');
    bench.standIn.faults[fault] = { path: '/leads/unsorted', ...plan };
    const before = bench.standIn.requests.length;
    await bench.sync(['unsorted']);
    expect(await left()).toEqual([]);
    expect(bench.standIn.requests.length - before).toBeLessThan(15);
    delete bench.standIn.faults[fault];
    await bench.sync(['unsorted']);
    expect(await left()).toEqual(['form250']);
  });
});

describe('customers and elements that are absent', () => {
  it('are marked deleted once the source has said of each that it is not there', async () => {
    bench = await openBench(rich({ customers: 40, elements: 30 }));
    await bench.sync(SIDE);
    bench.standIn.truth.crm.customers.remove(40_007);
    bench.standIn.truth.crm.catalogElements.delete(9_003);
    bench.standIn.truth.crm.catalogs.delete(8_001);
    await anHourLater();
    const session = await bench.open();
    await readToEnd(session, 'customers');
    await readToEnd(session, 'catalogs');
    // Two elements of three are suddenly gone, with their catalog.
    await expect(readToEnd(session, 'catalog_elements')).rejects.toMatchObject({ code: 'SWEEP_REFUSED' });
    await session.close();
    expect(await counts()).toMatchObject({
      customers: '39 and 1',
      catalogs: '1 and 1',
      catalog_elements: '30 and 0',
    });
    const agreed = await bench.open({}, { max_deleted_share: 1 });
    await readToEnd(agreed, 'catalog_elements');
    await agreed.close();
    expect(await counts()).toMatchObject({ catalog_elements: '9 and 21' });
  });

  it('stay as they are when the list was cut short, however short', async () => {
    bench = await openBench(rich({ customers: 400 }));
    await bench.sync(SIDE);
    bench.standIn.faults['premature-204'] = { path: '/customers', page: 2 };
    await anHourLater();
    await bench.sync(['customers']);
    expect(await counts()).toMatchObject({ customers: '400 and 0' });
  });
});

describe("customers' notes", () => {
  const noted = (): StandInData => {
    const data = rich({ customers: 30 });
    const note = (id: number, entity_type: string, entity_id: number) => ({
      id,
      entity_type,
      entity_id,
      note_type: 'common',
      params: { text: `Note ${id}` },
      created_at: BEGIN + id,
      updated_at: BEGIN + id,
    });
    const notes = [note(901, 'leads', 1_003), note(902, 'customers', 40_007), note(903, 'customers', 40_008)];
    return { ...data, notes };
  };
  const held = async (): Promise<unknown[]> => {
    const { rows } = await bench.warehouse.pool.query<{ ids: string; missing: string | null }>(
      `select (select string_agg(id, ' ' order by id) from raw.amocrm__notes) as ids,
         (select cursor#>>'{parts,customers,missing}' from ops.cursors where stream = 'notes') as missing`,
    );
    return rows.map(({ ids, missing }) => [ids, missing]);
  };
  const asked = (): number =>
    bench.standIn.requests.filter(({ path }) => path === '/api/v4/customers/notes').length;

  it('are read like those of deals, and say whose they are', async () => {
    bench = await openBench(noted());
    await bench.sync();
    expect(await held()).toEqual([['901 902 903', null]]);
    expect(await bench.differences()).toEqual([]);
    const { rows } = await bench.warehouse.pool.query(
      `select payload#>>'{_links,self,href}' as link from raw.amocrm__notes where id = '902'`,
    );
    expect(rows).toEqual([{ link: expect.stringMatching(/\/api\/v4\/customers\/.*notes\/902/) as string }]);
  });

  it.each([
    ['403', 'no-rights', /403/, {}],
    ['402', 'payment-required', /402/, {}],
    ['404', 'not-there', /404/, {}],
    ['425', null, /425/, { customers_mode: 'unavailable' }],
  ] as const)(
    'are left out where the answer is %s, the others are read',
    async (_, fault, reason, account) => {
      const data = noted();
      bench = await openBench({ ...data, account: { ...data.account, ...account } });
      if (fault) bench.standIn.faults[fault] = { path: '/customers/notes' };
      await bench.sync(['notes']);
      expect(await held()).toEqual([['901', expect.stringMatching(reason) as string]]);
      const first = asked();
      await bench.sync(['notes']);
      expect(asked()).toBe(first);

      // Granted, and an hour later.
      if (fault) delete bench.standIn.faults[fault];
      Object.assign(bench.standIn.truth.crm.account, { customers_mode: 'segments' });
      await bench.warehouse.pool.query(
        `update ops.cursors set cursor = jsonb_set(cursor::jsonb, '{parts,customers,completedAt}', '1') where stream = 'notes'`,
      );
      await bench.sync(['notes']);
      expect(await held()).toEqual([['901 902 903', null]]);
      expect(bench.standIn.unexpected).toEqual([]);
    },
  );
});
