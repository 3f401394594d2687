import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SourceConfig } from '../../pipelines/config/index.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';

export const TOKEN_ENV = 'BENCH_TOKEN';

export interface BenchAccount {
  readonly url: string;
  readonly warehouse: Warehouse;
  readonly config: SourceConfig;
  close(): Promise<void>;
}

/** A stand-in with so many leads in a process of its own, and a warehouse with the real server settings. */
export async function openBenchAccount(
  account: { leads: number; latency: number | readonly [number, number]; rate: number },
  requestsPerSecond: number,
): Promise<BenchAccount> {
  const child = spawn(
    process.execPath,
    [
      '--max-old-space-size=6000',
      // No CRM stops to collect garbage: the moment it notes for a request is to be the one it came at.
      '--max-semi-space-size=64',
      '--initial-old-space-size=4000',
      '--no-memory-reducer',
      '--expose-gc',
      '--import',
      import.meta.resolve('tsx'),
      fileURLToPath(new URL('./stand-in-child.ts', import.meta.url)),
      JSON.stringify(account),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  process.env[TOKEN_ENV] = 'bench';
  const folder = await mkdtemp(join(tmpdir(), 'voronka-bench-'));
  await chmod(folder, 0o711);
  const warehouse = await openWarehouse({ embedded: { dataDir: folder, graceMs: 0 } });
  await migrate(warehouse);
  return {
    url,
    warehouse,
    config: {
      type: 'amocrm',
      name: 'amocrm',
      base_url: url,
      token_env: TOKEN_ENV,
      requests_per_second: requestsPerSecond,
      max_deleted_share: 0.2,
    },
    close: async () => {
      child.stdin.end();
      await warehouse.close();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
