import { useMemo } from 'react';
import type { Theme } from '../shell/theme.ts';

/** The page's own colours, for a canvas that knows no style sheet. */
export interface Colours {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly good: string;
  readonly bad: string;
  /** Told apart without red and green, too. */
  readonly series: readonly string[];
  /** From little to much. */
  readonly scale: readonly string[];
}

export function useColours(theme: Theme): Colours {
  return useMemo(() => {
    // The theme decides what the style sheet answers.
    void theme;
    const style = getComputedStyle(document.documentElement);
    const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    return {
      ink: read('ink'),
      muted: read('muted'),
      line: read('line'),
      surface: read('surface'),
      good: read('good'),
      bad: read('bad'),
      series: [1, 2, 3, 4, 5, 6, 7, 8].map((number) => read(`series-${number}`)),
      scale: [0, 1, 2, 3, 4].map((number) => read(`scale-${number}`)),
    };
  }, [theme]);
}
