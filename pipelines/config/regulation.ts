import { z } from 'zod';
import { duration } from './fields.ts';
import { parseDuration } from './duration.ts';
import { contactNorms } from './people.ts';

/** Fields of voronka.yaml under `regulation`: norms, limits, bonus, rating. All have defaults or mean nothing when left out. */

/** What a manager's working day can have a norm of. */
export const NORM_METRICS = [
  'calls',
  'talk_minutes',
  'emails',
  'proposals',
  'meetings',
  'call_hours',
  'mail_hours',
  'meeting_hours',
] as const;
export type NormMetric = (typeof NORM_METRICS)[number];

/** KPIs that can earn points, or be what a competition is about; ids as in docs/kpis.md. */
export const RATED_METRICS = [
  'leads_new',
  'calls_out',
  'calls_in',
  'calls_answered',
  'calls_missed',
  'talk_time',
  'emails_sent',
  'emails_received',
  'meetings_held',
  'presentations_held',
  'proposals_sent',
  'proposals_amount',
  'deals_won',
  'won_amount',
  'new_clients',
  'deals_lost',
  'tasks_done',
  'crm_actions',
] as const;
export type RatedMetric = (typeof RATED_METRICS)[number];

const day = z.iso.date('expected a date like 2025-01-31');
const name = z.union([z.string().min(1), z.number().int()]).transform(String);
const quantity = z.number().nonnegative();
const period = { from: day.optional(), to: day.optional() };
const inOrder = (given: { from?: string | undefined; to?: string | undefined }): boolean =>
  given.from === undefined || given.to === undefined || given.from <= given.to;
const ORDER = { path: ['to'], error: 'is before `from`' };

const norm = z
  .strictObject({
    /** Neither: everybody. A manager's norm goes before a team's, a team's before everybody's. */
    manager: name.optional(),
    team: z.string().min(1).optional(),
    ...period,
    ...(Object.fromEntries(NORM_METRICS.map((metric) => [metric, quantity.optional()])) as Record<
      NormMetric,
      z.ZodOptional<typeof quantity>
    >),
  })
  .refine(
    (given) => given.manager === undefined || given.team === undefined,
    'is of a manager or of a team, not of both',
  )
  .refine(inOrder, ORDER);

const STEPS = ['new', 'contacted', 'qualified', 'proposal', 'meeting', 'objection', 'agreement'] as const;

const stageLimit = z
  .strictObject({
    /** A step of the funnel, or a stage by name or id; a stage's limit goes before its step's. */
    step: z.enum(STEPS).optional(),
    stage: name.optional(),
    /** Name or id; every pipeline when absent. */
    pipeline: name.optional(),
    /** Hours and minutes of business time; `3d` is three working days. */
    limit: duration,
  })
  .refine(
    (given) => (given.step === undefined) !== (given.stage === undefined),
    'expected `step` or `stage`, one of them',
  );

const bonusTier = z.strictObject({
  /** Share of the month's plan from which it is paid: 0.8 is 80 %. */
  from: quantity,
  /** In the reporting currency. */
  amount: quantity.default(0),
  /** Share of the won amount. */
  rate: quantity.default(0),
});

const points = z.partialRecord(z.enum(RATED_METRICS), z.number());

const competition = z
  .strictObject({
    name: z.string().min(1),
    from: day,
    to: day,
    /** Who has most of it; or points of its own; without both, the points of the rating. */
    metric: z.enum(RATED_METRICS).optional(),
    points: points.optional(),
  })
  .refine(
    (given) => given.metric === undefined || given.points === undefined,
    'has `metric` or `points`, not both',
  )
  .refine(inOrder, ORDER);

const days = z.number().int().positive();

export const regulation = z
  .strictObject({
    ...contactNorms,
    /** Norms of a working day. */
    norms: z.array(norm).default([]),
    /** A new lead is qualified within this, calendar time. */
    lead_processing_norm: duration.default('24h'),
    /** A qualified deal is won within this, calendar time. */
    deal_close_norm: duration.default('7d'),
    /** Minutes that writing an e-mail takes: nobody measures them. */
    email_minutes: quantity.default(5),
    stage_limits: z.array(stageLimit).default([]),
    /** An open deal without a contact for so many days is idle. */
    idle_days: days.default(14),
    /** A client is active so many days after a won deal. */
    active_client_days: days.default(180),
    /** A refusal is returned when the deal, or its client, comes back within so many days. */
    return_days: days.default(90),
    /** How far back the win rates of stages look. */
    win_rate_days: days.default(180),
    /** A stream of a source that was not read for so long is stale. */
    stale_after: duration.default('24h'),
    /** By the execution of a month's plan; the highest tier reached counts. */
    bonus: z.array(bonusTier).default([]),
    rating_points: points.default({
      calls_answered: 1,
      emails_sent: 1,
      meetings_held: 10,
      proposals_sent: 10,
      deals_won: 50,
    }),
    competitions: z.array(competition).default([]).superRefine(uniqueCompetitions),
  })
  .prefault({});

export type Regulation = z.output<typeof regulation>;

/**
 * Seconds of business time that a limit means: a day is a working day of `daySeconds`, hours and minutes are themselves.
 */
export function businessSecondsOf(text: string, daySeconds: number): number {
  const seconds = (parseDuration(text) ?? 0) / 1_000;
  return text.trim().endsWith('d') ? (seconds / 86_400) * daySeconds : seconds;
}

function uniqueCompetitions(given: readonly { name: string }[], context: z.RefinementCtx): void {
  given.forEach(({ name: title }, index) => {
    if (given.findIndex((other) => other.name === title) < index) {
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: `the name "${title}" is taken by another competition`,
      });
    }
  });
}
