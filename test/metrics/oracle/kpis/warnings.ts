import { DateTime } from 'luxon';
import type { Story } from '../story/story.ts';
import { plusDays } from './clients.ts';
import { crmActions, factsOf } from './days.ts';
import { effectOf, type Effect } from './drops.ts';
import type { Fact, Kpi } from './kpi.ts';

const INDICATORS: Readonly<Record<string, (story: Story) => Fact[]>> = {
  actions: crmActions,
  calls: (story) => factsOf('calls_out', story),
  proposals: (story) => factsOf('proposals_sent', story),
};

interface Signal {
  readonly indicator: string;
  readonly manager: string;
  readonly recent: number;
  /** What the eight weeks before would have given in as many working days. */
  readonly usual: number;
}

/** Monday of the week. */
function weekOf(day: string): string {
  return DateTime.fromISO(day, { zone: 'utc' }).startOf('week').toISODate() ?? '';
}

function signals(story: Story): Signal[] {
  const thisWeek = weekOf(story.dayOf(story.now));
  const workingDays = (week: string): number =>
    [0, 1, 2, 3, 4, 5, 6].filter((index) => story.businessTime.isWorkingDay(plusDays(week, index))).length;
  const weeks: string[] = [];
  for (let week = plusDays(thisWeek, -7); weeks.length < 10; week = plusDays(week, -7))
    if (workingDays(week) > 0) weeks.push(week);
  const days = (some: readonly string[]): number => some.reduce((sum, week) => sum + workingDays(week), 0);
  const [recent, before] = [weeks.slice(0, 2), weeks.slice(2)];
  const active = story.crm.users.filter(({ rights }) => rights.is_active !== false).map(({ id }) => story.people.id(id)); // prettier-ignore
  return Object.entries(INDICATORS).flatMap(([indicator, facts]) => {
    const all = facts(story).map(({ at, manager }) => ({ week: weekOf(story.dayOf(at)), manager }));
    return active.map((manager) => {
      const count = (some: readonly string[]): number =>
        all.filter((one) => one.manager === manager && some.includes(one.week)).length;
      return {
        indicator,
        manager,
        recent: count(recent),
        usual: (count(before) * days(recent)) / days(before),
      };
    });
  });
}

/** Thirty percent or more below, and by more than chance makes of such counts; of less than five expected nothing is said. */
function hasFallen({ recent, usual }: Signal): boolean {
  return usual >= 5 && recent <= 0.7 * usual && usual - recent >= 1.64 * Math.sqrt(usual);
}

const told =
  (value: (signal: Signal) => number) =>
  (story: Story): Fact[] =>
    signals(story)
      .filter(({ usual }) => usual >= 5)
      .map((signal) => ({
        at: story.now,
        manager: signal.manager,
        by: signal.indicator,
        value: value(signal),
      }));

/** What drops of an indicator have meant before, which is the same for all managers. */
const meant =
  (value: (effect: Effect) => number) =>
  (story: Story): Fact[] =>
    Object.entries(INDICATORS).flatMap(([indicator, facts]) => {
      const effect = effectOf(story, facts(story), weekOf);
      return effect === null ? [] : [{ at: story.now, manager: null, by: indicator, value: value(effect) }];
    });

/** J. Which managers' leading indicators fell. */
export const WARNINGS: readonly Kpi[] = [
  { id: 'early_warnings', measure: 'early_warnings.warnings', as: 'sum', by: 'indicator', levels: ['total', 'manager', 'team'], facts: told((signal) => Number(hasFallen(signal))) }, // prettier-ignore
  { id: 'early_warnings', measure: 'early_warnings.recent_value', as: 'sum or null', by: 'indicator', levels: ['total', 'manager', 'team'], facts: told(({ recent }) => recent) }, // prettier-ignore
  { id: 'early_warnings', measure: 'early_warnings.usual_value', as: 'sum or null', by: 'indicator', levels: ['total', 'manager', 'team'], tolerance: 1e-2, facts: told(({ usual }) => usual) }, // prettier-ignore
  { id: 'early_warnings', measure: 'early_warnings.cases_before', as: 'sum', by: 'indicator', levels: ['total'], facts: meant(({ cases }) => cases) }, // prettier-ignore
  { id: 'early_warnings', measure: 'early_warnings.lead_time_weeks', as: 'sum or null', by: 'indicator', levels: ['total'], facts: meant(({ leadWeeks }) => leadWeeks) }, // prettier-ignore
  // The API rounds shares to four digits.
  { id: 'early_warnings', measure: 'early_warnings.sales_drop_before', as: 'sum or null', by: 'indicator', levels: ['total'], tolerance: 1e-4, facts: meant(({ drop }) => drop) }, // prettier-ignore
  { id: 'early_warnings', measure: 'early_warnings.sales_drop_before_low', as: 'sum or null', by: 'indicator', levels: ['total'], tolerance: 1e-4, facts: meant(({ low }) => low) }, // prettier-ignore
  { id: 'early_warnings', measure: 'early_warnings.sales_drop_before_high', as: 'sum or null', by: 'indicator', levels: ['total'], tolerance: 1e-4, facts: meant(({ high }) => high) }, // prettier-ignore
];
