import { loadConfig, type Config } from '../config/index.ts';
import { migrate, openWarehouse, type Warehouse } from '../warehouse/index.ts';
import type { GlobalOptions } from './globals.ts';

export interface Workspace {
  readonly config: Config;
  readonly warehouse: Warehouse;
}

/** Opens the warehouse of the configuration (starting the embedded Postgres where there is no DATABASE_URL), brings its schema up to date. */
export async function openWorkspace(options: Pick<GlobalOptions, 'config'>): Promise<Workspace> {
  const config = loadConfig(options.config);
  const warehouse = await openWarehouse(databaseOptions(config));
  try {
    await migrate(warehouse);
  } catch (error) {
    await warehouse.close();
    throw error;
  }
  return { config, warehouse };
}

/** Runs `work` in an open workspace and closes it whatever happens. */
export async function withWorkspace<T>(
  options: Pick<GlobalOptions, 'config'>,
  work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const workspace = await openWorkspace(options);
  try {
    return await work(workspace);
  } finally {
    await workspace.warehouse.close();
  }
}

export function databaseOptions(config: Config): Parameters<typeof openWarehouse>[0] {
  const url = process.env['DATABASE_URL'];
  if (url) return { url };
  return { embedded: { dataDir: config.database.embedded_dir, database: config.database.name } };
}
