import type { Page } from './page.ts';

export const clients: Page = {
  id: 'clients',
  title: { en: 'Clients', ru: 'Клиенты' },
  icon: 'clients',
  group: 'future',
  blocks: [
    {
      kind: 'cards',
      isHero: true,
      measures: [
        'clients.active_clients',
        'clients.new_clients',
        'clients.retention_rate',
        'clients.turnover_per_client',
      ],
    },
    {
      kind: 'cards',
      measures: [
        'clients.repeat_deals',
        'clients.repeat_amount',
        'clients.churned_clients',
        'clients.returned_clients',
        'clients.clients_bought',
        'clients.turnover',
      ],
    },
    {
      kind: 'trend',
      title: { en: 'Active clients', ru: 'Активные клиенты' },
      chart: 'line',
      measures: ['clients.active_clients'],
    },
    {
      kind: 'trend',
      title: { en: 'New, and lost', ru: 'Новые и ушедшие' },
      chart: 'bar',
      measures: ['clients.new_clients', 'clients.churned_clients'],
    },
    {
      kind: 'table',
      title: { en: 'By turnover: ABC', ru: 'По обороту: ABC' },
      by: ['clients.client_segment'],
      sortBy: 'clients.client_segment',
      direction: 'asc',
      measures: [
        'clients.clients_bought',
        'clients.turnover',
        'clients.turnover_per_client',
        'clients.repeat_deals',
      ],
    },
    {
      kind: 'table',
      title: { en: 'By recency, frequency and money: RFM', ru: 'По давности, частоте и сумме: RFM' },
      by: ['clients.rfm_segment'],
      sortBy: 'clients.turnover',
      measures: ['clients.clients_bought', 'clients.turnover', 'clients.turnover_per_client'],
    },
    {
      kind: 'table',
      title: { en: 'By manager', ru: 'По менеджерам' },
      width: 'full',
      by: ['clients.manager', 'clients.team'],
      sortBy: 'clients.turnover',
      measures: [
        'clients.active_clients',
        'clients.new_clients',
        'clients.repeat_deals',
        'clients.repeat_amount',
        'clients.turnover',
        'clients.turnover_per_client',
      ],
    },
  ],
};
