import { CALLS } from './calls.ts';
import { CLIENTS } from './clients.ts';
import { DEALS } from './deals.ts';
import { ECONOMICS } from './economics.ts';
import type { Kpi } from './kpi.ts';
import { LEADS } from './leads.ts';
import { PLANS } from './plans.ts';
import { QUALITY } from './quality.ts';
import { WORK } from './work.ts';

/** Every KPI, computed a second way. One id may be told by several measures (average, median, 90th percentile). */
export const KPIS: readonly Kpi[] = [
  ...LEADS,
  ...DEALS,
  ...CALLS,
  ...WORK,
  ...PLANS,
  ...CLIENTS,
  ...ECONOMICS,
  ...QUALITY,
];
