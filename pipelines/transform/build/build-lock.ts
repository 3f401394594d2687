import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { BuildBusyError } from '../errors.ts';

const LOCK_KEY = `hashtextextended('voronka build', 0)`;

/**
 * Takes the lock that keeps two builds of one database apart; it goes with the session, so a killed build frees it.
 * Asks again and again instead of waiting inside Postgres: a statement that waits holds a snapshot and keeps vacuum from
 * cleaning.
 *
 * @throws BuildBusyError after `waitMs`.
 */
export async function takeBuildLock(client: ClientBase, waitMs: number, onWait: () => void): Promise<void> {
  const started = performance.now();
  for (let attempt = 0; ; attempt++) {
    const { rows } = await client.query<{ taken: boolean }>(
      `select pg_try_advisory_lock(${LOCK_KEY}) as taken`,
    );
    if (rows[0]?.taken) return;
    const waited = performance.now() - started;
    if (waited >= waitMs) throw new BuildBusyError(waited);
    if (attempt === 0) onWait();
    await sleep(Math.min(500, 50 * (attempt + 1)));
  }
}
