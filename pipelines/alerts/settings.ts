import { z } from 'zod';
import { clockTime, duration } from '../config/fields.ts';

const share = z.number().min(0).max(1);
const count = z.number().int().min(1);
const days = z.number().int().min(1).max(365);
const rule = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ enabled: z.boolean().default(true), ...shape }).prefault({} as never);

/** The rules and when each speaks. The defaults were chosen by `voronka alerts backtest` (docs/alerts.md). */
export const ruleSettings = z
  .strictObject({
    /** A manager's actions of the last days against the manager's own usual ones. */
    activity_drop: rule({
      below: share.default(0.6),
      least_usual: z.number().min(0).default(5),
      /** Standard deviations of the manager's own usual days. */
      deviations: z.number().min(0).default(2.5),
    }),
    /** Leads that nobody has contacted though the norm is over. */
    first_response_breach: rule({ at_least: count.default(1), days: days.default(3) }),
    /** Missed calls that nobody returned within the norm. */
    missed_unreturned: rule({ at_least: count.default(3), days: days.default(1) }),
    /** Open deals longer in their stage than its limit: of a manager in one stage, of a team in one stage. */
    stage_overdue: rule({ at_least: count.default(5), team_at_least: count.default(12) }),
    /** Open deals without a task. */
    no_next_task: rule({ at_least: count.default(5) }),
    /** Fact against the part of the plan that is due by now. */
    plan_behind: rule({ below: share.default(0.7), after_working_days: count.default(12) }),
    /** Leads lost before they were qualified: this week against the weeks before. */
    disqualified_spike: rule({
      times: z.number().min(1).default(2),
      at_least: count.default(5),
      days: days.default(7),
      history_days: days.default(56),
    }),
    /** Of the stays in a step that ended, the share that went on: these weeks against the weeks before. */
    conversion_drop: rule({
      drop: share.default(0.3),
      least_deals: count.default(20),
      days: days.default(14),
      history_days: days.default(84),
    }),
    /** A lost deal of this amount, or of so many times the usual check. */
    big_deal_lost: rule({
      amount: z.number().min(0).optional(),
      times_avg_check: z.number().min(1).default(4),
      days: days.default(3),
    }),
    /** A deal deleted in the CRM. */
    deal_deleted: rule({ least_amount: z.number().min(0).default(0), days: days.default(3) }),
    /** A source that was not read for so long, or whose calls stopped in the middle of a working day. */
    source_stale: rule({
      after: duration.default('6h'),
      silent_hours: count.default(2),
      least_usual_calls: count.default(8),
    }),
  })
  .prefault({});

export type RuleSettings = z.output<typeof ruleSettings>;
export type RuleName = keyof RuleSettings;

export const alertSettings = z
  .strictObject({
    enabled: z.boolean().default(true),
    /** Nothing is sent in these; what is still so in the morning is sent then. */
    quiet_hours: z.strictObject({ from: clockTime, to: clockTime }).default({ from: '20:00', to: '09:00' }),
    /** Alerts that come within this time go in one message. */
    group_for: duration.default('15m'),
    /** Who is told first, and who when nobody has acknowledged it for so long. Each is told of what their role may see. */
    levels: z
      .array(z.strictObject({ to: z.array(z.string().min(1)).min(1), after: duration.default('0s') }))
      .default([]),
    rules: ruleSettings,
  })
  .prefault({});

export type AlertSettings = z.output<typeof alertSettings>;
