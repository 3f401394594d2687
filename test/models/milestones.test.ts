import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  START,
  createSmallCrm,
  deleted,
  lead,
  moved,
  reassigned,
  repriced,
  restored,
  type RawRow,
  type SmallCrm,
} from './small-crm.ts';

const WON = 1;
const REOPENED_THEN_WON = 2;
const WIN_UNDONE = 3;
const DELETED = 4;
const RESTORED = 5;
const ACCEPTED = 6;
const WAITING = 7;
const DECLINED = 8;
const STALE_REASON = 9;
const SEEN_REASON = 10;
const LOST_TWICE = 11;
const PRICE_EDITS = 12;
const FREE = 13;
const KOPECKS = 14;
const SKIPPED = 15;
const LOST_FROM_WON = 16;
const DECLINED_RESTORED = 17;
const WON_TWICE = 18;
const REASON_OF_FIRST = 19;

const rows: readonly RawRow[] = [
  moved(WON, 10, 20, 30),
  moved(WON, 30, 30, 40, { by: 2 }),
  moved(WON, 90, 40, 142),
  lead({ id: WON, status: 142, updated: 90, closed: 90, price: 700 }),

  moved(REOPENED_THEN_WON, 10, 20, 143),
  moved(REOPENED_THEN_WON, 20, 143, 40),
  moved(REOPENED_THEN_WON, 30, 40, 142),
  lead({ id: REOPENED_THEN_WON, status: 142, updated: 30, closed: 30 }),

  moved(WIN_UNDONE, 10, 20, 142),
  moved(WIN_UNDONE, 20, 142, 50),
  lead({ id: WIN_UNDONE, status: 50, updated: 20, closed: 10 }),

  moved(DELETED, 10, 20, 142),
  deleted(DELETED, 30, 3),
  lead({ id: DELETED, status: 142, updated: 10, deletedAt: 30, price: 55 }),

  moved(RESTORED, 10, 20, 30),
  deleted(RESTORED, 20),
  // The list of leads still shows it in the bin; the event is newer.
  restored(RESTORED, 30),
  lead({ id: RESTORED, status: 30, updated: 10, deletedAt: 20 }),

  moved(ACCEPTED, 25, 10, 20),
  lead({ id: ACCEPTED, status: 20, created: 5, updated: 25 }),

  lead({ id: WAITING, status: 10, created: 5 }),

  deleted(DECLINED, 20, 2),
  lead({ id: DECLINED, status: 10, created: 5, deletedAt: 20 }),

  moved(STALE_REASON, 10, 20, 143),
  moved(STALE_REASON, 20, 143, 30),
  lead({ id: STALE_REASON, status: 30, updated: 20, reason: 901, closed: 10 }),

  moved(SEEN_REASON, 10, 20, 143),
  lead({ id: SEEN_REASON, status: 143, updated: 10 }, true),
  lead({ id: SEEN_REASON, status: 143, updated: 15, reason: 901 }, true),
  moved(SEEN_REASON, 20, 143, 30),
  lead({ id: SEEN_REASON, status: 30, updated: 20 }),

  moved(REASON_OF_FIRST, 10, 20, 143),
  lead({ id: REASON_OF_FIRST, status: 143, updated: 12, reason: 901 }, true),
  moved(REASON_OF_FIRST, 20, 143, 30),
  moved(REASON_OF_FIRST, 30, 30, 143),
  moved(REASON_OF_FIRST, 40, 143, 50),
  lead({ id: REASON_OF_FIRST, status: 50, updated: 40, reason: 901 }),

  repriced(LOST_TWICE, 15, 100, 300),
  moved(LOST_TWICE, 10, 50, 143),
  moved(LOST_TWICE, 20, 143, 60),
  moved(LOST_TWICE, 30, 60, 143),
  lead({ id: LOST_TWICE, status: 143, updated: 30, reason: 902, price: 300 }),

  repriced(PRICE_EDITS, 5, null, 200),
  moved(PRICE_EDITS, 10, 20, 50),
  repriced(PRICE_EDITS, 15, 200, 350),
  moved(PRICE_EDITS, 20, 50, 142),
  repriced(PRICE_EDITS, 40, 350, 380),
  lead({ id: PRICE_EDITS, status: 142, updated: 40, price: 380 }),

  moved(FREE, 10, 20, 142),
  lead({ id: FREE, status: 142, updated: 10, price: 0 }),

  repriced(KOPECKS, 5, 0, 1000),
  moved(KOPECKS, 10, 20, 142),
  lead({ id: KOPECKS, status: 142, updated: 10, price: 1000, minor: 1000.45 }),

  moved(SKIPPED, 10, 20, 50),
  moved(SKIPPED, 20, 50, 30),
  moved(SKIPPED, 30, 30, 142),
  lead({ id: SKIPPED, status: 142, updated: 30 }),

  moved(LOST_FROM_WON, 10, 20, 142),
  moved(LOST_FROM_WON, 20, 142, 143),
  lead({ id: LOST_FROM_WON, status: 143, updated: 20, reason: 901 }),

  deleted(DECLINED_RESTORED, 20),
  restored(DECLINED_RESTORED, 30),
  lead({ id: DECLINED_RESTORED, status: 10, created: 5, updated: 31 }),

  moved(WON_TWICE, 10, 20, 142),
  reassigned(WON_TWICE, 15, 1, 2),
  moved(WON_TWICE, 20, 142, 40),
  moved(WON_TWICE, 50, 40, 142),
  lead({ id: WON_TWICE, status: 142, updated: 50, owner: 2 }),
];

