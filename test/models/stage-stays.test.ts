import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  START,
  createSmallCrm,
  deleted,
  lead,
  moved,
  restored,
  type RawRow,
  type SmallCrm,
} from './small-crm.ts';

/** Every deal of this file, by its number; times are minutes. */
const STRAIGHT = 1;
const SKIP = 2;
const BACK = 3;
const HANDED_OVER = 4;
const SAME_SECOND = 5;
const SAME_STAGE = 6;
const REPEATED = 7;
const GAP_SEEN = 8;
const GAP_UNSEEN = 9;
const TAIL_SEEN = 10;
const LEAD_BEHIND = 11;
const SILENT = 12;
const SILENT_MOVING = 13;
const SILENT_CLOSED = 14;
const UNKNOWN_STAGE = 15;
const DELETED = 16;
const RESTORED = 17;
const PURGED = 18;
const BACKDATED = 19;
const TAIL_CLOSED = 20;
const WITHIN = 21;
const NEVER_SEEN = 22;
const SAME_SECOND_TAIL = 23;
const DELETED_BEHIND = 24;
const TWO_GAPS = 25;
const EARLY_EVENT = 26;
const TWO_SEEN_GAPS = 27;
const HEAD_SEEN = 28;

const rows: readonly RawRow[] = [
  moved(STRAIGHT, 10, 20, 30),
  moved(STRAIGHT, 20, 30, 40),
  moved(STRAIGHT, 30, 40, 142),
  lead({ id: STRAIGHT, status: 142, updated: 30, closed: 30 }),

  moved(SKIP, 10, 20, 60),
  lead({ id: SKIP, status: 60, updated: 10 }),

  moved(BACK, 10, 20, 50),
  moved(BACK, 20, 50, 30),
  moved(BACK, 30, 30, 50),
  lead({ id: BACK, status: 50, updated: 30 }),

  moved(HANDED_OVER, 10, 20, '2:220'),
  moved(HANDED_OVER, 20, '2:220', '2:142'),
  lead({ id: HANDED_OVER, pipeline: 2, status: 142, updated: 20 }),

  // Told in the order of their ids, all within one second.
  moved(SAME_SECOND, 10, 20, 30),
  moved(SAME_SECOND, 10, 30, 40),
  moved(SAME_SECOND, 10, 40, 50),
  lead({ id: SAME_SECOND, status: 50, updated: 10 }),

  moved(SAME_STAGE, 10, 20, 20),
  moved(SAME_STAGE, 20, 20, 30),
  lead({ id: SAME_STAGE, status: 30, updated: 20 }),

  moved(REPEATED, 10, 20, 30),
  moved(REPEATED, 10, 20, 30),
  moved(REPEATED, 20, 30, 143),
  moved(REPEATED, 20, 30, 143),
  lead({ id: REPEATED, status: 143, updated: 20 }),

  // 20 → 30 at 10, then nobody told of 30 → 40 (seen at 15 and 17) → 50, then 50 → 60 at 20.
  moved(GAP_SEEN, 10, 20, 30),
  lead({ id: GAP_SEEN, status: 30, updated: 12 }, true),
  lead({ id: GAP_SEEN, status: 40, updated: 15 }, true),
  lead({ id: GAP_SEEN, status: 40, updated: 17 }, true),
  lead({ id: GAP_SEEN, status: 50, updated: 18 }, true),
  moved(GAP_SEEN, 20, 50, 60),
  lead({ id: GAP_SEEN, status: 60, updated: 20 }),

  moved(GAP_UNSEEN, 10, 20, 30),
  moved(GAP_UNSEEN, 20, 50, 60),
  lead({ id: GAP_UNSEEN, status: 60, updated: 20 }),

  moved(TAIL_SEEN, 10, 20, 30),
  lead({ id: TAIL_SEEN, status: 40, updated: 20 }, true),
  lead({ id: TAIL_SEEN, status: 50, updated: 30 }),

  // The event of minute 20 was read, the lead not yet again.
  moved(LEAD_BEHIND, 10, 20, 30),
  moved(LEAD_BEHIND, 20, 30, 40),
  lead({ id: LEAD_BEHIND, status: 30, updated: 10 }),

  lead({ id: SILENT, status: 30, created: 5, updated: 50 }),

  lead({ id: SILENT_MOVING, status: 20, created: 5, updated: 6 }, true),
  lead({ id: SILENT_MOVING, status: 30, created: 5, updated: 40 }, true),
  lead({ id: SILENT_MOVING, status: 40, created: 5, updated: 50 }),

  lead({ id: SILENT_CLOSED, status: 142, created: 5, updated: 90, closed: 60 }),

  moved(UNKNOWN_STAGE, 10, 20, 999),
  moved(UNKNOWN_STAGE, 20, 999, '8:1'),
  lead({ id: UNKNOWN_STAGE, pipeline: 8, status: 1, updated: 20 }),

  moved(DELETED, 10, 20, 30),
  deleted(DELETED, 40),
  lead({ id: DELETED, status: 30, updated: 10, deletedAt: 40 }),

  moved(RESTORED, 10, 20, 30),
  deleted(RESTORED, 20),
  restored(RESTORED, 30),
  moved(RESTORED, 40, 30, 40),
  lead({ id: RESTORED, status: 40, updated: 40 }),

  // Thrown out of the recycle bin before the first sync: no lead, only its events.
  moved(PURGED, 10, 20, 30),
  deleted(PURGED, 25),

  // An import wrote an old updated_at; the chain of events is whole, so it says what happened.
  moved(BACKDATED, 10, 20, 30),
  lead({ id: BACKDATED, status: 60, updated: 15 }, true),
  moved(BACKDATED, 20, 30, 40),
  lead({ id: BACKDATED, status: 40, updated: 20 }),

  moved(TAIL_CLOSED, 10, 20, 30),
  lead({ id: TAIL_CLOSED, status: 142, updated: 80, closed: 50 }),

  moved(WITHIN, 10, 20, 70),
  moved(WITHIN, 20, 70, 75),
  lead({ id: WITHIN, status: 75, updated: 20 }),

  // Deleted before the first sync, purged never: the list of deleted leads shows no content.
  {
    stream: 'leads',
    id: String(NEVER_SEEN),
    payload: { id: NEVER_SEEN, is_deleted: true, status_id: null, pipeline_id: null, price: null },
    updatedAt: 30,
    isDeleted: true,
    deletedAt: 30,
  },

  moved(SAME_SECOND_TAIL, 10, 20, 30),
  lead({ id: SAME_SECOND_TAIL, status: 40, updated: 10 }),

  // The last content was read before the last move; the deletion is dated later, which says nothing of the stage.
  moved(DELETED_BEHIND, 10, 20, 30),
  moved(DELETED_BEHIND, 20, 30, 40),
  deleted(DELETED_BEHIND, 40),
  lead({ id: DELETED_BEHIND, status: 30, updated: 10, deletedAt: 40 }),

  // Two gaps that begin in the same second.
  moved(TWO_GAPS, 10, 20, 30),
  moved(TWO_GAPS, 10, 40, 50),
  lead({ id: TWO_GAPS, status: 60, updated: 15 }, true),
  moved(TWO_GAPS, 20, 70, 142),
  lead({ id: TWO_GAPS, status: 142, updated: 20 }),

  moved(TWO_SEEN_GAPS, 10, 20, 30),
  lead({ id: TWO_SEEN_GAPS, status: 40, updated: 15 }, true),
  moved(TWO_SEEN_GAPS, 20, 50, 60),
  lead({ id: TWO_SEEN_GAPS, status: 40, updated: 25 }, true),
  moved(TWO_SEEN_GAPS, 30, 70, 142),
  lead({ id: TWO_SEEN_GAPS, status: 142, updated: 30 }),

  // Events reach back to minute 30 only.
  lead({ id: HEAD_SEEN, status: 20, updated: 5 }, true),
  lead({ id: HEAD_SEEN, status: 30, updated: 15 }, true),
  moved(HEAD_SEEN, 30, 40, 50),
  lead({ id: HEAD_SEEN, status: 50, updated: 30 }),

  // created_at can be written through the API, event times cannot.
  moved(EARLY_EVENT, 10, 20, 30),
  lead({ id: EARLY_EVENT, status: 30, created: 30, updated: 31 }),
];

