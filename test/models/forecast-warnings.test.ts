import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBuild } from '../../pipelines/transform/index.ts';
import { createSmallCrm, type SmallCrm } from './small-crm.ts';

const TODAY = '2025-10-10';
const WEEKS = 30;
/** The Monday so many weeks after 10 March; the 29th, 29 September, is the last week that is over. */
const monday = (index: number): string =>
  new Date(Date.UTC(2025, 2, 10 + 7 * index)).toISOString().slice(0, 10);

interface Week {
  readonly manager: string;
  readonly index: number;
  readonly actions: number;
  readonly proposals: number;
  readonly sold: number;
}

/**
 * Twelve managers do 20 actions and sell 100 a week. Ten of them do 5 in weeks 15 and 16, and sell 50 in weeks 18 to 21, but for the tenth,
 * who goes on. Anna sells nothing and does 5 in the last two weeks; Clara proposes once a week.
 */
const weeks: readonly Week[] = Array.from({ length: WEEKS }, (_, index) => [
  ...Array.from({ length: 12 }, (_unused, no) => ({
    manager: `9:${no + 1}`,
    index,
    actions: no < 10 && (index === 15 || index === 16) ? 5 : 20,
    proposals: 0,
    sold: no < 9 && index >= 18 && index <= 21 ? 50 : 100,
  })),
  { manager: '7:1', index, actions: index >= WEEKS - 2 ? 5 : 20, proposals: 0, sold: 0 },
  { manager: '7:3', index, actions: 20, proposals: 1, sold: 0 },
]).flat();

let crm: SmallCrm;
beforeAll(async () => {
  crm = await createSmallCrm();
  const options = { url: crm.url, projectDir: 'sql', vars: { today: TODAY } };
  await runBuild(options);
  await crm.pool.query(
    `insert into intermediate.int_manager_weeks (manager_id, week, working_days, actions, calls, proposals, won_amount)
     select manager, week, 5, actions, 0, proposals, sold
     from jsonb_to_recordset($1) as weeks (manager text, week date, actions bigint, proposals bigint, sold numeric)`,
    [JSON.stringify(weeks.map((week) => ({ ...week, week: monday(week.index) })))],
  );
  const select = 'int_early_signals fct_early_warning_effects fct_early_warnings';
  await runBuild({ ...options, select, full: true });
}, 300_000);
afterAll(() => crm.drop());

/** Told again week by week: sales in four weeks from so many weeks after each, against a third of the twelve before. */
function effectOf(lead: number): { cases: number; after: number; expected: number } {
  const sellers = Array.from({ length: 12 }, (_, no) =>
    weeks.filter(({ manager }) => manager === `9:${no + 1}`),
  );
  const sum = (own: readonly Week[], from: number, to: number): number =>
    own.slice(from, to + 1).reduce((total, { sold }) => total + sold, 0);
  const otherwise = { after: 0, usual: 0 };
  const cases = { count: 0, after: 0, usual: 0 };
  sellers.forEach((own, no) => {
    for (let index = 11; index + lead + 3 < WEEKS; index += 1) {
      const after = sum(own, index + lead, index + lead + 3);
      const usual = sum(own, index - 11, index) / 3;
      // 25 of 40, 10 of 40, and 25 of 36 in two weeks: of the three weeks the first is the case.
      if (no < 10 && index === 15) {
        cases.count += 1;
        cases.after += after;
        cases.usual += usual;
      } else if (!(no < 10 && (index === 16 || index === 17))) {
        otherwise.after += after;
        otherwise.usual += usual;
      }
    }
  });
  return {
    cases: cases.count,
    after: cases.after,
    expected: (cases.usual * otherwise.after) / otherwise.usual,
  };
}

describe('what a drop has meant before', () => {
  it('is what was sold after it against what weeks without a drop would have given', async () => {
    const found = await crm.rows(
      `select lead_weeks, cases::int, amount_after::float8 as after, amount_expected::float8 as expected, sales_drop::float8
       from marts.fct_early_warning_effects where indicator = 'actions' order by 1`,
    );
    expect(found).toEqual(
      [1, 3, 5].map((lead) => {
        const { cases, after, expected } = effectOf(lead);
        return {
          lead_weeks: lead,
          cases,
          after,
          expected: expect.closeTo(expected, 1),
          sales_drop: expect.closeTo(1 - after / expected, 3),
        };
      }),
    );
    expect(effectOf(3)).toMatchObject({ cases: 10, after: 9 * 200 + 400 });
  });

  it('is said with an interval, at the lead where it was largest', async () => {
    const { after, expected } = effectOf(3);
    // Nine cases lie 20 below their mean of 220, one 180 above.
    const error = Math.sqrt(9 * 20 ** 2 + 180 ** 2) / expected;
    const drop = 1 - after / expected;
    expect(
      await crm.rows(
        `select lead_time_weeks as lead, cases_before::int as cases, sales_drop_before::float8 as drop,
           sales_drop_before_low::float8 as low, sales_drop_before_high::float8 as high
         from marts.fct_early_warnings where manager_id = '7:1' and indicator = 'actions'`,
      ),
    ).toEqual([
      {
        lead: 3,
        cases: 10,
        drop: expect.closeTo(drop, 3),
        low: expect.closeTo(drop - 1.2816 * error, 3),
        high: expect.closeTo(drop + 1.2816 * error, 3),
      },
    ]);
  });

  it('is not said of an indicator that fell less than ten times', async () => {
    expect(
      await crm.rows(
        `select distinct indicator, sales_drop_before, lead_time_weeks, cases_before::int from marts.fct_early_warnings
         where indicator <> 'actions' order by 1`,
      ),
    ).toEqual([
      { indicator: 'calls', sales_drop_before: null, lead_time_weeks: null, cases_before: 0 },
      { indicator: 'proposals', sales_drop_before: null, lead_time_weeks: null, cases_before: 0 },
    ]);
  });
});

it('a manager is warned of by the last two weeks against the eight before; too few to judge is null, not a drop', async () => {
  expect(
    await crm.rows(
      `select manager_id, indicator, drop_rate::float8, is_fallen from marts.fct_early_warnings
       where indicator <> 'calls' order by 1, 2`,
    ),
  ).toEqual([
    { manager_id: '7:1', indicator: 'actions', drop_rate: 0.75, is_fallen: true },
    { manager_id: '7:1', indicator: 'proposals', drop_rate: null, is_fallen: false },
    { manager_id: '7:3', indicator: 'actions', drop_rate: 0, is_fallen: false },
    { manager_id: '7:3', indicator: 'proposals', drop_rate: null, is_fallen: false },
  ]);
});
