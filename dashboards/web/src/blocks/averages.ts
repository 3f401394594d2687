import { numberOf, type Row } from '../api/cube.ts';
import type { WordKey } from '../i18n/words.ts';
import type { Catalog, Member } from '../model/catalog.ts';

/** How far somebody is from the others, or from the norm. */
export interface Deviation {
  readonly tone: 'good' | 'bad';
  readonly isAbove: boolean;
  readonly word: WordKey;
}

/** Nearer than this to the average is average. */
const NEAR = 0.2;

/** A count or a sum is what its rows sum to; an average or a count of distinct clients is not. */
function isAdditive(measure: Member, rows: readonly Row[], total: Row | undefined): boolean {
  if (measure.unit === 'share' || measure.denominator !== undefined || total === undefined) return false;
  const sum = rows.reduce((so, row) => so + (numberOf(row[measure.name]) ?? 0), 0);
  const whole = numberOf(total[measure.name]);
  return whole !== null && Math.abs(sum - whole) <= 1e-6 * Math.max(1, Math.abs(whole));
}

/** The model's own averages of measures over the team: who sees only their own rows cannot make them from rows. */
export const teamAverages = (catalog: Catalog, measures: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    measures.map((name) => [name, `${name}_team_average`] as const).filter(([, name]) => catalog.has(name)),
  );

/**
 * What a member of the team has on average: of counts and sums the mean over people, of ratios, averages and medians the one of all of
 * them together, for a mean of ratios weighs two deals as much as two hundred.
 */
export function averageOf(measure: Member, { rows, people, total, ofTeam }: AverageParts): number | null {
  if (ofTeam !== undefined) return numberOf(total?.[ofTeam]);
  if (!isAdditive(measure, rows, total)) return numberOf(total?.[measure.name]);
  if (people.length === 0) return null;
  return people.reduce((sum, row) => sum + (numberOf(row[measure.name]) ?? 0), 0) / people.length;
}

interface AverageParts {
  readonly rows: readonly Row[];
  readonly people: readonly Row[];
  readonly total: Row | undefined;
  /** See {@link teamAverages}. */
  readonly ofTeam: string | undefined;
}

export function deviationOf(
  { good }: Member,
  value: number | null,
  { average, norm }: { average: number | null; norm: number | null },
): Deviation | undefined {
  if (value === null || good === undefined) return undefined;
  if (norm !== null && norm > 0) {
    const isMet = good === 'up' ? value >= norm : value <= norm;
    return { tone: isMet ? 'good' : 'bad', isAbove: value >= norm, word: isMet ? 'normMet' : 'normMissed' };
  }
  if (average === null || average === 0) return undefined;
  const distance = (value - average) / Math.abs(average);
  if (Math.abs(distance) < NEAR) return undefined;
  const isAbove = distance > 0;
  return {
    tone: isAbove === (good === 'up') ? 'good' : 'bad',
    isAbove,
    word: isAbove ? 'aboveAverage' : 'belowAverage',
  };
}
