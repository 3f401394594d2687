import type { Middleware } from '../../cube/cube-packages.ts';
import type { Config } from '../config/index.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { readApiSecret } from './api-secret.ts';

/** The routes of reports and alerts, to be mounted before Cube's own; `url` is asked when a request comes. */
export async function openReportsFor(
  config: Config,
  warehouse: Pick<Warehouse, 'pool'>,
  url: () => string,
): Promise<Middleware> {
  const { reportRoutes } = await import('../../cube/reports/routes.ts');
  return reportRoutes({ config, pool: warehouse.pool, apiSecret: await readApiSecret(), url });
}