let crm: SmallCrm;
let milestones: Map<number, string[]>;
beforeAll(async () => {
  crm = await createSmallCrm();
  await crm.put(rows);
  await crm.build();
  const found = await crm.rows<{ deal: number; milestone: string }>(
    `select split_part(deal_id, ':', 2)::int as deal,
       concat_ws(' ', event, case when event = 'reached' then step end, (extract(epoch from occurred_at) - $1)::int / 60,
         case when is_skipped then 'skipped' end) as milestone
     from marts.fct_deal_events where event not in ('accepted', 'objection_left')
     order by occurred_at, array_position('{created,lost,reopened,reached,won}', event), step_no`,
    [START],
  );
  milestones = new Map();
  for (const { deal, milestone } of found) milestones.set(deal, [...(milestones.get(deal) ?? []), milestone]);
});
afterAll(() => crm.drop());

const dealOf = async (deal: number, columns: string): Promise<Record<string, unknown>> =>
  (await crm.rows(`select ${columns} from marts.fct_deals where crm_id = $1`, [String(deal)]))[0]!;
const eventsOf = (deal: number, event: string, columns: string): Promise<Record<string, unknown>[]> =>
  crm.rows(
    `select ${columns} from marts.fct_deal_events where deal_id = $1 and event = $2 order by occurred_at, step_no`,
    [`7:${deal}`, event],
  );

describe('steps reached', () => {
  it('are told once each, at the first entry into the step or a later one', () => {
    expect(milestones.get(SKIPPED)).toEqual([
      'created 0',
      'reached new 0',
      'reached contacted 10 skipped',
      'reached qualified 10 skipped',
      'reached proposal 10',
      'reached meeting 30 skipped',
      'reached objection 30 skipped',
      'reached agreement 30 skipped',
      'reached won 30',
      'won 30',
    ]);
  });

  it('know whether the deal went on from them', async () => {
    const found = await eventsOf(WIN_UNDONE, 'reached', 'step, has_next_step');
    expect(found.map(({ step, has_next_step }) => [step, has_next_step])).toEqual([
      ['new', true],
      ['contacted', true],
      ['qualified', true],
      ['proposal', true],
      ['meeting', true],
      ['objection', true],
      ['agreement', true],
      ['won', false],
    ]);
  });

  it('are not reached by losing the deal', () => {
    expect(milestones.get(STALE_REASON)).toEqual([
      'created 0',
      'reached new 0',
      'lost 10',
      'reopened 20',
      'reached contacted 20',
    ]);
  });
});

