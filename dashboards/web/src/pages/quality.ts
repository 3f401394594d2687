import type { Page } from './page.ts';

export const quality: Page = {
  id: 'quality',
  title: { en: 'Quality', ru: 'Качество' },
  icon: 'quality',
  group: 'order',
  blocks: [
    {
      kind: 'cards',
      isHero: true,
      measures: ['quality.csat_avg', 'quality.nps', 'quality.call_score_avg', 'quality.test_score_avg'],
    },
    {
      kind: 'trend',
      title: { en: 'What clients say', ru: 'Оценки клиентов' },
      chart: 'line',
      measures: ['quality.csat_avg'],
    },
    {
      kind: 'trend',
      title: { en: 'Listened calls', ru: 'Прослушанные звонки' },
      chart: 'line',
      measures: ['quality.call_score_avg'],
    },
    {
      kind: 'table',
      title: { en: 'By manager', ru: 'По менеджерам' },
      width: 'full',
      hasAverage: true,
      by: ['quality.manager', 'quality.team'],
      sortBy: 'quality.call_score_avg',
      measures: [
        'quality.csat_avg',
        'quality.csat_answers',
        'quality.nps',
        'quality.nps_answers',
        'quality.call_score_avg',
        'quality.calls_reviewed',
        'quality.calls_reviewed_rate',
        'quality.training_hours',
        'quality.test_score_avg',
      ],
    },
    {
      kind: 'table',
      title: { en: 'By item', ru: 'По пунктам' },
      width: 'full',
      by: ['quality.event', 'quality.subject'],
      sortBy: 'quality.calls_reviewed',
      measures: [
        'quality.calls_reviewed',
        'quality.call_score_avg',
        'quality.csat_avg',
        'quality.training_hours',
        'quality.tests_taken',
        'quality.test_score_avg',
      ],
    },
  ],
};
