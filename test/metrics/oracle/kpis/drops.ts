import type { Story } from '../story/story.ts';
import { grouped } from '../story/grouped.ts';
import { atWork } from './days.ts';
import { wins } from './deals.ts';
import type { Fact } from './kpi.ts';

/** A week of a manager with something to do in it. */
interface Week {
  readonly workingDays: number;
  readonly done: number;
  readonly sold: number;
}

/** What the drops of an indicator have meant. */
export interface Effect {
  readonly leadWeeks: number;
  readonly cases: number;
  readonly drop: number;
  readonly low: number;
  readonly high: number;
}

const LEADS = [1, 3, 5] as const;
/** Fewer tell nothing. */
const ENOUGH = 10;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** The weeks of every manager at work that are over, oldest first. `weekOf` gives the Monday of a day. */
function weeksOf(story: Story, facts: readonly Fact[], weekOf: (day: string) => string): Week[][] {
  const thisWeek = weekOf(story.dayOf(story.now));
  const key = (manager: string | null, at: number): string => `${manager} ${weekOf(story.dayOf(at))}`;
  const done = grouped(facts, ({ manager, at }) => key(manager, at));
  const sold = grouped(wins(story), ({ deal, at }) => key(deal.ownerAt(at), at));
  return atWork(story).map(({ manager, days }) =>
    [...grouped(days, weekOf)]
      .filter(([week]) => week < thisWeek)
      .map(([week, own]) => ({
        workingDays: own.length,
        done: done.get(`${manager} ${week}`)?.length ?? 0,
        sold: sum((sold.get(`${manager} ${week}`) ?? []).map(({ deal }) => deal.price)),
      })),
  );
}

/**
 * What managers sold in four weeks that began so many weeks after the first week of a drop, against their own twelve weeks before and the
 * same of weeks without a drop: where they sold least. Null of fewer than ten drops.
 */
export function effectOf(
  story: Story,
  facts: readonly Fact[],
  weekOf: (day: string) => string,
): Effect | null {
  const managers = weeksOf(story, facts, weekOf);
  const effects = LEADS.flatMap((leadWeeks): Effect[] => {
    const looks = managers.flatMap((weeks) => {
      const isFallen = weeks.map((_, index) => hasFallen(weeks, index));
      return weeks.flatMap((_, index) => {
        const before = weeks.slice(Math.max(0, index - 11), index + 1);
        const after = weeks.slice(index + leadWeeks, index + leadWeeks + 4);
        if (isFallen[index] === undefined || before.length < 12 || after.length < 4) return [];
        const soldBefore = sum(before.map(({ sold }) => sold));
        const usual = (soldBefore * days(after)) / days(before);
        if (usual === 0) return [];
        const isFirst = isFallen[index] === true && isFallen[index - 1] !== true;
        return [{ isFallen: isFallen[index], isFirst, usual, after: sum(after.map(({ sold }) => sold)) }];
      });
    });
    const others = looks.filter((look) => look.isFallen === false);
    const cases = looks.filter(({ isFirst }) => isFirst);
    if (others.length === 0 || cases.length < ENOUGH) return [];
    const otherwise = sum(others.map(({ after }) => after)) / sum(others.map(({ usual }) => usual));
    const expected = sum(cases.map(({ usual }) => usual * otherwise));
    const errors = cases.map(({ after, usual }) => after - usual * otherwise);
    const spread = Math.sqrt(sum(errors.map((error) => error ** 2)) - sum(errors) ** 2 / cases.length);
    const drop = 1 - sum(cases.map(({ after }) => after)) / expected;
    const margin = (1.2816 * spread) / expected;
    return [{ leadWeeks, cases: cases.length, drop, low: drop - margin, high: drop + margin }];
  });
  return effects.toSorted((a, b) => b.drop - a.drop)[0] ?? null;
}

function days(weeks: readonly Week[]): number {
  return sum(weeks.map(({ workingDays }) => workingDays));
}

/** The last two weeks against the eight before; undefined of the first ten weeks, null where less than five was to be expected. */
function hasFallen(weeks: readonly Week[], index: number): boolean | null | undefined {
  if (index < 9) return undefined;
  const recent = weeks.slice(index - 1, index + 1);
  const before = weeks.slice(index - 9, index - 1);
  const usual = (sum(before.map(({ done }) => done)) * days(recent)) / days(before);
  const value = sum(recent.map(({ done }) => done));
  if (usual < 5) return null;
  return value <= 0.7 * usual && usual - value >= 1.64 * Math.sqrt(usual);
}