let crm: SmallCrm;
let stays: Map<number, string[]>;
beforeAll(async () => {
  crm = await createSmallCrm();
  await crm.put(rows);
  await crm.build();
  const found = await crm.rows<{ deal: number; stay: string }>(
    `select split_part(deal_id, ':', 2)::int as deal,
       concat_ws(' ', regexp_replace(stage_id, '^7:(1:)?', ''), (extract(epoch from entered_at) - $1)::int / 60, exit,
         nullif(history_source, 'event'), case when is_reentry then 're-entry' end) as stay
     from marts.fct_deal_stage_stays
     order by deal_id, stay_no`,
    [START],
  );
  stays = new Map();
  for (const { deal, stay } of found) stays.set(deal, [...(stays.get(deal) ?? []), stay]);
});
afterAll(() => crm.drop());

describe('stays told by events', () => {
  it('follow a deal from its creation, in the stage the first event names, to where it is', () => {
    expect(stays.get(STRAIGHT)).toEqual([
      '20 0 advanced',
      '30 10 advanced',
      '40 20 won',
      '142 30 still_there',
    ]);
  });

  it('have no stay for a stage that was jumped over', () => {
    expect(stays.get(SKIP)).toEqual(['20 0 advanced', '60 10 still_there']);
  });

  it('mark going back, and coming in again', () => {
    expect(stays.get(BACK)).toEqual([
      '20 0 advanced',
      '50 10 moved_back',
      '30 20 advanced',
      '50 30 still_there re-entry',
    ]);
  });

  it('end handed over when the next stage is in another pipeline, and won by its 142', () => {
    expect(stays.get(HANDED_OVER)).toEqual(['20 0 handed_over', '2:220 10 won', '2:142 20 still_there']);
  });

  it('keep the order of event ids within a second', () => {
    expect(stays.get(SAME_SECOND)).toEqual([
      '20 0 advanced',
      '30 10 advanced',
      '40 10 advanced',
      '50 10 still_there',
    ]);
  });

  it('take moving to the same stage for no move', () => {
    expect(stays.get(SAME_STAGE)).toEqual(['20 0 advanced', '30 20 still_there']);
  });

  it('count a change told twice once', () => {
    expect(stays.get(REPEATED)).toEqual(['20 0 advanced', '30 10 lost', '143 20 still_there']);
  });

  it('tell a change of stage within a step from an advance', () => {
    expect(stays.get(WITHIN)).toEqual(['20 0 advanced', '70 10 moved_within', '75 20 still_there']);
  });

  it('survive stages and pipelines that no longer exist', () => {
    expect(stays.get(UNKNOWN_STAGE)).toEqual([
      '20 0 moved_within',
      '999 10 handed_over',
      '8:1 20 still_there',
    ]);
  });

  it('begin with the first event when the creation is dated after it', () => {
    expect(stays.get(EARLY_EVENT)).toEqual(['20 10 advanced', '30 10 still_there']);
  });
});

