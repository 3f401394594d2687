import type { Page } from './page.ts';

export const correspondence: Page = {
  id: 'correspondence',
  title: { en: 'Correspondence', ru: 'Переписка' },
  icon: 'mail',
  group: 'work',
  blocks: [
    {
      kind: 'cards',
      isHero: true,
      measures: [
        'correspondence.emails_sent',
        'correspondence.emails_received',
        'correspondence.email_reply_business_time_median',
        'correspondence.emails_unanswered',
      ],
    },
    {
      kind: 'trend',
      title: { en: 'Sent and received', ru: 'Отправлено и получено' },
      chart: 'bar',
      measures: ['correspondence.emails_sent', 'correspondence.emails_received'],
    },
    {
      kind: 'heatmap',
      title: { en: 'When clients write', ru: 'Когда пишут клиенты' },
      measure: 'correspondence.emails_received',
      x: 'correspondence.hour',
      y: 'correspondence.weekday',
    },
    {
      kind: 'trend',
      title: { en: 'Reply time in business hours', ru: 'Время ответа, рабочее' },
      chart: 'line',
      measures: [
        'correspondence.email_reply_business_time_median',
        'correspondence.email_reply_business_time_p90',
      ],
    },
    {
      kind: 'bars',
      title: { en: 'Waiting for an answer, by manager', ru: 'Ждут ответа, по менеджерам' },
      measures: ['correspondence.emails_unanswered'],
      by: 'correspondence.manager',
      limit: 10,
    },
    {
      kind: 'table',
      title: { en: 'By manager', ru: 'По менеджерам' },
      width: 'full',
      hasAverage: true,
      by: ['correspondence.manager', 'correspondence.team'],
      sortBy: 'correspondence.emails_sent',
      measures: [
        'correspondence.emails_sent',
        'correspondence.emails_received',
        'correspondence.email_replies',
        'correspondence.email_reply_business_time_median',
        'correspondence.email_reply_business_time_p90',
        'correspondence.emails_unanswered',
      ],
    },
  ],
};
