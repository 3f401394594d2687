import type { Page } from './page.ts';

export const health: Page = {
  id: 'data-health',
  title: { en: 'Data health', ru: 'Качество данных' },
  icon: 'health',
  group: 'order',
  isAsOfNow: true,
  blocks: [
    {
      kind: 'cards',
      isHero: true,
      measures: [
        'data_health.rows_loaded',
        'data_health.stale_streams',
        'data_health.rejected_records',
        'data_health.unmatched_identities',
      ],
    },
    {
      kind: 'records',
      title: { en: 'Sources and streams', ru: 'Источники и потоки' },
      width: 'full',
      columns: [
        'data_health.source',
        'data_health.stream',
        'data_health.source_type',
        'data_health.last_loaded_at',
        'data_health.hours_since_load',
        'data_health.rows_loaded',
        'data_health.rejected_records',
        'data_health.unmatched_identities',
        'data_health.is_stale',
        'data_health.last_build_at',
      ],
      sortBy: 'data_health.source',
      direction: 'asc',
      limit: 200,
      isNow: true,
    },
  ],
};
