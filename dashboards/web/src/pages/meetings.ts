import type { Page } from './page.ts';

export const meetings: Page = {
  id: 'meetings',
  title: { en: 'Meetings', ru: 'Встречи' },
  icon: 'meetings',
  group: 'work',
  blocks: [
    {
      kind: 'cards',
      isHero: true,
      measures: [
        'meetings.meetings_held',
        'meetings.presentations_held',
        'meetings.meetings_cancelled',
        'meetings.clients_met',
      ],
    },
    {
      kind: 'trend',
      title: { en: 'Meetings and presentations held', ru: 'Проведено встреч и презентаций' },
      chart: 'bar',
      measures: ['meetings.meetings_held', 'meetings.presentations_held'],
    },
    {
      kind: 'heatmap',
      title: { en: 'When meetings are held', ru: 'Когда проходят встречи' },
      measure: 'meetings.meetings_held',
      x: 'meetings.hour',
      y: 'meetings.weekday',
    },
    {
      kind: 'table',
      title: { en: 'By manager', ru: 'По менеджерам' },
      width: 'full',
      hasAverage: true,
      by: ['meetings.manager', 'meetings.team'],
      sortBy: 'meetings.meetings_held',
      measures: [
        'meetings.meetings_held',
        'meetings.presentations_held',
        'meetings.clients_met',
        'meetings.meeting_time',
        'meetings.meetings_planned',
        'meetings.meetings_cancelled',
        'meetings.meetings_unconfirmed',
      ],
    },
  ],
};
