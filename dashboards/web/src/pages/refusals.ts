import type { Page } from './page.ts';

export const refusals: Page = {
  id: 'refusals',
  title: { en: 'Refusals and returns', ru: 'Отказы и возвраты' },
  icon: 'refusals',
  group: 'order',
  blocks: [
    {
      kind: 'cards',
      isHero: true,
      measures: [
        'refusals.deals_lost',
        'refusals.lost_amount',
        'refusals.return_rate',
        'refusals.disqualified_rate',
      ],
    },
    {
      kind: 'bars',
      title: { en: 'Why', ru: 'Почему' },
      measures: ['refusals.deals_lost'],
      by: 'refusals.loss_reason',
      limit: 12,
    },
    {
      kind: 'bars',
      title: { en: 'From which step', ru: 'С какого шага' },
      measures: ['refusals.deals_lost'],
      by: 'refusals.lost_from_step',
    },
    {
      kind: 'trend',
      title: { en: 'Lost, by reason', ru: 'Отказы по причинам' },
      chart: 'stack',
      measures: ['refusals.deals_lost'],
      by: 'refusals.loss_reason',
      width: 'two-thirds',
    },
    {
      kind: 'trend',
      title: { en: 'Came back', ru: 'Вернулись' },
      chart: 'bar',
      measures: ['refusals.deals_returned'],
      width: 'third',
    },
    {
      kind: 'table',
      title: { en: 'By reason', ru: 'По причинам' },
      width: 'full',
      by: ['refusals.loss_reason'],
      sortBy: 'refusals.deals_lost',
      measures: [
        'refusals.deals_lost',
        'refusals.lost_amount',
        'refusals.deals_returned',
        'refusals.return_rate',
        'refusals.return_time_median',
      ],
    },
    {
      kind: 'table',
      title: { en: 'By manager', ru: 'По менеджерам' },
      width: 'full',
      hasAverage: true,
      by: ['refusals.manager'],
      sortBy: 'refusals.deals_lost',
      measures: [
        'refusals.deals_lost',
        'refusals.lost_amount',
        'refusals.leads_disqualified',
        'refusals.deals_returned',
        'refusals.return_rate',
      ],
    },
  ],
};
