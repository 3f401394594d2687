import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RawRow } from '../../pipelines/sources/engine/connection.ts';
import { applyNews, settle } from '../../pipelines/sources/engine/liveness.ts';
import { readRows } from '../../pipelines/sources/engine/page-rows.ts';
import type { StreamPart, StreamSpec } from '../../pipelines/sources/engine/stream.ts';
import { ensureAllStreams, type ListSession } from '../../pipelines/sources/index.ts';
import { applyConfig, runBuild } from '../../pipelines/transform/index.ts';
import { land } from '../../pipelines/warehouse/index.ts';
import { company, openBench, type Bench } from '../contract/amocrm-source-fixture.ts';

const STREAMS = ['leads', 'contacts', 'companies', 'events', 'tasks', 'notes'] as const;
const MARTS = [
  'marts.fct_deals',
  'marts.fct_deal_stage_stays',
  'marts.fct_deal_events',
  'marts.fct_tasks',
  'marts.fct_activities',
  'marts.dim_managers',
  'marts.dim_stages',
  'marts.dim_loss_reasons',
  'marts.dim_clients',
];
/** What is not the content of a row but the story of its landing is left out. */
const RAW = STREAMS.flatMap((stream) => [
  `(select id, payload, source_updated_at, is_deleted, deleted_at from raw.amocrm__${stream})`,
  `(select distinct id, payload, source_updated_at from raw.amocrm__${stream}__versions where not is_deleted)`,
]);
const PAGE = 10;
const BEGIN = Date.UTC(2026, 0, 5) / 1_000;

/** A page as it was answered at some moment of the history. */
interface Answer {
  readonly spec: StreamSpec;
  readonly part: StreamPart;
  readonly rows: readonly RawRow[];
}

let bench: Bench;
let session: ListSession;
const answers: Answer[] = [];

beforeAll(async () => {
  bench = await openBench(
    company({ leads: 70, contacts: 40, companies: 20, events: 60, tasks: 30, notes: 30 }),
  );
  await bench.standIn.clock.set(BEGIN);
  await bench.sync();
  session = await bench.open();
  await observeLife();
  await applyConfig(bench.warehouse.pool, {
    settings: { timeZone: 'Europe/Moscow', currency: 'RUB', leadSourceField: 'Source' },
    stageSteps: [{ pipeline: 'Sales', stage: 'Talk', step: 'contacted' }],
  });
});
afterAll(async () => {
  await session.close();
  await bench.close();
});

/** Lets the company live for a while and keeps every page that a reader would have been given on the way. */
async function observeLife(): Promise<void> {
  const { standIn } = bench;
  let before = 0;
  let now = BEGIN;
  const later = async (): Promise<void> => standIn.clock.set((now += 1_800));
  const observe = async (): Promise<void> => {
    await later();
    for (const spec of session.connection.streams) {
      if (!STREAMS.some((name) => name === spec.name)) continue;
      const parts = spec.parts.filter(({ isOptional }) => !isOptional);
      for (const part of parts) await keep(spec, part, { from: before, to: now });
    }
    // As the engine does: rows that are written while one reads are met again.
    before = now - 600;
  };
  await observe();

  const { uid, leadId } = standIn.receiveUnsorted({ category: 'forms', pipelineId: 1, name: 'Form' });
  const other = standIn.receiveUnsorted({ category: 'mail', pipelineId: 1 });
  for (let id = 1_000; id < 1_030; id += 1) standIn.changePrice(id, id);
  for (let id = 1_000; id < 1_020; id += 1) standIn.changeOwner(id, 502);
  const task = standIn.createTask({ entity_type: 'leads', entity_id: 1_001, text: 'Call' });
  await observe();

  for (let id = 1_005; id < 1_015; id += 1) standIn.closeWon(id);
  for (let id = 1_015; id < 1_025; id += 1) standIn.closeLost(id, 71 + (id % 4));
  standIn.acceptUnsorted(uid, { userId: 503 });
  standIn.declineUnsorted(other.uid, 501);
  standIn.deleteLead(1_030);
  standIn.deleteLead(1_031);
  standIn.deleteContact(1_010);
  standIn.linkContact(1_003, 1_011);
  await observe();

  standIn.restoreLead(1_030);
  standIn.reopen(1_015);
  standIn.reopen(1_006, { status_id: 12 });
  standIn.mergeContacts(1_011, 1_012, 501);
  standIn.completeTask(task, 'Done');
  standIn.addCall('contacts', 1_013, { direction: 'out', duration: 60, phone: '+79990000000' }, 502);
  standIn.bulkUpdate(40, { responsible_user_id: 503 });
  await observe();

  // Twice there and back between two looks, and once more after.
  standIn.deleteLead(1_032);
  await later();
  standIn.restoreLead(1_032);
  standIn.deleteLead(1_030);
  standIn.deleteCompany(1_002);
  standIn.closeWon(1_015, 77_777);
  standIn.closeWon(leadId, 500);
  await observe();
  standIn.restoreLead(1_030);
  standIn.rename(1_030, 'Back for good');
  await observe();
}

