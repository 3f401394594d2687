import { expect, it } from 'vitest';
import type { WholeWay } from '../harness/whole-way.ts';

/** Each number of the scorecard and the view it comes from; the same id in both. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  funnel: [
    'leads_new',
    'proposals_sent',
    'proposals_amount',
    'deals_won',
    'won_amount',
    'deals_lost',
    'avg_check',
  ],
  calls: ['calls_out', 'calls_in', 'calls_answered', 'calls_missed', 'talk_time'],
  correspondence: ['emails_sent', 'emails_received'],
  meetings: ['meetings_held', 'presentations_held'],
  tasks: ['tasks_done', 'tasks_overdue'],
  activities: ['crm_actions'],
  clients: ['new_clients'],
};

/** What the points and the bonus of the test's configuration are made of. */
export const REGULATION = {
  norms: [{ calls: 5, meetings: 0.2 }, { call_hours: 0.5 }],
  rating_points: { calls_answered: 1, meetings_held: 7, deals_won: 50, deals_lost: -3 },
  bonus: [
    { from: 0.5, amount: 1_000 },
    { from: 1, rate: 0.02 },
  ],
} as const;

type Row = Readonly<Record<string, unknown>>;
type Table = ReadonlyMap<string, Readonly<Record<string, number | null>>>;

/** Registers the tests; `way` has the whole company read and built under REGULATION. */
export function scorecardAgrees(way: () => WholeWay): void {
  const ask = async (
    view: string,
    ids: readonly string[],
    by: 'manager' | 'nobody',
    time: object,
  ): Promise<Table> => {
    const rows = await way().ask({
      measures: ids.map((id) => `${view}.${id}`),
      dimensions: by === 'manager' ? [`${view}.manager_id`] : [],
      timeDimensions: [{ dimension: `${view}.date`, ...time }],
      limit: 50_000,
    });
    const number = (value: unknown): number | null =>
      value === null || value === undefined ? null : Number(value);
    const cell = (row: Row): string =>
      [
        row[`${view}.manager_id`] ?? '',
        ...Object.entries(row)
          .filter(([key]) => /\.date\.\w+$/.test(key))
          .map(([, at]) => at),
      ].join(' ');
    return new Map(
      rows.map((row) => [cell(row), Object.fromEntries(ids.map((id) => [id, number(row[`${view}.${id}`])]))]),
    );
  };

  it.each([
    ['by manager and month', 'manager', { granularity: 'month' }],
    ['by manager and day', 'manager', { granularity: 'day', dateRange: ['2026-01-20', '2026-02-10'] }],
    ['by manager in any days', 'manager', { dateRange: ['2025-11-19', '2026-02-03'] }],
    ['in all, by week', 'nobody', { granularity: 'week' }],
  ] as const)(
    'the scorecard says what the views say that its numbers come from, %s',
    async (_name, by, time) => {
      const ids = Object.values(SOURCES).flat();
      const scorecard = await ask('scorecard', ids, by, time);
      const differences: string[] = [];
      let compared = 0;
      for (const [view, own] of Object.entries(SOURCES)) {
        const told = await ask(view, own, by, time);
        for (const cell of new Set([...scorecard.keys(), ...told.keys()])) {
          for (const id of own) {
            const [here, there] = [scorecard.get(cell)?.[id] ?? 0, told.get(cell)?.[id] ?? 0];
            compared += here === 0 ? 0 : 1;
            if (Math.abs(here - there) > 1e-6 * Math.abs(there))
              differences.push(`${id} ${cell}: ${here}, ${view} ${there}`);
          }
        }
      }
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(100);
    },
  );

  it('beside a manager’s own rows stands what the team’s average manager at work did', async () => {
    const days = { granularity: 'day', dateRange: ['2025-12-01', '2025-12-31'] };
    const rows = await way().ask({
      measures: [
        'scorecard.calls_out',
        'scorecard.won_amount',
        'scorecard.deals_won',
        'scorecard.managers_at_work',
      ],
      dimensions: ['scorecard.manager_id', 'scorecard.team_id'],
      timeDimensions: [{ dimension: 'scorecard.date', ...days }],
      limit: 50_000,
    });
    const atWork = rows.filter((row) => Number(row['scorecard.managers_at_work']) === 1);
    const manager = atWork.find((row) => Number(row['scorecard.calls_out']) > 0)?.[
      'scorecard.manager_id'
    ] as string;
    const own = atWork.filter((row) => row['scorecard.manager_id'] === manager);
    let [calls, won, deals] = [0, 0, 0];
    for (const row of own) {
      const team = atWork.filter(
        (other) =>
          other['scorecard.team_id'] === row['scorecard.team_id'] &&
          other['scorecard.date.day'] === row['scorecard.date.day'],
      );
      const sum = (id: string): number => team.reduce((all, one) => all + Number(one[`scorecard.${id}`]), 0);
      calls += sum('calls_out') / team.length;
      won += sum('won_amount') / team.length;
      deals += sum('deals_won') / team.length;
    }
    const [told] = await way().ask(
      {
        measures: ['calls_out', 'won_amount', 'avg_check'].map((id) => `scorecard.${id}_team_average`),
        timeDimensions: [{ dimension: 'scorecard.date', dateRange: days.dateRange }],
      },
      { role: 'manager', managers: [manager] },
    );
    expect(Number(told?.['scorecard.calls_out_team_average'])).toBeCloseTo(calls, 6);
    expect(Number(told?.['scorecard.won_amount_team_average'])).toBeCloseTo(won, 2);
    expect(Number(told?.['scorecard.avg_check_team_average'])).toBeCloseTo(won / deals, 2);
    expect(calls).toBeGreaterThan(0);
  });

  it('points, places and bonus follow from the numbers of the scorecard and the plan', async () => {
    const month = { granularity: 'month' };
    const earned = await ask('scorecard', Object.keys(REGULATION.rating_points), 'manager', month);
    const plans = await ask('plan_fact', ['plan_amount', 'fact_amount', 'plan_execution'], 'manager', month);
    const board = await ask(
      'leaderboard',
      ['rating_points', 'rating_place', 'bonus', 'plan_execution'],
      'manager',
      month,
    );
    const points = new Map<string, number>();
    for (const [cell, numbers] of board) {
      if (cell.startsWith(' ')) continue;
      const wanted = Object.entries(REGULATION.rating_points).reduce(
        (sum, [id, price]) => sum + price * (earned.get(cell)?.[id] ?? 0),
        0,
      );
      expect(numbers['rating_points'], cell).toBeCloseTo(wanted, 4);
      if (numbers['rating_place'] !== null) points.set(cell, wanted);
      const plan = plans.get(cell);
      expect(numbers['plan_execution'], cell).toEqual(plan?.['plan_execution'] ?? null);
      const [given, fact] = [plan?.['plan_amount'] ?? 0, plan?.['fact_amount'] ?? 0];
      const bonus = fact >= given ? 0.02 * fact : fact >= given / 2 ? 1_000 : 0;
      if (given > 0) expect(numbers['bonus'], cell).toBeCloseTo(bonus, 1);
      else expect(numbers['bonus'], cell).toBeNull();
    }
    const monthOf = (cell: string): string => cell.slice(cell.indexOf(' '));
    for (const [cell, own] of points) {
      const better = [...points].filter(
        ([other, theirs]) => monthOf(other) === monthOf(cell) && theirs > own,
      ).length;
      expect(board.get(cell)?.['rating_place'], cell).toBe(better + 1);
    }
    expect(points.size).toBeGreaterThan(50);
  });
}
