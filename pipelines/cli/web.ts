import { openWeb, prepareBundle, type Web } from '../../cube/web/index.ts';
import type { Config } from '../config/index.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { readApiSecret, STATE_DIR } from './api-secret.ts';

/** Builds the dashboard's files unless they are there, beside whatever else is going on, and says so. Resolves with their folder. */
export function prepareDashboard(): Promise<string> {
  const bundle = prepareBundle(STATE_DIR);
  bundle.then(
    ({ seconds }) => {
      if (seconds > 0) process.stderr.write(`Built the dashboard in ${Math.round(seconds)}s.\n`);
    },
    (error: Error) => process.stderr.write(`warning: ${error.message}\n`),
  );
  return bundle.then(({ folder }) => folder);
}

/**
 * The dashboard, to be mounted before Cube's routes. That its files cannot be built is told, and no reason not to serve
 * the KPIs.
 */
export async function openWebFor(
  config: Config,
  warehouse: Warehouse,
  bundle: Promise<string> = prepareDashboard(),
): Promise<Web> {
  const { name, time_zone: timeZone, currency } = config.account;
  return openWeb({
    databaseUrl: warehouse.url,
    users: config.users,
    apiSecret: await readApiSecret(),
    account: { name, timeZone, currency },
    bundle,
  });
}

/** An address that logs in by itself. What stands behind `#` is sent to no server and written to no log. */
export const loginLink = (url: string, token: string): string => `${url}/#token=${token}`;
