import type { Page } from './page.ts';

export const overview: Page = {
  id: 'overview',
  title: { en: 'Overview', ru: 'Обзор' },
  icon: 'overview',
  group: 'result',
  blocks: [
    {
      kind: 'cards',
      isHero: true,
      measures: ['funnel.won_amount', 'funnel.deals_won', 'funnel.avg_check', 'funnel.leads_new'],
    },
    {
      kind: 'plan',
      title: { en: 'Plan and fact', ru: 'План и факт' },
      width: 'half',
    },
    {
      kind: 'attention',
      title: { en: 'Needs attention', ru: 'Требует внимания' },
      items: [
        { measure: 'calls.missed_unreturned', page: 'calls' },
        { measure: 'regulation.stage_overdue', page: 'regulation' },
        { measure: 'regulation.deals_without_task', page: 'regulation' },
        { measure: 'regulation.deals_idle', page: 'regulation' },
        { measure: 'deals.incoming_deals', page: 'funnel' },
        { measure: 'correspondence.emails_unanswered', page: 'correspondence' },
        { measure: 'tasks.tasks_overdue', page: 'regulation' },
      ],
    },
    {
      kind: 'cards',
      measures: [
        'funnel.close_rate',
        'funnel.lead_to_won_rate',
        'funnel.contacted_in_sla_rate',
        'funnel.proposals_sent',
        'deals.open_amount',
        'forecast.expected_won_amount',
        'funnel.sales_cycle_time_median',
        'calls.missed_rate',
      ],
    },
    {
      kind: 'trend',
      title: { en: 'Won amount', ru: 'Объём продаж' },
      chart: 'bar',
      measures: ['funnel.won_amount'],
    },
    { kind: 'funnel', title: { en: 'Funnel', ru: 'Воронка' } },
    {
      kind: 'trend',
      title: { en: 'Leads and wins', ru: 'Лиды и продажи' },
      chart: 'line',
      measures: ['funnel.leads_new', 'funnel.proposals_sent', 'funnel.deals_won', 'funnel.deals_lost'],
    },
    {
      kind: 'bars',
      title: { en: 'Won amount by manager', ru: 'Объём продаж по менеджерам' },
      measures: ['funnel.won_amount'],
      by: 'funnel.manager',
      limit: 12,
    },
  ],
};
