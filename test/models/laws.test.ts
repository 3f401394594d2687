import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applyConfig } from '../../pipelines/transform/index.ts';
import { land } from '../../pipelines/warehouse/land.ts';
import { live, onceEach, story, type Lived } from './random-histories.ts';
import {
  ACCOUNT,
  CONFIG,
  PIPELINES,
  START,
  createSmallCrm,
  event,
  lead,
  moved,
  type RawRow,
  type SmallCrm,
} from './small-crm.ts';

const TABLES = [
  'marts.fct_deals',
  'marts.fct_deal_stage_stays',
  'marts.fct_deal_events',
  'marts.fct_deal_daily',
  'marts.fct_tasks',
  'marts.fct_activities',
  'marts.dim_managers',
  'marts.dim_manager_teams',
  'marts.fct_manager_days',
  'marts.fct_team_days',
  'marts.fct_rating_days',
  'marts.dim_stages',
  'marts.dim_loss_reasons',
  'marts.dim_clients',
  'marts.fct_client_wins',
  'marts.fct_client_periods',
  'marts.fct_client_days',
  'marts.dim_calendar',
  'intermediate.int_deal_history',
  'intermediate.int_deal_ownership',
];
/** One run builds the models once or a few times; many deals a run are cheaper than many runs. */
const RUNS = { numRuns: 4, endOnFailure: true } as const;
const SLOW = 300_000;

let crm: SmallCrm;
beforeAll(async () => {
  crm = await createSmallCrm();
});
beforeEach(() => crm.clear());
afterAll(() => crm.drop());

async function told(sql: string): Promise<Map<number, string[]>> {
  const found = await crm.rows<{ deal: number; line: string }>(sql, [START]);
  const byDeal = new Map<number, string[]>();
  for (const { deal, line } of found) byDeal.set(deal, [...(byDeal.get(deal) ?? []), line]);
  return byDeal;
}

const stays = (): Promise<Map<number, string[]>> =>
  told(
    `select split_part(deal_id, ':', 2)::int as deal,
       concat_ws(' ', substring(stage_id from 3), (extract(epoch from entered_at) - $1)::int / 60,
         coalesce(((extract(epoch from left_at) - $1)::int / 60)::text, 'now'), exit, owner_id_at_entry, amount) as line
     from marts.fct_deal_stage_stays order by deal_id, stay_no`,
  );

const milestones = (): Promise<Map<number, string[]>> =>
  told(
    `select split_part(deal_id, ':', 2)::int as deal,
       concat_ws(' ', event, case when event = 'reached' then step end, case when is_skipped then 'skipped' end,
         case when event = 'lost' then 'from ' || coalesce(lost_from_step, '-') end,
         (extract(epoch from occurred_at) - $1)::int / 60, owner_id, amount) as line
     from marts.fct_deal_events where event not in ('accepted', 'objection_left')`,
  );

/** Rows landed as the sync does it, so that older versions never overwrite newer ones. */
async function landed(rows: readonly RawRow[]): Promise<void> {
  const streams = new Map<string, RawRow[]>();
  for (const row of rows) streams.set(row.stream, [...(streams.get(row.stream) ?? []), row]);
  for (const [stream, part] of streams) {
    await land(
      { pool: crm.pool },
      {
        source: 'amocrm',
        account: ACCOUNT,
        stream,
        rows: part.map(({ id, payload, updatedAt, isDeleted, deletedAt }) => ({
          id,
          payload: JSON.stringify(payload),
          updatedAt: updatedAt === null ? null : new Date((START + updatedAt * 60) * 1000),
          ...(isDeleted === true && { isDeleted, deletedAt: new Date((START + deletedAt! * 60) * 1000) }),
        })),
      },
    );
  }
}

/** What differs between the marts now and the copies `keepMarts` made. */
async function keepMarts(): Promise<() => Promise<Record<string, unknown[]>>> {
  await crm.pool.query('drop schema if exists kept cascade; create schema kept');
  const copyOf = (table: string): string => `kept.${table.split('.')[1]!}`;
  for (const table of TABLES) await crm.pool.query(`create table ${copyOf(table)} as table ${table}`);
  return async () => {
    const differing: Record<string, unknown[]> = {};
    for (const table of TABLES) {
      const rows = await crm.rows(
        `(select 'before' as at, x::text as row from (table ${copyOf(table)} except all table ${table}) x)
         union all (select 'after', x::text from (table ${table} except all table ${copyOf(table)}) x)`,
      );
      if (rows.length > 0) differing[table] = rows;
    }
    return differing;
  };
}

