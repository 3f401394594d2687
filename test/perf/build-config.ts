import type { TransformConfig } from '../../pipelines/transform/index.ts';

/** Sixty managers with an extension each behind one Asterisk: what both benchmarks of builds are configured with. */
export const BENCH_CONFIG = {
  settings: { timeZone: 'Europe/Moscow', currency: 'RUB', country: 'RU' },
  stageSteps: [],
  pbx: [
    {
      sourceType: 'asterisk',
      accountId: 'pbx',
      timeZone: 'UTC',
      country: 'RU',
      trunkPattern: '/trunk-',
      extensionPattern: '^[0-9]{3}$',
      ownNumbers: ['84950000001'],
      contexts: {},
    },
  ],
  managers: Array.from({ length: 60 }, (_, index) => ({
    manager: String(index + 1),
    team: null,
    extensions: [{ number: String(200 + index) }],
    mailboxes: [],
  })),
} satisfies TransformConfig;
