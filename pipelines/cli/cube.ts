import { startCube, type CubeOptions, type RunningCube } from '../../cube/server.ts';
import type { Config } from '../config/index.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { readApiSecret } from './api-secret.ts';
import type { GlobalOptions } from './globals.ts';
import { withWorkspace } from './workspace.ts';

/** Cube over the published marts, as the read-only role, in the account's time zone. Throws PortInUseError. */
export async function startCubeFor(
  config: Config,
  warehouse: Warehouse,
  listen: { host: string; port: number },
  mount?: CubeOptions['mount'],
): Promise<RunningCube> {
  return startCube({
    readerUrl: warehouse.readerUrl,
    apiSecret: await readApiSecret(),
    timeZone: config.account.time_zone,
    host: listen.host,
    port: listen.port,
    ...(process.env['VORONKA_ROLLUPS'] === 'on' && { rollups: { writerUrl: warehouse.url } }),
    ...(mount && { mount }),
  });
}

/** A Cube of its own on a free port, for one command. */
export function withCube<T>(options: GlobalOptions, work: (cube: RunningCube) => Promise<T>): Promise<T> {
  return withWorkspace(options, async ({ config, warehouse }) => {
    const cube = await startCubeFor(config, warehouse, { host: '127.0.0.1', port: 0 });
    try {
      return await work(cube);
    } finally {
      await cube.stop();
    }
  });
}