const lives = (arbitrary: typeof story, count: number): fc.Arbitrary<Lived[]> =>
  fc
    .array(arbitrary, { minLength: count, maxLength: count })
    .map((all) => all.map((one, index) => live(index + 1, one)));

describe('the models', () => {
  it(
    'tell any history as a book-keeper who watched each deal would',
    async () => {
      await fc.assert(
        fc.asyncProperty(lives(story, 120), async (deals) => {
          await crm.clear();
          await crm.put(deals.flatMap(({ events, versions }) => [...events, ...versions]));
          await crm.build({ full: true });
          const [foundStays, foundMilestones] = [await stays(), await milestones()];
          deals.forEach((deal, index) => {
            expect(foundStays.get(index + 1)).toEqual(deal.stays);
            expect(foundMilestones.get(index + 1)?.sort()).toEqual(deal.milestones);
          });
        }),
        RUNS,
      );
    },
    SLOW,
  );

  it(
    'need no event of a stage or an owner whose every version was seen',
    async () => {
      const kept = fc.infiniteStream(fc.boolean());
      await fc.assert(
        fc.asyncProperty(lives(onceEach, 120), kept, async (deals, isKept) => {
          await crm.clear();
          const events = deals.flatMap((deal) => deal.events).filter(() => isKept.next().value);
          await crm.put([...events, ...deals.flatMap(({ versions }) => versions)]);
          await crm.build({ full: true });
          const found = await stays();
          deals.forEach((deal, index) => expect(found.get(index + 1)).toEqual(deal.stays));
        }),
        RUNS,
      );
    },
    SLOW,
  );

  it(
    'are the same in whatever order, and however often, the rows are landed',
    async () => {
      const run = fc
        .tuple(lives(story, 40), fc.array(fc.nat(), { minLength: 60, maxLength: 60 }))
        .chain(([deals, repeats]) => {
          const rows = deals.flatMap(({ events, versions }) => [...events, ...versions]);
          const again = repeats.map((number) => rows[number % rows.length]!);
          const all = [...rows, ...again];
          return fc.record({
            rows: fc.constant(rows),
            shuffled: fc.shuffledSubarray(all, { minLength: all.length }),
          });
        });
      await fc.assert(
        fc.asyncProperty(run, async ({ rows, shuffled }) => {
          await crm.clear();
          await landed(rows);
          await crm.build({ full: true });
          const differences = await keepMarts();
          await crm.clear();
          for (let from = 0; from < shuffled.length; from += 50)
            await landed(shuffled.slice(from, from + 50));
          await crm.build({ full: true });
          expect(await differences()).toEqual({});
        }),
        RUNS,
      );
    },
    SLOW,
  );

  it(
    'are the same built bit by bit as built from nothing',
    async () => {
      const card = fc.record({
        id: fc.integer({ min: 501, max: 503 }),
        company: fc.option(fc.constantFrom(501, 502), { nil: undefined }),
      });
      const task = fc.record({
        id: fc.integer({ min: 1, max: 6 }),
        deal: fc.integer({ min: 1, max: 30 }),
        entity: fc.constantFrom('leads', 'contacts'),
        isDone: fc.boolean(),
        isDeleted: fc.boolean(),
      });
      const run = fc.record({
        deals: lives(story, 30),
        order: fc.infiniteStream(fc.nat()),
        cards: fc.array(card, { minLength: 8, maxLength: 8 }),
        tasks: fc.array(task, { minLength: 12, maxLength: 12 }),
        chats: fc.array(
          fc.record({ deal: fc.integer({ min: 1, max: 30 }), minute: fc.nat(12), by: fc.nat(3) }),
          {
            minLength: 40,
            maxLength: 40,
          },
        ),
        client: fc.infiniteStream(fc.constantFrom(undefined, 501, 502)),
      });
      await fc.assert(
        fc.asyncProperty(run, async ({ deals, order, cards, tasks, chats, client }) => {
          await crm.clear();
          const rows = deals
            .flatMap(({ events, versions }) => [
              ...events,
              ...versions.map((row) => withClient(row, client.next().value)),
            ])
            .concat(cards.map(contactRow), tasks.flatMap(taskRows), chats.map(chatRow))
            .map((row) => ({ row, place: order.next().value }))
            .sort((a, b) => a.place - b.place)
            .map(({ row }) => row);
          await crm.build({ full: true });
          const part = Math.ceil(rows.length / 3);
          for (let from = 0; from < rows.length; from += part) {
            await landed(rows.slice(from, from + part));
            const { models } = await crm.build();
            expect(
              models.filter(({ materialized, mode }) => materialized === 'incremental' && mode === 'full'),
            ).toEqual([]);
          }
          const differences = await keepMarts();
          await crm.build({ full: true });
          expect(await differences()).toEqual({});
        }),
        RUNS,
      );
    },
    SLOW,
  );

  it('follow a change of the pipelines and of the configuration without a full build', async () => {
    await crm.put([
      moved(1, 10, 20, 75),
      lead({ id: 1, status: 75, updated: 10 }),
      lead({ id: 2, status: 20, updated: 5 }),
    ]);
    await crm.build({ full: true });
    const steps = async (): Promise<string[]> =>
      (
        await crm.rows<{ steps: string }>(
          `select string_agg(step, ' ' order by stay_no) as steps from marts.fct_deal_stage_stays group by deal_id order by deal_id`,
        )
      ).map((row) => row.steps);
    expect(await steps()).toEqual(['new agreement', 'new']);

    // Stage 75, which is in no configuration, is dragged in the CRM to stand right after 40, "qualified".
    const [sales] = PIPELINES;
    const { statuses } = sales!.payload['_embedded'] as { statuses: { id: number; sort: number }[] };
    const dragged = statuses.map((one) => (one.id === 75 ? { ...one, sort: 45 } : one));
    await crm.put([{ ...sales!, payload: { ...sales!.payload, _embedded: { statuses: dragged } } }]);
    const { models } = await crm.build();
    expect(models.find(({ name }) => name === 'fct_deals')).toMatchObject({ mode: 'incremental', rows: 2 });
    expect(await steps()).toEqual(['new qualified', 'new']);

    // What does not touch a step, a new colour or the name of a pipeline, concerns no deal.
    await crm.put([
      {
        ...sales!,
        payload: { ...sales!.payload, name: 'Sales', color: 'red', _embedded: { statuses: dragged } },
      },
    ]);
    // What a transaction still running elsewhere in the cluster began before is read once more, until that one has ended.
    const rowsOfDeals = async (): Promise<number | null | undefined> =>
      (await crm.build()).models.find(({ name }) => name === 'fct_deals')?.rows;
    await expect.poll(rowsOfDeals, { timeout: 90_000, interval: 500 }).toBe(0);

    await applyConfig(crm.pool, {
      ...CONFIG,
      stageSteps: [...CONFIG.stageSteps, { pipeline: '*', stage: '75', step: 'meeting' }],
    });
    await crm.build();
    expect(await steps()).toEqual(['new meeting', 'new']);
    await applyConfig(crm.pool, CONFIG);
    await crm.put(PIPELINES);
    await crm.build();
    expect(await steps()).toEqual(['new agreement', 'new']);
  }, 180_000);
});

