import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves after so many milliseconds; rejects at once when the signal is aborted. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds, undefined, signal && { signal });
  signal?.throwIfAborted();
}
