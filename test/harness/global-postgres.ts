import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../pipelines/warehouse/embedded/embedded-postgres.ts';

/**
 * One real Postgres per test run, in a temporary folder. It goes down with the run, even a killed one. Durability is off: a test
 * of durability kills processes, not the machine, and those that need the real settings start a server of their own.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'voronka-test-'));
  await chmod(folder, 0o711);
  const server = await startEmbedded({
    folder,
    database: 'postgres',
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
  });
  process.env['VORONKA_TEST_DATABASE_URL'] = server.url;
  // Else each build in a test would keep a key of its own beside the code.
  process.env['VORONKA_IDENTITY_KEY'] ??= randomBytes(32).toString('base64');
  return async () => {
    await server.close({ stop: true });
    await rm(folder, { recursive: true, force: true });
  };
}