describe('stays completed from versions', () => {
  it('fill a gap between events with the stages seen in it, dated by the version that showed each first', () => {
    expect(stays.get(GAP_SEEN)).toEqual([
      '20 0 advanced',
      '30 10 advanced',
      '40 15 advanced version',
      '50 18 advanced version',
      '60 20 still_there',
    ]);
  });

  it('put a stage nobody saw right before the event that tells of it', () => {
    expect(stays.get(GAP_UNSEEN)).toEqual([
      '20 0 advanced',
      '30 10 advanced',
      '50 20 advanced assumed',
      '60 20 still_there',
    ]);
  });

  it('add the moves after the last event', () => {
    expect(stays.get(TAIL_SEEN)).toEqual([
      '20 0 advanced',
      '30 10 advanced',
      '40 20 advanced version',
      '50 30 still_there version',
    ]);
  });

  it('date a closing without an event by closed_at', () => {
    expect(stays.get(TAIL_CLOSED)).toEqual(['20 0 advanced', '30 10 won', '142 50 still_there version']);
  });

  it('see a move of the same second as the last event', () => {
    expect(stays.get(SAME_SECOND_TAIL)).toEqual([
      '20 0 advanced',
      '30 10 advanced',
      '40 10 still_there version',
    ]);
  });

  it('keep gaps of one second apart', () => {
    expect(stays.get(TWO_GAPS)).toEqual([
      '20 0 advanced',
      '30 10 advanced',
      '40 10 advanced assumed',
      '50 10 advanced',
      '60 15 advanced version',
      '70 20 won assumed',
      '142 20 still_there',
    ]);
  });

  it('look at what was seen in each gap on its own', () => {
    expect(stays.get(TWO_SEEN_GAPS)).toEqual([
      '20 0 advanced',
      '30 10 advanced',
      '40 15 advanced version',
      '50 20 advanced assumed',
      '60 20 moved_back',
      '40 25 advanced version re-entry',
      '70 30 won assumed',
      '142 30 still_there',
    ]);
  });

  it('tell what was seen before the first event', () => {
    expect(stays.get(HEAD_SEEN)).toEqual([
      '20 0 advanced assumed',
      '30 15 advanced version',
      '40 30 advanced assumed',
      '50 30 still_there',
    ]);
  });

  it('do not take a lead that was read before its last event for a move back', () => {
    expect(stays.get(LEAD_BEHIND)).toEqual(['20 0 advanced', '30 10 advanced', '40 20 still_there']);
  });

  it('do not overrule an unbroken chain of events', () => {
    expect(stays.get(BACKDATED)).toEqual(['20 0 advanced', '30 10 advanced', '40 20 still_there']);
  });

  it('assume the present stage since the creation when there is nothing else', () => {
    expect(stays.get(SILENT)).toEqual(['30 5 still_there assumed']);
  });

  it('follow the versions of a deal without events', () => {
    expect(stays.get(SILENT_MOVING)).toEqual([
      '20 5 advanced assumed',
      '30 40 advanced version',
      '40 50 still_there version',
    ]);
  });

  it("begin an imported closed deal in its pipeline's first working stage and close it at closed_at", () => {
    expect(stays.get(SILENT_CLOSED)).toEqual(['20 5 won assumed', '142 60 still_there version']);
  });
});