describe('wins', () => {
  it('are timed from creation and from qualification', async () => {
    expect(await eventsOf(WON, 'won', 'sales_cycle_seconds::int, deal_close_seconds::int, amount')).toEqual([
      { sales_cycle_seconds: 90 * 60, deal_close_seconds: 60 * 60, amount: '700.00' },
    ]);
  });

  it('say who made them', async () => {
    expect(await eventsOf(WON, 'reached', 'step, actor_id')).toContainEqual({
      step: 'qualified',
      actor_id: '7:2',
    });
  });

  it('count after a loss that was reopened, and the loss stays', async () => {
    expect(
      milestones.get(REOPENED_THEN_WON)?.filter((milestone) => !milestone.startsWith('reached')),
    ).toEqual(['created 0', 'lost 10', 'reopened 20', 'won 30']);
    expect(await dealOf(REOPENED_THEN_WON, 'outcome, reopenings::int, moves::int, loss_reason_id')).toEqual({
      outcome: 'won',
      reopenings: 1,
      moves: 3,
      loss_reason_id: null,
    });
  });

  it('do not count once undone, though the deal has reached won', async () => {
    expect(await eventsOf(WIN_UNDONE, 'won', '*')).toEqual([]);
    expect(
      await dealOf(
        WIN_UNDONE,
        'outcome, closed_at, sales_cycle_seconds, reached_won_at is not null as reached',
      ),
    ).toEqual({
      outcome: 'open',
      closed_at: null,
      sales_cycle_seconds: null,
      reached: true,
    });
    expect(await eventsOf(WIN_UNDONE, 'created', 'is_won')).toEqual([{ is_won: true }]);
  });

  it('stand at their last entry, with the owner of that moment', async () => {
    expect(milestones.get(WON_TWICE)?.filter((milestone) => milestone.startsWith('won'))).toEqual(['won 50']);
    expect(await eventsOf(WON_TWICE, 'won', 'owner_id')).toEqual([{ owner_id: '7:2' }]);
  });

  it('turned into losses are losses from won', async () => {
    expect(await eventsOf(LOST_FROM_WON, 'lost', 'lost_from_step, loss_reason_id')).toEqual([
      { lost_from_step: 'won', loss_reason_id: '7:901' },
    ]);
  });
});

describe('losses', () => {
  it('forget the reason that a reopened deal keeps by mistake', async () => {
    expect(await eventsOf(STALE_REASON, 'lost', 'loss_reason_id, lost_from_step')).toEqual([
      { loss_reason_id: null, lost_from_step: 'new' },
    ]);
    expect(await dealOf(STALE_REASON, 'loss_reason_id, closed_at')).toEqual({
      loss_reason_id: null,
      closed_at: null,
    });
  });

  it('of the past have the reason last seen while they stood', async () => {
    expect(await eventsOf(SEEN_REASON, 'lost', 'loss_reason_id')).toEqual([{ loss_reason_id: '7:901' }]);
  });

  it('of the past do not borrow the reason of an earlier one', async () => {
    expect(await eventsOf(REASON_OF_FIRST, 'lost', 'loss_reason_id')).toEqual([
      { loss_reason_id: '7:901' },
      { loss_reason_id: null },
    ]);
  });

  it('are told each time, with the step, the amount and the reason of that time', async () => {
    expect(await eventsOf(LOST_TWICE, 'lost', 'lost_from_step, amount, loss_reason_id')).toEqual([
      { lost_from_step: 'proposal', amount: '100.00', loss_reason_id: null },
      { lost_from_step: 'meeting', amount: '300.00', loss_reason_id: '7:902' },
    ]);
    expect(await dealOf(LOST_TWICE, 'lost_from_step, loss_reason_id')).toEqual({
      lost_from_step: 'meeting',
      loss_reason_id: '7:902',
    });
  });

  it('keep a reason that was deleted in the CRM nameable', async () => {
    expect(await crm.rows(`select name, is_known from marts.dim_loss_reasons order by crm_id`)).toEqual([
      { name: 'Too expensive', is_known: true },
      { name: 'Unknown reason 902', is_known: false },
    ]);
  });
});

