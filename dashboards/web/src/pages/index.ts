import { calls } from './calls.ts';
import { funnel } from './funnel.ts';
import { overview } from './overview.ts';
import type { Page } from './page.ts';

/** In the order of the navigation. */
export const PAGES: readonly Page[] = [overview, funnel, calls];

export { availablePages } from './available.ts';
export type * from './page.ts';