describe('stays of deleted deals', () => {
  it('are kept, the last one ended by the deletion', async () => {
    expect(stays.get(DELETED)).toEqual(['20 0 advanced', '30 10 deleted']);
    const kept = await crm.rows(
      `select is_deal_deleted, (extract(epoch from left_at) - $1)::int / 60 as left_at, calendar_seconds::int
       from marts.fct_deal_stage_stays where deal_id = $2 order by stay_no`,
      [START, `7:${DELETED}`],
    );
    expect(kept).toEqual([
      { is_deal_deleted: true, left_at: 10, calendar_seconds: 600 },
      { is_deal_deleted: true, left_at: 40, calendar_seconds: 1800 },
    ]);
  });

  it('go on when the deal is restored', () => {
    expect(stays.get(RESTORED)).toEqual(['20 0 advanced', '30 10 advanced', '40 40 still_there']);
  });

  it('are known from events alone when the deal was purged before the first sync', () => {
    expect(stays.get(PURGED)).toEqual(['20 10 advanced', '30 10 deleted']);
  });

  it('stand in an unknown stage when nothing of the deal was ever seen', () => {
    expect(stays.get(NEVER_SEEN)).toEqual(['0:0 30 deleted assumed']);
  });

  it('are not moved by the date of the deletion', () => {
    expect(stays.get(DELETED_BEHIND)).toEqual(['20 0 advanced', '30 10 advanced', '40 20 deleted']);
  });
});
