import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cubeOverMarts, type CubeOverMarts } from './cube-harness.ts';

let api: CubeOverMarts;
beforeAll(async () => {
  api = await cubeOverMarts();
});
afterAll(() => api.close());

it('answers', async () => {
  console.log(
    JSON.stringify(
      await api.load({
        measures: [
          'funnel.leads_new',
          'funnel.won_amount',
          'funnel.avg_check',
          'funnel.sales_cycle_time',
          'funnel.sales_cycle_time_median',
        ],
        timeDimensions: [{ dimension: 'funnel.date', granularity: 'month' }],
      }),
      null,
      1,
    ),
  );
  console.log(api.errors);
});
