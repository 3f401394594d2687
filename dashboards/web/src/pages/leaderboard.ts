import type { Page } from './page.ts';

export const leaderboard: Page = {
  id: 'leaderboard',
  title: { en: 'Leaderboard', ru: 'Рейтинг' },
  icon: 'leaderboard',
  group: 'result',
  blocks: [
    {
      kind: 'bars',
      title: { en: 'Points', ru: 'Баллы' },
      width: 'half',
      measures: ['leaderboard.rating_points'],
      by: 'leaderboard.manager',
      limit: 15,
    },
    {
      kind: 'bars',
      title: { en: 'Plan execution', ru: 'Выполнение плана' },
      measures: ['leaderboard.plan_execution'],
      by: 'leaderboard.manager',
      limit: 15,
    },
    {
      kind: 'table',
      title: { en: 'Places', ru: 'Места' },
      width: 'full',
      by: ['leaderboard.manager', 'leaderboard.team'],
      sortBy: 'leaderboard.rating_points',
      measures: [
        'leaderboard.rating_place',
        'leaderboard.rating_points',
        'leaderboard.plan_execution',
        'leaderboard.bonus',
      ],
    },
    {
      kind: 'table',
      title: { en: 'Competitions', ru: 'Соревнования' },
      width: 'full',
      by: ['leaderboard.competition', 'leaderboard.manager'],
      sortBy: 'leaderboard.rating_points',
      filters: [{ member: 'leaderboard.competition', operator: 'set' }],
      isOptional: true,
      measures: ['leaderboard.rating_place', 'leaderboard.rating_points'],
    },
  ],
};
