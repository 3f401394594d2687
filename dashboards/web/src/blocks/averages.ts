import { numberOf, type Row } from '../api/cube.ts';
import type { WordKey } from '../i18n/words.ts';
import type { Member } from '../model/catalog.ts';

/** How far somebody is from the others, or from the norm. */
export interface Deviation {
  readonly tone: 'good' | 'bad';
  readonly isAbove: boolean;
  readonly word: WordKey;
  readonly share?: string;
}

/** Nearer than this to the average is average. */
const NEAR = 0.2;

const isAdditive = ({ unit, aggregate }: Member): boolean =>
  unit !== 'share' && (aggregate === 'sum' || aggregate === 'count');

/**
 * What a member of the team has on average: of counts and sums the mean over people, of ratios, averages and medians the one of all of
 * them together, for a mean of ratios weighs two deals as much as two hundred.
 */
export function averageOf(measure: Member, people: readonly Row[], total: Row | undefined): number | null {
  if (!isAdditive(measure)) return numberOf(total?.[measure.name]);
  if (people.length === 0) return null;
  return people.reduce((sum, row) => sum + (numberOf(row[measure.name]) ?? 0), 0) / people.length;
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
