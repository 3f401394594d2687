import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type LandingRow,
  type Warehouse,
  land,
  migrate,
  openWarehouse,
  recountStreams,
  streamStatus,
} from '../../pipelines/warehouse/index.ts';
import { type TestDatabase, createTestDatabase } from '../harness/database.ts';

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

/** One version of record `id`, at second `at`: what it says, or `null` for a deletion. */
interface Version {
  readonly id: string;
  readonly at: number;
  readonly says: number | null;
}

const row = ({ id, at, says }: Version): LandingRow => ({
  id,
  payload: JSON.stringify(says === null ? { gone: true } : { says }),
  updatedAt: new Date(at * 1000),
  ...(says === null && { isDeleted: true }),
});

/** Distinct (id, at, kind): at one instant a record has one full version and may be deleted. */
const versions = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    at: fc.integer({ min: 1, max: 8 }),
    says: fc.option(fc.integer({ min: 0, max: 99 }), { freq: 3 }),
  }),
  { minLength: 1, maxLength: 16, selector: ({ id, at, says }) => `${id}/${at}/${says === null}` },
);

/** The same versions in any order, some repeated, divided into pages anyhow. */
const readings = versions.chain((set) =>
  fc.record({
    set: fc.constant(set),
    pages: fc
      .tuple(
        fc.shuffledSubarray(set, { minLength: set.length }),
        fc.array(fc.constantFrom(...set), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 22, maxLength: 22 }),
      )
      .map(([order, again, sizes]) => {
        const all = [...order, ...again];
        const pages: Version[][] = [];
        for (let at = 0, n = 0; at < all.length; n++) pages.push(all.slice(at, (at += sizes[n] ?? 1)));
        return pages;
      }),
  }),
);

const paid = ({ says }: { says: number | null }) => (says === null ? '{"gone": true}' : `{"says": ${says}}`);

/** The rules once more, as plainly as they can be said. */
function expected(set: readonly Version[], id: string) {
  const mine = set.filter((version) => version.id === id);
  const rank = (version: Version) => version.at * 2 + (version.says === null ? 1 : 0);
  const newest = mine.reduce((best, version) => (rank(version) > rank(best) ? version : best));
  const payloadOf = (version: Version) => {
    if (version.says !== null) return paid(version);
    const before = mine
      .filter(({ says, at }) => says !== null && at <= version.at)
      .sort((a, b) => b.at - a.at);
    return paid(before[0] ?? version);
  };
  const show = (version: Version) =>
    `${id}@${version.at} ${version.says === null ? 'deleted ' : ''}${payloadOf(version)}`;
  return { current: show(newest), versions: mine.map(show).sort() };
}

it('ends in the same current rows and the same versions, in whatever order, repetition or division they come', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(readings, async ({ set, pages }) => {
      const account = `p${++run}`;
      for (const page of pages)
        await land(warehouse, { source: 'any', account, stream: 'order', rows: page.map(row) });
      const shown = `id || '@' || extract(epoch from source_updated_at)::int || ' ' ||
        case when is_deleted then 'deleted ' else '' end || payload::text`;
      const { rows: current } = await database.pool.query(
        `select id, ${shown} as shown from raw.any__order where account_id = $1`,
        [account],
      );
      const { rows: all } = await database.pool.query(
        `select id, array_agg(${shown} order by ${shown} collate "C") as shown
         from raw.any__order__versions where account_id = $1 group by id`,
        [account],
      );
      for (const id of new Set(set.map((version) => version.id))) {
        const want = expected(set, id);
        expect(current.find((found) => found.id === id)?.shown).toBe(want.current);
        expect(all.find((found) => found.id === id)?.shown).toEqual(want.versions);
      }
    }),
    { numRuns: 150 },
  );
});

it('keeps totals that equal a count of the tables, after all of the above', async () => {
  const kept = await streamStatus(warehouse);
  await recountStreams(warehouse);
  expect(kept.length).toBeGreaterThan(100);
  expect(await streamStatus(warehouse)).toEqual(kept);
});
