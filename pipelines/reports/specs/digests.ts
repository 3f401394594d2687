import type { ReportSpec } from '../section.ts';
import {
  callsByManager,
  dynamics,
  funnelSteps,
  overdueDeals,
  places,
  planFact,
  promises,
  refusals,
  scorecardByManager,
} from './sections.ts';

/** What is sent by itself. */
export const DIGESTS: readonly ReportSpec[] = [
  {
    name: 'daily',
    title: { en: 'Daily scorecard', ru: 'Итоги дня' },
    period: 'day',
    page: 'scorecard',
    tiles: [
      'funnel.leads_new',
      'calls.calls_answered',
      'funnel.proposals_sent',
      'funnel.deals_won',
      'funnel.won_amount',
      'calls.missed_unreturned',
    ],
    explains: true,
    sections: [scorecardByManager, dynamics('day', 20), overdueDeals],
  },
  {
    name: 'weekly',
    title: { en: 'The week', ru: 'Итоги недели' },
    period: 'week',
    page: 'overview',
    tiles: [
      'funnel.leads_new',
      'funnel.proposals_sent',
      'funnel.deals_won',
      'funnel.won_amount',
      'funnel.close_rate',
      'calls.missed_unreturned',
    ],
    explains: true,
    sections: [dynamics('week', 12), funnelSteps, scorecardByManager, refusals, callsByManager],
  },
  {
    name: 'monthly',
    title: { en: 'Plan and fact of the month', ru: 'План и факт за месяц' },
    period: 'month',
    page: 'plan-fact',
    tiles: [
      'plan_fact.plan_amount',
      'plan_fact.fact_amount',
      'plan_fact.plan_execution',
      'funnel.deals_won',
      'funnel.avg_check',
      'funnel.close_rate',
    ],
    explains: true,
    sections: [planFact, dynamics('month', 12), funnelSteps, refusals],
  },
  {
    name: 'personal',
    title: { en: 'Your day', ru: 'Ваш день' },
    period: 'day',
    page: 'scorecard',
    tiles: [
      'funnel.leads_new',
      'calls.calls_answered',
      'funnel.proposals_sent',
      'funnel.deals_won',
      'funnel.won_amount',
      // Of the plan a day says nothing: it stands below, of the month.
      'correspondence.emails_sent',
    ],
    explains: true,
    sections: [
      places,
      promises,
      { ...overdueDeals, dimensions: ['stage', 'deal', 'days_in_stage', 'stage_limit_days'] },
      dynamics('week', 12),
    ],
  },
];
