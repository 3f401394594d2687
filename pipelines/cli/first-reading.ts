import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/index.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { buildMarts, type RunLog } from '../workflows/index.ts';
import { runSyncs } from './sync-progress.ts';

const LOOK_MS = 2_000;
/** A large account is read for hours; what is there meanwhile is built as often. */
const REBUILD_MS = 10 * 60_000;

/** Reads every source, and builds meanwhile what is there already where nothing was ever built: the pages fill as the data comes. */
export async function readAll(config: Config, warehouse: Warehouse, runLog: RunLog): Promise<void> {
  const names = config.sources.map(({ name }) => name);
  const read = new AbortController();
  const filling = (await isBuilt(warehouse)) ? undefined : fill(config, warehouse, read.signal);
  try {
    await runSyncs(config, runLog, names, { thenBuild: false });
  } finally {
    read.abort();
    await filling;
  }
}

async function isBuilt({ pool }: Warehouse): Promise<boolean> {
  const { rows } = await pool.query(`select from ops.builds where status = 'succeeded' limit 1`);
  return rows.length > 0;
}

async function fill(config: Config, warehouse: Warehouse, read: AbortSignal): Promise<void> {
  let built = 0;
  let last = Date.now();
  for (;;) {
    await sleep(LOOK_MS, undefined, { signal: read }).catch(() => undefined);
    const sources = await countRead(warehouse).catch(() => built);
    // The last one is built with all the rest.
    if (read.aborted || sources === config.sources.length) return;
    if (sources === built && Date.now() - last < REBUILD_MS) continue;
    built = sources;
    // A part of the data may not be enough to build of; the build of all of it says so.
    await buildMarts(config, warehouse, { full: false }).catch(() => undefined);
    last = Date.now();
  }
}

async function countRead({ pool }: Warehouse): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(distinct source)::int as count from ops.syncs where status = 'succeeded'`,
  );
  return rows[0]?.count ?? 0;
}