function withClient(row: RawRow, company: number | undefined): RawRow {
  const contacts = [{ id: 501 + (Number(row.id) % 3), is_main: true }];
  const companies = company === undefined ? [] : [{ id: company }];
  return { ...row, payload: { ...row.payload, _embedded: { companies, contacts } } };
}

let version = 0;

function contactRow({ id, company }: { readonly id: number; readonly company: number | undefined }): RawRow {
  version += 1;
  const companies = company === undefined ? [] : [{ id: company }];
  return {
    stream: 'contacts',
    id: String(id),
    updatedAt: version,
    payload: { id, name: `Version ${version}`, created_at: START, _embedded: { companies } },
  };
}

/** A message of the client (by nobody), or of a manager to him. */
const chatRow = ({ deal, minute, by }: { deal: number; minute: number; by: number }): RawRow =>
  event(by === 0 ? 'incoming_chat_message' : 'outgoing_chat_message', deal, minute, { by });

function taskRows(given: {
  readonly id: number;
  readonly deal: number;
  readonly entity: string;
  readonly isDone: boolean;
  readonly isDeleted: boolean;
}): RawRow[] {
  version += 1;
  const { id, deal, entity, isDone, isDeleted } = given;
  const row: RawRow = {
    stream: 'tasks',
    id: String(id),
    updatedAt: version,
    payload: {
      id,
      entity_type: entity,
      entity_id: entity === 'leads' ? deal : 501 + (deal % 3),
      task_type_id: 1,
      responsible_user_id: 1 + (deal % 3),
      created_by: 1,
      is_completed: isDone,
      created_at: START,
      updated_at: START + version * 60,
      complete_till: START + 600,
    },
    ...(isDeleted && { isDeleted, deletedAt: version }),
  };
  const id_ = `02${String(version).padStart(8, '0')}`;
  const done: RawRow = {
    stream: 'events',
    id: id_,
    updatedAt: null,
    payload: {
      id: id_,
      type: 'task_completed',
      entity_type: 'task',
      entity_id: id,
      created_by: 1 + (version % 3),
      created_at: START + version * 60,
      value_before: [],
      value_after: [],
    },
  };
  return isDone ? [row, done] : [row];
}
