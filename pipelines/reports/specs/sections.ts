import type { Section } from '../section.ts';

/** Parts that several reports share. */

const MANAGER = ['manager', 'team'] as const;

export const scorecardByManager: Section = {
  title: { en: 'Managers', ru: 'Менеджеры' },
  view: 'scorecard',
  dimensions: MANAGER,
  measures: [
    'leads_new',
    'calls_answered',
    'proposals_sent',
    'meetings_held',
    'deals_won',
    'won_amount',
    'norm_compliance',
    'activity_index',
    'emails_sent',
    'calls_out',
    'calls_in',
    'calls_missed',
    'talk_time',
    'emails_received',
    'presentations_held',
    'proposals_amount',
    'deals_lost',
    'avg_check',
    'tasks_done',
    'tasks_overdue',
    'crm_actions',
    'hours_on_calls',
    'hours_on_mail',
    'hours_on_meetings',
    'calls_norm_rate',
    'talk_norm_rate',
    'proposals_norm_rate',
    'meetings_norm_rate',
    'overlapping_contacts',
  ],
  having: ['crm_actions', 'calls_out', 'calls_in', 'emails_sent', 'won_amount', 'leads_new'],
  order: [
    ['team', 'asc'],
    ['won_amount', 'desc'],
    ['crm_actions', 'desc'],
  ],
  footer: true,
  inMail: 7,
  page: 'scorecard',
};

export const dynamics = (granularity: 'day' | 'week' | 'month', back: number): Section => ({
  title: { en: 'Sales', ru: 'Продажи' },
  view: 'funnel',
  measures: ['won_amount', 'deals_won', 'avg_check', 'leads_new', 'proposals_sent', 'close_rate'],
  granularity,
  back,
  chart: { kind: 'bar', measures: ['won_amount'] },
  isChartOnly: true,
  page: 'dynamics',
});

export const funnelSteps: Section = {
  title: { en: 'Funnel of the leads created in the period', ru: 'Воронка лидов, созданных за период' },
  view: 'funnel',
  dated: 'created_at',
  dimensions: ['step_no', 'step'],
  measures: ['deals_reached', 'step_conversion'],
  having: ['deals_reached'],
  order: [['step_no', 'asc']],
  chart: { kind: 'bar', measures: ['deals_reached'] },
  page: 'funnel',
};

export const refusals: Section = {
  title: { en: 'Deals lost, by reason', ru: 'Отказы по причинам' },
  view: 'refusals',
  dimensions: ['loss_reason', 'lost_from_step'],
  measures: ['deals_lost', 'lost_amount', 'deals_returned', 'return_rate'],
  having: ['deals_lost'],
  order: [['deals_lost', 'desc']],
  limit: 12,
  page: 'refusals',
};

export const planFact: Section = {
  title: { en: 'Plan and fact', ru: 'План и факт' },
  view: 'plan_fact',
  dimensions: MANAGER,
  measures: [
    'plan_amount',
    'fact_amount',
    'plan_execution',
    'plan_pace',
    'plan_forecast',
    'plan_forecast_rate',
    'plan_deals',
    'fact_deals',
    'plan_deals_execution',
  ],
  having: ['plan_amount', 'fact_amount'],
  order: [
    ['team', 'asc'],
    ['fact_amount', 'desc'],
  ],
  footer: true,
  chart: { kind: 'bar', measures: ['plan_amount', 'fact_amount'] },
  inMail: 6,
  page: 'plan-fact',
};

export const callsByManager: Section = {
  title: { en: 'Calls', ru: 'Звонки' },
  view: 'calls',
  dimensions: MANAGER,
  measures: [
    'calls_out',
    'reach_rate',
    'calls_in',
    'calls_missed',
    'missed_unreturned',
    'talk_time',
    'calls_answered',
    'missed_rate',
    'callback_time',
    'avg_talk_time',
    'numbers_dialled',
  ],
  having: ['calls_out', 'calls_in'],
  order: [
    ['team', 'asc'],
    ['calls_out', 'desc'],
  ],
  footer: true,
  inMail: 6,
  page: 'calls',
};

export const overdueDeals: Section = {
  title: { en: 'Deals past the limit of their stage', ru: 'Сделки дольше срока этапа' },
  view: 'regulation',
  dated: null,
  dimensions: ['manager', 'stage', 'deal', 'days_in_stage', 'stage_limit_days'],
  measures: ['stage_overdue_amount', 'stage_overdue'],
  having: ['stage_overdue'],
  // The largest first: the oldest are the same every day.
  order: [
    ['stage_overdue_amount', 'desc'],
    ['days_in_stage', 'desc'],
  ],
  limit: 20,
  inMail: 1,
  page: 'regulation',
};

export const promises: Section = {
  title: { en: 'Tasks of the last 30 days past their date', ru: 'Просроченные задачи за 30 дней' },
  view: 'tasks',
  dimensions: ['kind'],
  measures: ['tasks_due', 'tasks_overdue', 'tasks_on_time_rate'],
  back: 30,
  having: ['tasks_overdue'],
  order: [['tasks_overdue', 'desc']],
  limit: 20,
  page: 'regulation',
};

export const places: Section = {
  title: { en: 'Places of the month', ru: 'Места в рейтинге за месяц' },
  view: 'leaderboard',
  isSinceMonth: true,
  // The rating that always runs; competitions are of their own days.
  filters: [{ member: 'leaderboard.competition', operator: 'notSet' }],
  dimensions: ['manager'],
  measures: ['rating_place', 'rating_points', 'plan_execution', 'bonus'],
  having: ['rating_points'],
  order: [['rating_place', 'asc']],
  limit: 30,
  page: 'leaderboard',
};
