import type { Story } from '../story/story.ts';

/**
 * One event that a KPI counts, placed in time and given to a manager. `value` is what is summed or averaged (1 when left out),
 * `of` the denominator of a ratio (1 when left out), `key` what is told apart in a distinct count.
 */
export interface Fact {
  readonly at: number;
  readonly manager: string | null;
  /** Where it is not the manager's. */
  readonly team?: string | null;
  readonly value?: number;
  readonly of?: number;
  readonly key?: string;
  /** The value of the KPI's further dimension (`by`). */
  readonly by?: string | null;
}

/** How facts become a number. The empty answer is KPI.md's rule 4: no activity is 0, a ratio or an average of nothing is null. */
export type Reduction =
  'sum' | 'sum or null' | 'ratio' | 'average' | 'median' | 'p90' | 'distinct' | 'sum per key';

/** Which answers are compared. A stock has no months; what nobody is told by manager is left out there. */
export type Level = 'total' | 'month' | 'manager' | 'team' | 'month and manager';

export const LEVELS: readonly Level[] = ['total', 'month', 'manager', 'team', 'month and manager'];
/** Of what stands as of now. */
export const STOCK: readonly Level[] = ['total', 'manager', 'team'];
/** Of what nobody in particular did. */
export const COMPANY: readonly Level[] = ['total', 'month'];

export interface Kpi {
  /** As in KPI.md. */
  readonly id: string;
  /** `view.measure` of the API. */
  readonly measure: string;
  readonly as: Reduction;
  /** Divides what facts are told in into what the measure is told in: 86 400 for days. */
  readonly unit?: number;
  readonly levels?: readonly Level[];
  /** A further dimension of the view by which it is told. */
  readonly by?: string;
  /** Says nothing of what nobody in particular did. */
  readonly isSomebodys?: boolean;
  /** Relative; for what depends on the instant of asking. */
  readonly tolerance?: number;
  /** What it counts changes with the moment of asking: the facts are those of that moment. */
  readonly isOfNow?: boolean;
  /** A stock is told for the last day of each period, so its facts differ from level to level. */
  readonly facts: (story: Story, level: Level) => Iterable<Fact>;
}

export function reduce(as: Reduction, facts: readonly Fact[], unit = 1): number | null {
  const values = facts.map(({ value = 1 }) => value / unit);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  switch (as) {
    case 'sum':
      return sum(values);
    case 'sum or null':
      return facts.length === 0 ? null : sum(values);
    case 'ratio': {
      const of = sum(facts.map(({ of: part = 1 }) => part));
      return of === 0 ? null : sum(values) / of;
    }
    case 'average':
      return facts.length === 0 ? null : sum(values) / facts.length;
    case 'median':
      return quantile(values, 0.5);
    case 'p90':
      return quantile(values, 0.9);
    case 'distinct':
      return new Set(facts.map(({ key }) => key)).size;
    case 'sum per key':
      return facts.length === 0 ? null : sum(values) / new Set(facts.map(({ key }) => key)).size;
  }
}

/** Between the two nearest ranks, in proportion. */
function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) return null;
  return below + (above - below) * (place - Math.floor(place));
}

/** A time told as average, median and 90th percentile (rule 7). */
export function times(
  id: string,
  measure: string,
  facts: Kpi['facts'],
  { unit = 1, suffix = '' }: { unit?: number; suffix?: string } = {},
): Kpi[] {
  return [
    { id, measure: `${measure}${suffix}`, as: 'average', unit, facts },
    { id, measure: `${measure}${suffix}_median`, as: 'median', unit, facts },
    { id, measure: `${measure}${suffix}_p90`, as: 'p90', unit, facts },
  ];
}

export const HOURS = 3_600;
export const DAYS = 86_400;