describe('incoming leads', () => {
  it('are new leads as of their creation once accepted', () => {
    expect(milestones.get(ACCEPTED)).toEqual(['created 5', 'reached new 25']);
  });

  it('are none while they wait', async () => {
    expect(milestones.get(WAITING)).toEqual(['incoming 5']);
    expect(await dealOf(WAITING, 'is_incoming, is_open, outcome')).toEqual({
      is_incoming: true,
      is_open: true,
      outcome: 'open',
    });
  });

  it('are deleted when declined', () => {
    expect(milestones.get(DECLINED)).toEqual(['deleted 20']);
  });

  it('wait again when restored', () => {
    expect(milestones.get(DECLINED_RESTORED)).toEqual(['incoming 5']);
  });
});

describe('deleted deals', () => {
  it('leave nothing but their deletion, with who, when and how much', async () => {
    expect(milestones.get(DELETED)).toEqual(['deleted 30']);
    expect(await eventsOf(DELETED, 'deleted', 'actor_id, owner_id, amount, step')).toEqual([
      { actor_id: '7:3', owner_id: '7:1', amount: '55.00', step: 'won' },
    ]);
  });

  it('come back with their past when restored', async () => {
    expect(milestones.get(RESTORED)).toEqual(['created 0', 'reached new 0', 'reached contacted 10']);
    expect(await dealOf(RESTORED, 'is_deleted, deleted_at, deleted_by_id')).toEqual({
      is_deleted: false,
      deleted_at: null,
      deleted_by_id: null,
    });
  });
});

describe('amounts', () => {
  it('are those of the moment, and on the standing win those of now', async () => {
    expect(await eventsOf(PRICE_EDITS, 'created', 'amount')).toEqual([{ amount: '0.00' }]);
    expect(await eventsOf(PRICE_EDITS, 'reached', 'step, amount')).toEqual([
      { step: 'new', amount: '0.00' },
      { step: 'contacted', amount: '200.00' },
      { step: 'qualified', amount: '200.00' },
      { step: 'proposal', amount: '200.00' },
      { step: 'meeting', amount: '350.00' },
      { step: 'objection', amount: '350.00' },
      { step: 'agreement', amount: '350.00' },
      { step: 'won', amount: '350.00' },
    ]);
    expect(await eventsOf(PRICE_EDITS, 'won', 'amount')).toEqual([{ amount: '380.00' }]);
  });

  it('may be zero', async () => {
    expect(await eventsOf(FREE, 'won', 'amount')).toEqual([{ amount: '0.00' }]);
  });

  it('have kopecks where the account has them, and whole roubles before', async () => {
    expect(await eventsOf(KOPECKS, 'won', 'amount')).toEqual([{ amount: '1000.45' }]);
    expect(await eventsOf(KOPECKS, 'reached', 'step, amount')).toContainEqual({
      step: 'won',
      amount: '1000.45',
    });
    const prices = await crm.rows(
      `select price_no::int, amount, history_source from intermediate.int_deal_prices where deal_id = $1 order by 1`,
      [`7:${KOPECKS}`],
    );
    expect(prices).toEqual([
      { price_no: 1, amount: '0.00', history_source: 'event' },
      { price_no: 2, amount: '1000.00', history_source: 'event' },
    ]);
  });
});
