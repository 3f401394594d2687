import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createSmallCrm,
  deleted,
  lead,
  moved,
  reassigned,
  repriced,
  type RawRow,
  type SmallCrm,
} from './small-crm.ts';

/**
 * Moments count from 3 March 2025, 9:00 in Moscow. Of the deals:
 *
 * | deal | what happened |
 * |---|---|
 * | LIVELY | 3 March 9:00, Anna, 100; raised to 150 on the 5th; to Boris on the 6th; lowered to 120 on the 7th; won that day at 23:59:59 |
 * | BACK | in incoming from 3 March, 40, Anna; taken out on 5 March at 0:00; lost on 31 March at 23:59:59; reopened on 10 April |
 * | PARTNERS | 3 March, Clara, 70; to the other pipeline on the 5th |
 * | GONE | 3 March, Anna, 999; deleted on the 4th |
 * | QUICK | 3 March, Anna, 10; won within the hour |
 */
const LIVELY = 1;
const BACK = 2;
const PARTNERS = 3;
const GONE = 4;
const QUICK = 5;

const DAY = 1_440;
const MIDNIGHT = 900;
const SECOND = 1 / 60;

const rows: readonly RawRow[] = [
  repriced(LIVELY, 2 * DAY, 100, 150),
  reassigned(LIVELY, 3 * DAY, 1, 2),
  repriced(LIVELY, 4 * DAY, 150, 120),
  moved(LIVELY, 4 * DAY + MIDNIGHT - SECOND, 20, 142),
  lead({ id: LIVELY, status: 142, price: 120, owner: 2, updated: 5 * DAY }),

  moved(BACK, DAY + MIDNIGHT, 10, 20),
  moved(BACK, 28 * DAY + MIDNIGHT - SECOND, 20, 143),
  moved(BACK, 38 * DAY, 143, 30),
  lead({ id: BACK, status: 30, price: 40, created: 10, updated: 38 * DAY }),

  moved(PARTNERS, 2 * DAY, 20, '2:210'),
  lead({ id: PARTNERS, pipeline: 2, status: 210, price: 70, owner: 3, updated: 2 * DAY }),

  deleted(GONE, DAY),
  lead({ id: GONE, status: 20, price: 999, deletedAt: DAY }),

  moved(QUICK, 60, 20, 142),
  lead({ id: QUICK, status: 142, price: 10, created: 5, updated: 60 }),
];

let crm: SmallCrm;
beforeAll(async () => {
  crm = await createSmallCrm();
  await crm.put(rows);
  await crm.build();
});
afterAll(() => crm.drop());

/** `day: opening, what happened, closing (deals)` of an owner's days with moves up to 10 April. */
async function days(owner: number, pipeline: number): Promise<string[]> {
  const found = await crm.rows<{ line: string }>(
    `select to_char(day, 'DD.MM') || ': ' || concat_ws(' ', opening_amount::int,
       case when created_amount <> 0 then 'created ' || created_amount::int end,
       case when reopened_amount <> 0 then 'reopened ' || reopened_amount::int end,
       case when raised_amount <> 0 then 'raised ' || raised_amount::int end,
       case when lowered_amount <> 0 then 'lowered ' || lowered_amount::int end,
       case when won_amount <> 0 then 'won ' || won_amount::int end,
       case when lost_amount <> 0 then 'lost ' || lost_amount::int end,
       case when handed_amount <> 0 then 'handed ' || handed_amount::int end,
       '= ' || closing_amount::int || ' (' || deals_closing || ')') as line
     from marts.fct_deal_daily
     where owner_id = '7:' || $1 and pipeline_id = '7:' || $2 and day <= '2025-04-10'
       and (opening_amount <> closing_amount or deals_created + deals_won + deals_lost + abs(deals_handed) > 0)
     order by day`,
    [owner, pipeline],
  );
  return found.map(({ line }) => line);
}

describe('the pipeline of a day', () => {
  it('opens with what the day before closed with, and says what made the difference', async () => {
    expect(await days(1, 1)).toEqual([
      '03.03: 0 created 110 won 10 = 100 (1)',
      '05.03: 100 created 40 raised 50 = 190 (2)',
      '06.03: 190 handed -150 = 40 (1)',
      '31.03: 40 lost 40 = 0 (0)',
      '10.04: 0 created 40 reopened 40 = 40 (1)',
    ]);
  });

  it('goes to the new owner with the deal, and the last second of a day is of that day', async () => {
    expect(await days(2, 1)).toEqual([
      '06.03: 0 handed 150 = 150 (1)',
      '07.03: 150 lowered 30 won 120 = 0 (0)',
    ]);
  });

  it('leaves one pipeline and enters the other', async () => {
    expect(await days(3, 1)).toEqual(['03.03: 0 created 70 = 70 (1)', '05.03: 70 handed -70 = 0 (0)']);
    expect(await days(3, 2)).toEqual(['05.03: 0 handed 70 = 70 (1)']);
  });

  it('has a row for every day with open deals, quiet ones too, and none without', async () => {
    const [counted] = await crm.rows(
      `select count(*) filter (where day < '2025-04-01')::int as march,
         count(*) filter (where day between '2025-04-01' and '2025-04-09')::int as closed,
         max(day) = (now() at time zone 'Europe/Moscow')::date as reaches_today
       from marts.fct_deal_daily where owner_id = '7:1' and pipeline_id = '7:1'`,
    );
    expect(counted).toEqual({ march: 29, closed: 0, reaches_today: true });
  });

  it('knows nothing of a deal that was deleted', async () => {
    expect(
      await crm.rows(`select kind from intermediate.int_pipeline_moves where deal_id = $1`, [`7:${GONE}`]),
    ).toEqual([{ kind: 'none' }]);
  });

  it('is rewritten when a deal of the past changes', async () => {
    await crm.put([
      deleted(LIVELY, 50 * DAY),
      lead({ id: LIVELY, status: 142, price: 120, owner: 2, deletedAt: 50 * DAY }),
    ]);
    await crm.build();
    expect(await days(2, 1)).toEqual([]);
    expect((await days(1, 1)).slice(0, 2)).toEqual([
      '03.03: 0 created 10 won 10 = 0 (0)',
      '05.03: 0 created 40 = 40 (1)',
    ]);
  });
});
