import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advanceStream, listSweeps, SweepRefusedError } from '../../pipelines/sources/index.ts';
import { company, openBench, readToEnd, type Bench } from './amocrm-source-fixture.ts';

const CARDS = ['leads', 'contacts', 'companies'] as const;

let bench: Bench;
beforeEach(async () => {
  bench = await openBench(company({ leads: 1_100, contacts: 600, companies: 300 }));
  await bench.sync([...CARDS, 'events']);
});
afterEach(() => bench.close());

async function due(): Promise<void> {
  await bench.warehouse.pool.query('update ops.sweeps set due_at = now()');
}

async function deleted(stream: string): Promise<number[]> {
  const { rows } = await bench.warehouse.pool.query<{ id: number }>(
    `select id::int from raw.amocrm__${stream} where is_deleted order by 1`,
  );
  return rows.map(({ id }) => id);
}

async function outcomes(): Promise<string[]> {
  const sweeps = await listSweeps(bench.warehouse.pool);
  return sweeps
    .filter(({ outcome }) => outcome !== null)
    .map(({ stream, outcome, missing, marked }) => `${stream} ${outcome} ${missing} ${marked}`);
}

describe('cards that vanish without a sign', () => {
  it('are only found by reading every id: the losers of a merge', async () => {
    const { standIn } = bench;
    standIn.mergeContacts(1_004, 1_005, 501);
    standIn.mergeCompanies(1_006, 1_007, 501);
    standIn.mergeLeads(1_008, 1_009, 501);
    const name = standIn.read('contacts', 1_004)['name'];
    await bench.sync();
    expect(await bench.differences()).toEqual([
      'leads 1009: too many',
      'contacts 1005: too many',
      'companies 1007: too many',
    ]);
    await due();
    await bench.sync();
    expect(await bench.differences()).toEqual([]);
    expect([await deleted('leads'), await deleted('contacts'), await deleted('companies')]).toEqual([
      [1_009],
      [1_005],
      [1_007],
    ]);
    const { rows } = await bench.warehouse.pool.query(
      `select payload->>'name' as name from raw.amocrm__contacts where id in ('1004', '1005') order by id`,
    );
    // The survivor is as the CRM has it, the loser keeps what it last was.
    expect(rows).toEqual([{ name }, { name: 'Contact 5 “ё” \\ "quoted"' }]);
    expect(await outcomes()).toEqual([
      'companies complete 1 1',
      'contacts complete 1 1',
      'leads complete 1 1',
    ]);
  });

  it('are looked for when it is time, not in every sync', async () => {
    const lists = (): number =>
      bench.standIn.requests.filter(({ query }) => query.includes('order%5Bid%5D=asc')).length;
    const before = lists();
    await bench.sync([...CARDS]);
    expect(lists()).toBe(before);
    await due();
    await bench.sync([...CARDS]);
    // 5 pages of leads, 3 of contacts, 2 of companies.
    expect(lists() - before).toBe(10);
    await bench.sync([...CARDS]);
    expect(lists() - before).toBe(10);
  });
});

describe('nothing is marked deleted that is there', () => {
  it.each([
    ['a list that ends early', 'premature-204', { page: 3 }],
    ['an empty answer to the first page', 'premature-204', { page: 1 }],
    ['empty answers in between', 'premature-204', { page: 1, every: 3 }],
    ['a part of a page for a page', 'short-list', { share: 0.2, path: '/leads' }],
    ['rows deleted between pages, so that others move up', 'delete-between-pages', { rows: 5 }],
    ['pages of 50 rows', 'limit-falls-to-50', {}],
  ] as const)('by %s (%s)', async (_, fault, plan) => {
    bench.standIn.mergeLeads(1_020, 1_021, 501);
    const session = await bench.open();
    await due();
    // Only the list by id is harmed: the sync before it is another test's.
    const honest = session.connection.fetchPage.bind(session.connection);
    session.connection.fetchPage = async (request, signal) => {
      bench.standIn.faults[fault] = request.order === 'by-id' ? plans : false;
      return honest(request, signal);
    };
    const plans = { ...plan };
    await readToEnd(session, 'leads');
    await session.close();
    bench.standIn.faults[fault] = false;
    const { crm } = bench.standIn.truth;
    const wrongly = (await deleted('leads')).filter((id) => crm.leads.get(id) !== undefined);
    expect(wrongly).toEqual([]);

    await due();
    await bench.sync();
    expect(await bench.differences()).toEqual([]);
    expect(await deleted('leads')).toContain(1_021);
  });

  it('because many are absent: it stops and asks, says so until somebody decides, and goes on when told to', async () => {
    const { crm } = bench.standIn.truth;
    for (let id = 1_000; id < 1_200; id += 1) crm.contacts.remove(id);
    await due();
    const session = await bench.open();
    await expect(readToEnd(session, 'contacts')).rejects.toThrow(SweepRefusedError);
    expect(await deleted('contacts')).toEqual([]);
    expect(await outcomes()).toEqual(['contacts refused 200 0']);
    const asked = bench.standIn.requests.length;
    const { note } = await advanceStream(session, 'contacts');
    expect(note).toMatch(/^200 of 600 known rows are absent/);
    expect(bench.standIn.requests.length - asked).toBeLessThan(5);
    await session.close();
    const allowed = await bench.open({}, { max_deleted_share: 0.5 });
    await readToEnd(allowed, 'contacts');
    await allowed.close();
    expect(await deleted('contacts')).toHaveLength(200);
    expect(await outcomes()).toEqual(['contacts complete 200 200']);
  });

  it('for long because a token saw less for a day', async () => {
    const { crm } = bench.standIn.truth;
    const hidden = [1_030, 1_031, 1_032].map((id) => crm.contacts.remove(id)!);
    await due();
    await bench.sync(['contacts']);
    expect(await deleted('contacts')).toEqual([1_030, 1_031, 1_032]);
    crm.contacts.putAll(hidden);
    // Their return is news of a later second than their absence was; a day later in life.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await due();
    await bench.sync(['contacts']);
    expect(await deleted('contacts')).toEqual([]);
    await bench.sync();
    expect(await bench.differences()).toEqual([]);
  });
});

it('finds what was written with an old date, and what changed without a date', async () => {
  const { standIn } = bench;
  const when = Date.UTC(2025, 5, 1) / 1_000;
  standIn.put('companies', { ...standIn.read('companies', 1_020), id: 90_020, updated_at: when });
  standIn.put('contacts', { ...standIn.read('contacts', 1_021), name: 'Renamed without a date' });
  await bench.sync();
  expect(await bench.differences()).toEqual(['contacts 1021: differs', 'companies 90020: missing']);
  await due();
  await bench.sync([...CARDS]);
  expect(await bench.differences()).toEqual([]);
});

it('goes on where it stood when it is stopped at any page', async () => {
  bench.standIn.mergeContacts(1_040, 1_041, 501);
  await due();
  const before = bench.standIn.requests.length;
  for (let calls = 0; (await deleted('contacts')).length === 0; calls += 1) {
    expect(calls).toBeLessThan(10);
    const session = await bench.open();
    await advanceStream(session, 'contacts', { maxPages: 2 });
    await session.close();
  }
  const pages = bench.standIn.requests
    .slice(before)
    .filter(({ path, query }) => path.endsWith('/contacts') && query.includes('limit=250&page='))
    .map(({ query }) => /order%5Bid%5D=asc.*page=(\d+)/.exec(query)?.[1])
    .filter((page) => page !== undefined);
  expect(pages).toEqual(['1', '2', '3']);
});
