import { CALLS } from './calls.ts';
import { CLIENTS } from './clients.ts';
import { DAYS_OF_MANAGERS } from './days.ts';
import { DEALS } from './deals.ts';
import { ECONOMICS } from './economics.ts';
import { FORECAST } from './forecast.ts';
import type { Kpi } from './kpi.ts';
import { LEADS } from './leads.ts';
import { OFFERS } from './offers.ts';
import { PIPELINE } from './pipeline.ts';
import { PLANS } from './plans.ts';
import { QUALITY } from './quality.ts';
import { RATING } from './rating.ts';
import { REFUSALS } from './refusals.ts';
import { REGULATIONS } from './regulation.ts';
import { WARNINGS } from './warnings.ts';
import { WORK } from './work.ts';

/** Every KPI, computed a second way. One id may be told by several measures (average, median, 90th percentile). */
export const KPIS: readonly Kpi[] = [
  ...LEADS,
  ...DEALS,
  ...OFFERS,
  ...REFUSALS,
  ...PIPELINE,
  ...CALLS,
  ...WORK,
  ...PLANS,
  ...REGULATIONS,
  ...CLIENTS,
  ...ECONOMICS,
  ...QUALITY,
  ...FORECAST,
  ...DAYS_OF_MANAGERS,
  ...RATING,
  ...WARNINGS,
];
