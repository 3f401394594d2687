import { afterAll, beforeAll, expect, it } from 'vitest';
import { QuestionRefusedError, rereadRows, type ListSession } from '../../pipelines/sources/index.ts';
import { company, openBench, type Bench } from './amocrm-source-fixture.ts';

let bench: Bench;
let session: ListSession;
beforeAll(async () => {
  bench = await openBench(
    company({ leads: 300, contacts: 30, companies: 10, events: 30, tasks: 10, notes: 9 }),
  );
  await bench.sync();
  session = await bench.open();
});
afterAll(async () => {
  await session.close();
  await bench.close();
});

const stateOf = async (id: number) =>
  (
    await bench.warehouse.pool.query<{ price: number; is_deleted: boolean }>(
      `select (payload ->> 'price')::int as price, is_deleted from raw.amocrm__leads where id = $1`,
      [String(id)],
    )
  ).rows[0];

const ids = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, at) => String(from + at));

it('rows are asked for fifty at a time, each id once', async () => {
  for (let id = 1_000; id < 1_120; id += 1) bench.standIn.changePrice(id, 9);
  const before = bench.standIn.requests.length;
  const result = await rereadRows(session, 'leads', [...ids(1_000, 120), ...ids(1_000, 120)]);
  expect(result).toMatchObject({ asked: 120, requests: 3, found: 120, absent: 0, updated: 120 });
  expect(bench.standIn.requests.length - before).toBe(3);
}, 30_000);

it('an id that spoils the question is found by halving, and the others are read', async () => {
  const { connection } = session;
  let refused = 0;
  const picky: ListSession = {
    ...session,
    connection: {
      account: connection.account,
      streams: connection.streams,
      concurrency: 1,
      now: () => connection.now(),
      farEnd: (...given) => connection.farEnd(...given),
      fetchOne: (...given) => connection.fetchOne(...given),
      close: () => Promise.resolve(),
      fetchPage: (request, signal) => {
        if (!request.ids?.includes('99999')) return connection.fetchPage(request, signal);
        refused += 1;
        return Promise.reject(new QuestionRefusedError('refused', { code: 'TEST', retry: 'never' }));
      },
    },
  };
  for (let id = 1_200; id < 1_220; id += 1) bench.standIn.changePrice(id, 77);
  const result = await rereadRows(picky, 'leads', [...ids(1_200, 10), '99999', ...ids(1_210, 10)]);
  expect(result).toMatchObject({ asked: 21, found: 20, absent: 1, updated: 20 });
  // 21, 11 or 10, … down to the one, and once more for the recycle bin.
  expect(refused).toBeLessThanOrEqual(8);
});

it('a row in the recycle bin is marked deleted and keeps its payload', async () => {
  bench.standIn.changePrice(1_230, 5_230);
  await rereadRows(session, 'leads', ['1230']);
  bench.standIn.deleteLead(1_230);
  await rereadRows(session, 'leads', ['1230']);
  expect(await stateOf(1_230)).toEqual({ price: 5_230, is_deleted: true });
});

it('a row that just is not there any more is not taken for deleted', async () => {
  bench.standIn.vanish('leads', 1_240);
  const result = await rereadRows(session, 'leads', ['1240']);
  expect(result).toMatchObject({ found: 0, absent: 1, inserted: 0, updated: 0 });
  expect(await stateOf(1_240)).toMatchObject({ is_deleted: false });
});

it('streams and parts the source does not have are passed over without a request', async () => {
  const before = bench.standIn.requests.length;
  for (const [stream, part] of [['talks'], ['notes', 'nowhere']] as const)
    expect((await rereadRows(session, stream, ['1'], part === undefined ? {} : { part })).requests).toBe(0);
  expect((await rereadRows(session, 'leads', [])).requests).toBe(0);
  expect(bench.standIn.requests.length).toBe(before);
});
