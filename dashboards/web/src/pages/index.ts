import { calls } from './calls.ts';
import { clients } from './clients.ts';
import { correspondence } from './correspondence.ts';
import { economics } from './economics.ts';
import { forecast } from './forecast.ts';
import { funnel } from './funnel.ts';
import { health } from './health.ts';
import { leaderboard } from './leaderboard.ts';
import { managers } from './managers.ts';
import { meetings } from './meetings.ts';
import { overview } from './overview.ts';
import type { Page } from './page.ts';
import { quality } from './quality.ts';
import { refusals } from './refusals.ts';
import { regulation } from './regulation.ts';

/** In the order of the navigation. */
export const PAGES: readonly Page[] = [
  overview,
  funnel,
  managers,
  leaderboard,
  calls,
  correspondence,
  meetings,
  regulation,
  refusals,
  quality,
  health,
  clients,
  economics,
  forecast,
];

export { availablePages } from './available.ts';
export type * from './page.ts';
