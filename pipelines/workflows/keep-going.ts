import { setTimeout as sleep } from 'node:timers/promises';
import { mayPass } from './retry.ts';

/** A database that is gone longer than this is left to the step's own retries, which have longer pauses. */
const WAIT_MS = 60_000;

/**
 * Does `work` again after a failure that may pass, as often as the committed position is found further on than before: outages that come
 * again and again in one long step must not use up its attempts. Without progress the failure is the caller's.
 */
export async function keepGoing<T>(position: () => Promise<string>, work: () => Promise<T>): Promise<T> {
  let before = await position();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const after = mayPass(error) ? await answered(position) : undefined;
      if (after === undefined || after === before) throw error;
      before = after;
    }
  }
}

/** The position as soon as the database answers; undefined when it does not. */
async function answered(position: () => Promise<string>): Promise<string | undefined> {
  for (const deadline = Date.now() + WAIT_MS; Date.now() < deadline;) {
    await sleep(500);
    const found = await position().catch(() => undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}
