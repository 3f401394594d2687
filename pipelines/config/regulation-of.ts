import type { RegulationConfig } from '../transform/conf/apply-regulation.ts';
import { secondsOf } from './people.ts';
import { businessSecondsOf, NORM_METRICS, type RatedMetric } from './regulation.ts';
import type { Config } from './schema.ts';

/** What the configuration says under `regulation`, as the models want it. */
export function regulationOf({ account, regulation }: Config): RegulationConfig {
  const daySeconds = workingDaySeconds(account.business_hours);
  return {
    idleDays: regulation.idle_days,
    activeClientDays: regulation.active_client_days,
    returnDays: regulation.return_days,
    winRateDays: regulation.win_rate_days,
    emailMinutes: regulation.email_minutes,
    leadProcessingNormSeconds: secondsOf(regulation.lead_processing_norm),
    staleSeconds: secondsOf(regulation.stale_after),
    dealCloseNormSeconds: secondsOf(regulation.deal_close_norm),
    norms: regulation.norms.flatMap((norm) =>
      NORM_METRICS.flatMap((metric) => {
        const value = norm[metric];
        if (value === undefined) return [];
        return [
          {
            metric,
            value,
            manager: norm.manager ?? null,
            team: norm.team ?? null,
            from: norm.from ?? null,
            to: norm.to ?? null,
          },
        ];
      }),
    ),
    stageLimits: regulation.stage_limits.map(({ pipeline, stage, step, limit }) => ({
      pipeline: pipeline ?? null,
      stage: stage ?? null,
      step: step ?? null,
      businessSeconds: Math.round(businessSecondsOf(limit, daySeconds)),
    })),
    bonusTiers: regulation.bonus,
    ratingPoints: pointsOf(regulation.rating_points),
    competitions: regulation.competitions.map(({ name, from, to, metric, points }) => ({
      name,
      from,
      to,
      points: metric !== undefined ? [{ metric, points: 1 }] : pointsOf(points ?? regulation.rating_points),
    })),
  };
}

function pointsOf(
  points: Partial<Record<RatedMetric, number>>,
): { readonly metric: RatedMetric; readonly points: number }[] {
  return Object.entries(points).map(([metric, value]) => ({ metric: metric as RatedMetric, points: value }));
}

/** A usual working day: the hours of a week over its working days. Nine hours where nothing is configured. */
function workingDaySeconds(hours: Config['account']['business_hours']): number {
  if (hours === undefined || hours.length === 0) return 9 * 3_600;
  const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
  const week = hours.reduce((sum, { opens, closes }) => sum + minutes(closes) - minutes(opens), 0);
  return (week * 60) / new Set(hours.map(({ isoWeekday }) => isoWeekday)).size;
}
