import type { ClientBase } from 'pg';
import { writeTable } from './write-table.ts';

/** Points for each of a KPI; with several KPIs they add up. */
export interface Points {
  /** Id of a KPI, as in docs/kpis.md. */
  readonly metric: string;
  readonly points: number;
}

/** Norms, limits, bonus and rating; what is left out has the default of voronka.yaml. */
export interface RegulationConfig {
  readonly idleDays?: number;
  readonly activeClientDays?: number;
  readonly returnDays?: number;
  readonly winRateDays?: number;
  readonly emailMinutes?: number;
  /** Calendar time. */
  readonly leadProcessingNormSeconds?: number;
  readonly dealCloseNormSeconds?: number;
  /** Not read for so long is stale. */
  readonly staleSeconds?: number;
  /** Of a working day; without manager and team everybody's. */
  readonly norms?: readonly {
    readonly metric: string;
    readonly value: number;
    readonly manager?: string | null;
    readonly team?: string | null;
    readonly from?: string | null;
    readonly to?: string | null;
  }[];
  readonly stageLimits?: readonly {
    readonly pipeline?: string | null;
    readonly stage?: string | null;
    readonly step?: string | null;
    readonly businessSeconds: number;
  }[];
  readonly bonusTiers?: readonly { readonly from: number; readonly amount: number; readonly rate: number }[];
  readonly ratingPoints?: readonly Points[];
  readonly competitions?: readonly {
    readonly name: string;
    readonly from: string;
    readonly to: string;
    readonly points: readonly Points[];
  }[];
}

const DEFAULT_POINTS: readonly Points[] = [
  { metric: 'calls_answered', points: 1 },
  { metric: 'emails_sent', points: 1 },
  { metric: 'meetings_held', points: 10 },
  { metric: 'proposals_sent', points: 10 },
  { metric: 'deals_won', points: 50 },
];

/** Types are those of migrations 0110 and 0180. */
const TABLES = {
  regulation:
    'idle_days int, active_client_days int, return_days int, win_rate_days int, email_minutes numeric, lead_processing_norm_seconds int, deal_close_norm_seconds int, stale_seconds int',
  norms:
    'manager_ref text, team text, metric text, value numeric, valid_from date, valid_to date, position int',
  stage_limits: 'pipeline text, stage text, step text, limit_business_seconds int',
  bonus_tiers: 'from_share numeric, amount numeric, rate numeric',
  rating_points: 'metric text, points numeric',
  competitions: 'competition text, starts_on date, ends_on date',
  competition_points: 'competition text, metric text, points numeric',
} as const;

/**
 * Writes the tables of the regulation inside the caller's transaction; a table that already says the same is left alone.
 *
 * @returns whether anything changed.
 */
export async function applyRegulation(client: ClientBase, config: RegulationConfig = {}): Promise<boolean> {
  const { norms = [], stageLimits = [], bonusTiers = [], competitions = [] } = config;
  const rows: Readonly<Record<keyof typeof TABLES, readonly object[]>> = {
    regulation: [
      {
        idle_days: config.idleDays ?? 14,
        active_client_days: config.activeClientDays ?? 180,
        return_days: config.returnDays ?? 90,
        win_rate_days: config.winRateDays ?? 180,
        email_minutes: config.emailMinutes ?? 5,
        lead_processing_norm_seconds: config.leadProcessingNormSeconds ?? 86_400,
        deal_close_norm_seconds: config.dealCloseNormSeconds ?? 7 * 86_400,
        stale_seconds: config.staleSeconds ?? 86_400,
      },
    ],
    norms: norms.map(({ metric, value, manager, team, from, to }, position) => ({
      manager_ref: manager ?? null,
      team: team ?? null,
      metric,
      value,
      valid_from: from ?? null,
      valid_to: to ?? null,
      position,
    })),
    stage_limits: stageLimits.map(({ pipeline, stage, step, businessSeconds }) => ({
      pipeline: pipeline ?? null,
      stage: stage ?? null,
      step: step ?? null,
      limit_business_seconds: businessSeconds,
    })),
    bonus_tiers: bonusTiers.map(({ from, amount, rate }) => ({ from_share: from, amount, rate })),
    rating_points: config.ratingPoints ?? DEFAULT_POINTS,
    competitions: competitions.map(({ name, from, to }) => ({
      competition: name,
      starts_on: from,
      ends_on: to,
    })),
    competition_points: competitions.flatMap(({ name, points }) =>
      points.map((one) => ({ competition: name, ...one })),
    ),
  };
  let changed = false;
  for (const [table, columns] of Object.entries(TABLES)) {
    if (await writeTable(client, table, columns, rows[table as keyof typeof TABLES])) changed = true;
  }
  return changed;
}