async function keep(
  spec: StreamSpec,
  part: StreamPart,
  window: { readonly from: number; readonly to: number },
): Promise<void> {
  for (let page = 1; ; page += 1) {
    const { rows } = await session.connection.fetchPage(
      { stream: spec.name, part: part.name, window, order: spec.order, page, limit: PAGE },
      session.signal,
    );
    if (rows.length === 0) return;
    answers.push({ spec, part, rows });
    if (rows.length < PAGE) return;
  }
}

/** What the engine does with a group of pages of one stream, in its order: news, rows, and at the end of a round what was left open. */
async function take(group: readonly Answer[]): Promise<void> {
  for (const spec of new Set(group.map((answer) => answer.spec))) {
    const read = group.filter((one) => one.spec === spec).map(({ part, rows }) => readRows(spec, part, rows));
    await applyNews(
      session,
      read.flatMap(({ news }) => news),
    );
    await land(session.warehouse, {
      source: 'amocrm',
      account: session.account.id,
      stream: spec.name,
      rows: read.flatMap(({ landing }) => landing),
    });
  }
}

async function endRound(): Promise<void> {
  for (const spec of session.connection.streams) if (spec.deletions === 'feed') await settle(session, spec);
}

async function forget(): Promise<void> {
  const tables = STREAMS.flatMap((stream) => [`raw.amocrm__${stream}`, `raw.amocrm__${stream}__history`]);
  await session.warehouse.pool.query(`truncate ops.liveness, ${tables.join(', ')}`);
}

const build = (full: boolean) => runBuild({ url: bench.warehouse.url, projectDir: 'sql', full });

interface Disturbance {
  /** Places in `answers`, each at least once, in any order: held back, ahead of its time, or twice. */
  readonly order: readonly number[];
  /** How many pages are committed together, over and over. */
  readonly groups: readonly number[];
  /** After how many pages the marts are built for the first time. */
  readonly firstBuild: number;
}

const disturbance = (count: number): fc.Arbitrary<Disturbance> =>
  fc.array(fc.nat(count - 1), { minLength: count >> 2, maxLength: count >> 1 }).chain((again) => {
    const all = [...Array(count).keys(), ...again];
    return fc.record({
      order: fc.shuffledSubarray(all, { minLength: all.length }),
      groups: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 4, maxLength: 4 }),
      firstBuild: fc.nat(all.length),
    });
  });

it('any order, repetition and delay of pages and events gives the same raw rows and the same marts', async () => {
  const { pool } = session.warehouse;
  await ensureAllStreams(session.warehouse);
  await forget();
  for (const answer of answers) await take([answer]);
  await endRound();
  expect(await bench.differences()).toEqual(['contacts 1012: too many']);
  await build(true);
  await pool.query('drop schema if exists kept cascade; create schema kept');
  for (const [place, rows] of [...RAW, ...MARTS].entries())
    await pool.query(`create table kept.t${place} as select * from ${rows} as t`);

  await fc.assert(
    fc.asyncProperty(disturbance(answers.length), async ({ order, groups, firstBuild }) => {
      await forget();
      let isBuilt = false;
      for (let at = 0, turn = 0; at < order.length; turn += 1) {
        const size = groups[turn % groups.length] ?? 1;
        await take(order.slice(at, at + size).flatMap((place) => answers[place] ?? []));
        at += size;
        if (turn % 5 === 0) await endRound();
        if (!isBuilt && at >= firstBuild) {
          await build(true);
          isBuilt = true;
        }
      }
      await endRound();
      await build(false);
      for (const [place, rows] of [...RAW, ...MARTS].entries()) {
        const { rows: differing } = await pool.query<{ at: string; row: string }>(
          `(select 'in order' as at, x::text as row from (table kept.t${place} except all select * from ${rows} as t) x)
           union all (select 'disturbed', x::text from (select * from ${rows} as t except all table kept.t${place}) x) limit 6`,
        );
        expect({ rows, differing }).toEqual({ rows, differing: [] });
      }
    }),
    { numRuns: 4, endOnFailure: true },
  );
}, 300_000);
