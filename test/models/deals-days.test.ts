import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFIG, START, createSmallCrm, lead, moved, type SmallCrm } from './small-crm.ts';

/** Berlin: UTC+1, and UTC+2 from 30 March 2025, 2:00, when the clock is put forward an hour. */
const minute = (moment: string): number => (Date.parse(moment) / 1_000 - START) / 60;

let crm: SmallCrm;
beforeAll(async () => {
  crm = await createSmallCrm({ ...CONFIG, settings: { ...CONFIG.settings, timeZone: 'Europe/Berlin' } });
  await crm.put([
    // Friday 17:00 in winter to Monday 10:00 in summer.
    moved(1, minute('2025-03-31T08:00:00Z'), 20, 30),
    lead({
      id: 1,
      status: 30,
      created: minute('2025-03-28T16:00:00Z'),
      updated: minute('2025-03-31T08:00:00Z'),
    }),
    // The last second before the short day, its first and its last, and the first of the day after it.
    ...['2025-03-29T22:59:59Z', '2025-03-29T23:00:00Z', '2025-03-30T21:59:59Z', '2025-03-30T22:00:00Z'].map(
      (created, index) => lead({ id: 2 + index, status: 20, owner: 2, created: minute(created) }),
    ),
    // The last second of a leap day, which is the end of its month, too.
    lead({ id: 6, status: 20, owner: 3, created: minute('2024-02-29T22:59:59Z') }),
    lead({ id: 7, status: 20, owner: 3, created: minute('2024-02-29T23:00:00Z') }),
  ]);
  await crm.build();
});
afterAll(() => crm.drop());

const comings = async (owner: number): Promise<unknown> =>
  Object.fromEntries(
    (
      await crm.rows<{ day: string; deals: number }>(
        `select day::text, deals_created::int as deals from marts.fct_deal_daily
         where owner_id = '7:' || $1 and deals_created > 0 order by day`,
        [owner],
      )
    ).map(({ day, deals }) => [day, deals]),
  );

describe('a day of the pipeline', () => {
  it('is a day in the account’s zone, on the day the clock changes, too', async () => {
    expect(await comings(2)).toEqual({ '2025-03-29': 1, '2025-03-30': 2, '2025-03-31': 1 });
  });

  it('may be the 29th of February', async () => {
    expect(await comings(3)).toEqual({ '2024-02-29': 1, '2024-03-01': 1 });
  });

  it('begins at midnight, 23 hours before the next one when the clock is put forward', async () => {
    const days = await crm.rows(
      `select day::text, extract(epoch from lead(occurred_at) over (order by day) - occurred_at)::int / 3600 as hours
       from marts.fct_deal_daily where owner_id = '7:1' and day <= '2025-04-01' order by day limit 4`,
    );
    expect(days).toEqual([
      { day: '2025-03-28', hours: 24 },
      { day: '2025-03-29', hours: 24 },
      { day: '2025-03-30', hours: 23 },
      { day: '2025-03-31', hours: 24 },
    ]);
  });
});

describe('a stay over the night the clock is put forward', () => {
  it('is an hour shorter on the calendar and the same in business time', async () => {
    const [stay] = await crm.rows(
      `select calendar_seconds::int / 3600 as calendar, business_seconds::int / 3600 as business
       from marts.fct_deal_stage_stays where deal_id = '7:1' and stay_no = 1`,
    );
    expect(stay).toEqual({ calendar: 64, business: 2 });
  });
});
