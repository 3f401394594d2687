import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** What people keep by hand is a thousandth of this; a dump of a system belongs into a source of its own. */
const LARGEST = 64 * 1024 * 1024;

/** A file that changed less than so long ago may still be being written. */
export const SETTLE_MS = 2_000;
/** So often a file that keeps changing is looked at before it is left for the next sync. */
const TRIES = 8;

export interface StableBytes {
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly modifiedAt: number;
}

/**
 * The bytes of a file that nobody is writing: its size and time have not changed for {@link SETTLE_MS}, nor while it was read. `busy` when
 * it never came to rest, `gone` when it is not there, `refused` when it may not be read, `large` when it has more than 64 MB.
 */
export async function readStable(
  path: string,
  { signal, settleMs = SETTLE_MS }: { readonly signal?: AbortSignal; readonly settleMs?: number } = {},
): Promise<StableBytes | 'busy' | 'gone' | 'refused' | 'large'> {
  try {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const before = await stat(path);
      if (before.size > LARGEST) return 'large';
      const age = Date.now() - before.mtimeMs;
      if (age < settleMs) {
        // A time in the future is another machine's clock: what counts is that nothing moves.
        await sleep(age < 0 ? settleMs : settleMs - age + 1, undefined, { ...(signal && { signal }) });
        if (!isSame(before, await stat(path))) continue;
      }
      const bytes = await readFile(path, { ...(signal && { signal }) });
      if (isSame(before, await stat(path)) && bytes.length === before.size) {
        return { bytes, size: before.size, modifiedAt: before.mtimeMs };
      }
    }
    return 'busy';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'gone';
    // EBUSY: a program on Windows has it locked.
    if (code === 'EBUSY') return 'busy';
    if (code === 'EACCES' || code === 'EPERM') return 'refused';
    throw error;
  }
}

interface Stamp {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
}

function isSame(a: Stamp, b: Stamp): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ino === b.ino;
}
