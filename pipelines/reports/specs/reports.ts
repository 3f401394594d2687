import type { ReportSpec, Section } from '../section.ts';
import {
  callsByManager,
  dynamics,
  funnelSteps,
  overdueDeals,
  places,
  planFact,
  refusals,
  scorecardByManager,
} from './sections.ts';

/** A report of one or two views, as the list of KPIs promises them. */
const report = (
  name: string,
  en: string,
  ru: string,
  period: ReportSpec['period'],
  sections: readonly Section[],
): ReportSpec => ({ name, title: { en, ru }, period, page: name, tiles: [], sections });

/** Everything of one view by manager. */
const byManager = (view: string, en: string, ru: string, measures: string[], having?: string[]): Section => ({
  title: { en, ru },
  view,
  dimensions: ['manager', 'team'],
  measures,
  ...(having && { having }),
  order: [['team', 'asc']],
  footer: true,
});

const shown = (section: Section): Section => ({ ...section, isChartOnly: false });

export const REPORTS: readonly ReportSpec[] = [
  report('scorecard', 'Scorecard', 'Показатели менеджеров', 'day', [scorecardByManager]),
  report('funnel', 'Funnel', 'Воронка', 'month', [funnelSteps, refusals]),
  report('dynamics', 'Sales dynamics', 'Динамика продаж', 'month', [
    shown(dynamics('month', 12)),
    shown({ ...dynamics('week', 12), title: { en: 'By week', ru: 'По неделям' } }),
  ]),
  report('speed', 'Processing and closing time', 'Время обработки и закрытия', 'month', [
    byManager('funnel', 'Times', 'Время', [
      'leads_new',
      'first_call_speed_median',
      'first_contact_speed_median',
      'contacted_in_sla_rate',
      'lead_processing_time',
      'deals_won',
      'deal_close_time',
      'sales_cycle_time',
    ]),
  ]),
  report('plan-fact', 'Plan and fact', 'План и факт', 'month', [planFact]),
  report('calls', 'Calls', 'Звонки', 'month', [
    callsByManager,
    {
      title: { en: 'By weekday and hour', ru: 'По дням недели и часам' },
      view: 'calls',
      dimensions: ['weekday', 'hour'],
      measures: ['calls_in', 'calls_out', 'calls_answered', 'calls_missed', 'missed_unreturned'],
      order: [
        ['weekday', 'asc'],
        ['hour', 'asc'],
      ],
    },
  ]),
  report('correspondence', 'Correspondence', 'Переписка', 'month', [
    byManager(
      'correspondence',
      'Mail with clients',
      'Переписка с клиентами',
      ['emails_sent', 'emails_received', 'email_reply_time', 'email_reply_time_median', 'emails_unanswered'],
      ['emails_sent', 'emails_received'],
    ),
  ]),
  report('regulation', 'Regulation', 'Регламент', 'day', [
    {
      ...overdueDeals,
      limit: 1_000,
      dimensions: [
        'team',
        'manager',
        'pipeline',
        'stage',
        'deal',
        'days_in_stage',
        'stage_limit_days',
        'deal_url',
      ],
    },
    {
      title: { en: 'By manager', ru: 'По менеджерам' },
      view: 'regulation',
      dated: null,
      dimensions: ['manager', 'team'],
      measures: ['stage_overdue', 'stage_overdue_amount', 'deals_without_task', 'deals_idle'],
      having: ['stage_overdue', 'deals_without_task', 'deals_idle'],
      order: [['stage_overdue', 'desc']],
    },
  ]),
  report('refusals', 'Refusals', 'Отказы', 'month', [
    { ...refusals, limit: 500 },
    byManager(
      'refusals',
      'By manager',
      'По менеджерам',
      [
        'deals_lost',
        'lost_amount',
        'leads_disqualified',
        'disqualified_rate',
        'deals_returned',
        'return_rate',
      ],
      ['deals_lost', 'leads_disqualified'],
    ),
  ]),
  report('economics', 'Economics', 'Экономика', 'month', [
    {
      title: { en: 'By month', ru: 'По месяцам' },
      view: 'economics',
      measures: [
        'won_amount',
        'gross_profit',
        'margin',
        'sales_costs',
        'marketing_costs',
        'return_on_sales_costs',
        'cac',
        'payback_months',
        'market_share',
        'sales_growth',
      ],
      granularity: 'month',
      back: 12,
    },
  ]),
  report('leaderboard', 'Leaderboard', 'Рейтинг', 'month', [places]),
  report('quality', 'Quality', 'Качество', 'month', [
    byManager('quality', 'By manager', 'По менеджерам', [
      'csat_avg',
      'nps',
      'call_score_avg',
      'calls_reviewed',
      'training_hours',
      'test_score_avg',
    ]),
  ]),
  report('forecast', 'Forecast', 'Прогноз', 'day', [
    {
      title: { en: 'Expected within 30 days', ru: 'Ожидается за 30 дней' },
      view: 'forecast',
      dated: null,
      dimensions: ['manager', 'team'],
      measures: [
        'open_amount',
        'weighted_amount',
        'expected_won_amount',
        'expected_won_low',
        'expected_won_high',
      ],
      order: [['expected_won_amount', 'desc']],
      footer: true,
    },
  ]),
  report('clients', 'Clients', 'Клиенты', 'month', [
    {
      title: { en: 'By month', ru: 'По месяцам' },
      view: 'clients',
      measures: [
        'active_clients',
        'new_clients',
        'repeat_deals',
        'repeat_amount',
        'retention_rate',
        'churned_clients',
        'turnover_per_client',
      ],
      granularity: 'month',
      back: 12,
    },
  ]),
  report('data-health', 'Data health', 'Здоровье данных', 'day', [
    {
      title: { en: 'Sources', ru: 'Источники' },
      view: 'data_health',
      dated: null,
      dimensions: ['source', 'stream', 'last_loaded_at', 'is_stale'],
      measures: ['hours_since_load', 'rows_loaded', 'rejected_records', 'unmatched_identities'],
      order: [['source', 'asc']],
    },
  ]),
];
