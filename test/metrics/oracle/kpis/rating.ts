import { REGULATION } from '../regulation.ts';
import { grouped } from '../story/grouped.ts';
import type { Story } from '../story/story.ts';
import { plans } from './books.ts';
import { months } from './clients.ts';
import { atWork, factsOf } from './days.ts';
import { wins } from './deals.ts';
import type { Fact, Kpi } from './kpi.ts';

function points(story: Story): Fact[] {
  return Object.entries(REGULATION.rating_points).flatMap(([id, each]) =>
    factsOf(id, story).map((fact) => ({ ...fact, value: (fact.value ?? 1) * each, by: null })),
  );
}

/** Of everybody who was at work in the month: one more than those who have more points in it. */
function places(story: Story): Fact[] {
  const earned = grouped(points(story), ({ at, manager }) => `${story.monthOf(at)} ${manager}`);
  const sums = atWork(story).flatMap(({ manager, first, last }) =>
    months(first, last).map((month) => ({
      month,
      manager,
      sum: (earned.get(`${month} ${manager}`) ?? []).reduce((total, { value = 0 }) => total + value, 0),
    })),
  );
  return sums.map(({ month, manager, sum }) => ({
    at: story.startOf(`${month}-01`),
    manager,
    by: null,
    value: 1 + sums.filter((other) => other.month === month && other.sum > sum).length,
  }));
}

/** Of each month with a plan the amount of the highest tier reached, and its share of what was won. */
function bonuses(story: Story): Fact[] {
  const won = grouped(wins(story), ({ deal, at }) => `${story.monthOf(at)} ${deal.ownerAt(at)}`);
  return plans(story).flatMap(({ month, manager, amount }) => {
    if (amount === null) return [];
    const fact = (won.get(`${month} ${manager}`) ?? []).reduce((sum, { deal }) => sum + deal.price, 0);
    const tier = REGULATION.bonus.findLast(({ from }) => fact / amount >= from);
    const value = tier === undefined ? 0 : tier.amount + ('rate' in tier ? tier.rate * fact : 0);
    return [{ at: story.startOf(`${month}-01`), manager, value, by: null }];
  });
}

/** F. Rating and bonus; `competition` is null for the rating that always runs. */
export const RATING: readonly Kpi[] = [
  {
    id: 'rating_points',
    measure: 'leaderboard.rating_points',
    as: 'sum',
    by: 'competition',
    isSomebodys: true,
    facts: points,
  },
  {
    id: 'rating_place',
    measure: 'leaderboard.rating_place',
    as: 'average',
    by: 'competition',
    levels: ['month and manager'],
    facts: places,
  },
  { id: 'bonus', measure: 'leaderboard.bonus', as: 'sum or null', by: 'competition', facts: bonuses },
];
