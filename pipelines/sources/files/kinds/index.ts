import type { FileKind } from '../kind.ts';
import { callReviews } from './call-reviews.ts';
import { costs } from './costs.ts';
import { exchangeRates } from './exchange-rates.ts';
import { extensions } from './extensions.ts';
import { holidays } from './holidays.ts';
import { mailboxes } from './mailboxes.ts';
import { marketSize } from './market-size.ts';
import { surveys } from './surveys.ts';
import { targets } from './targets.ts';
import { trainings } from './trainings.ts';

/** Every kind of file. Adding one adds its declaration here and its staging model. */
export const FILE_KINDS: readonly FileKind[] = [
  targets,
  costs,
  marketSize,
  surveys,
  callReviews,
  trainings,
  exchangeRates,
  extensions,
  mailboxes,
  holidays,
];
