import {
  ACCOUNT,
  BASICS,
  CONFIG,
  START,
  createSmallCrm,
  deleted,
  event,
  lead,
  moved,
  reassigned,
  type RawRow,
  type SmallCrm,
} from '../models/small-crm.ts';
import type { TransformConfig } from '../../pipelines/transform/index.ts';

/**
 * A dozen deals whose KPIs can be worked out on paper. Moments are minutes from Monday 3 March 2025, 9:00 in Moscow; the company works
 * from nine to six, Monday to Friday. Anna is 1, Boris 2, Clara 3; Anna put down every lead, each is worth 100.
 *
 * | deal | owners | what happened |
 * |---|---|---|
 * | 1 | Boris; at 100 Clara; at 220 Anna; at 300 Boris | contacted 20 (Anna moved it), qualified 60 (Boris), proposal 120, objection 180, lost 240; chat out by Boris 200, by Clara 210, chat in 205; company 501 |
 * | 2 | Anna | created 1440, lost from new 1500; company 501 |
 * | 3 | Anna | created 2000 in incoming with a chat message, answered by Clara 2005, taken out by a robot 2010, qualified 3300 |
 * | 4 | Clara; at 5000 Anna | proposal 30, won 90 |
 * | 5 | Boris | created on 31 March 23:59:59; reached an hour ago |
 * | 6 | Boris | created on 1 April 0:00:00; a task done |
 * | 7 | Anna; at 1000 Boris | proposal 10, there since; a task to do |
 * | 8 | Boris | proposal 10, agreement 1450, there since |
 * | 9 | Anna | deleted 100 by Clara |
 * | 10 | Anna | created half an hour ago |
 * | 11 | Boris | lost from contacted 50 (moved 10), reopened 100 days later, lost again, reopened a day after that; in contacted since |
 */
export const DAY = 1_440;
const MONTH_END = 28 * DAY + 900;
const SECOND = 1 / 60;

export const LIFE_CONFIG: TransformConfig = {
  ...CONFIG,
  stageSteps: CONFIG.stageSteps.map((one) => (one.stage === '60' ? { ...one, step: 'objection' } : one)),
  regulation: {
    idleDays: 14,
    returnDays: 90,
    stageLimits: [
      { stage: 'Offer', businessSeconds: 4 * 3_600 },
      // Any other stage may be stayed in for ten years of working days, whatever year this test runs in.
      { step: 'new', businessSeconds: 10 * 250 * 32_400 },
    ],
  },
};

const account: RawRow = {
  ...BASICS[0]!,
  payload: { ...BASICS[0]!.payload, subdomain: 'small' },
};

const chat = (deal: number, minute: number, by: number): RawRow =>
  event(by === 0 ? 'incoming_chat_message' : 'outgoing_chat_message', deal, minute, { by });

function task(id: number, deal: number, isDone: boolean): RawRow {
  return {
    stream: 'tasks',
    id: String(id),
    updatedAt: 50,
    payload: {
      id,
      entity_type: 'leads',
      entity_id: deal,
      task_type_id: 1,
      responsible_user_id: 2,
      created_by: 2,
      is_completed: isDone,
      created_at: START,
      updated_at: START + 3_000,
      complete_till: START + 6_000,
    },
  };
}

function life(now: number): readonly RawRow[] {
  return [
    moved(1, 20, 20, 30, { by: 1 }),
    moved(1, 60, 30, 40, { by: 2 }),
    reassigned(1, 100, 2, 3),
    moved(1, 120, 40, 50, { by: 3 }),
    moved(1, 180, 50, 60, { by: 3 }),
    chat(1, 200, 2),
    chat(1, 205, 0),
    chat(1, 210, 3),
    reassigned(1, 220, 3, 1),
    moved(1, 240, 60, 143),
    reassigned(1, 300, 1, 2),
    lead({ id: 1, status: 143, owner: 2, updated: 300, closed: 240, reason: 901, company: 501 }),

    moved(2, 1_500, 20, 143),
    lead({ id: 2, status: 143, created: DAY, updated: 1_500, closed: 1_500, company: 501 }),

    chat(3, 2_000, 0),
    chat(3, 2_005, 3),
    moved(3, 2_010, 10, 20, { by: 0 }),
    moved(3, 3_300, 20, 40),
    lead({ id: 3, status: 40, created: 2_000, updated: 3_300 }),

    moved(4, 30, 20, 50, { by: 3 }),
    moved(4, 90, 50, 142, { by: 3 }),
    reassigned(4, 5_000, 3, 1),
    lead({ id: 4, status: 142, owner: 1, updated: 5_000, closed: 90 }),

    chat(5, now - 60, 2),
    lead({ id: 5, status: 20, owner: 2, created: MONTH_END - SECOND }),
    lead({ id: 6, status: 20, owner: 2, created: MONTH_END }),
    task(61, 6, true),

    moved(7, 10, 20, 50, { by: 1 }),
    reassigned(7, 1_000, 1, 2),
    lead({ id: 7, status: 50, owner: 2, updated: 1_000 }),
    task(71, 7, false),

    moved(8, 10, 20, 50, { by: 2 }),
    moved(8, 1_450, 50, 70, { by: 2 }),
    lead({ id: 8, status: 70, owner: 2, updated: 1_450 }),

    deleted(9, 100, 3),
    lead({ id: 9, status: 20, deletedAt: 100 }),

    lead({ id: 10, status: 20, created: now - 30 }),

    moved(11, 10, 20, 30, { by: 2 }),
    moved(11, 50, 30, 143, { by: 2 }),
    moved(11, 50 + 100 * DAY, 143, 30, { by: 2 }),
    moved(11, 60 + 100 * DAY, 30, 143, { by: 2 }),
    moved(11, 60 + 101 * DAY, 143, 30, { by: 2 }),
    lead({ id: 11, status: 30, owner: 2, updated: 60 + 101 * DAY }),
  ];
}

/** The deals, read and built. */
export async function liveDeals(): Promise<SmallCrm> {
  const crm = await createSmallCrm(LIFE_CONFIG, [account, ...BASICS.slice(1)]);
  await crm.put(life(Math.floor((Date.now() / 1_000 - START) / 60)));
  await crm.build();
  return crm;
}

export const dealId = (deal: number): string => `${ACCOUNT}:${deal}`;
