import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readCursor, type Warehouse } from '../../warehouse/index.ts';
import { listFiles } from './list-files.ts';
import { fingerprintOf } from './read-folder.ts';
import type { FilesSettings } from './settings.ts';
import { FILES_STREAM } from './stream-names.ts';

export interface WatchOptions {
  /** Reads the source and builds; resolves when that is through, rejects when it failed. */
  readonly sync: (source: string) => Promise<unknown>;
  /** False in the quiet hours of a source: a change waits for their end. */
  readonly mayRun?: (source: string) => boolean;
  /** How often the folder is looked at; a change is acted on when the next look finds the same. */
  readonly everyMs?: number;
  /** The pause after a sync that has not brought the folder in, e.g. because it failed. */
  readonly pauseMs?: number;
}

/**
 * Watches folders and syncs their sources when a file comes, goes or changes and the folder has come to rest. It looks at names, sizes and
 * times: what the system tells of changes (inotify and the like) is silent on network drives and mounted volumes, where such files live.
 * What has been read is asked of the cursor, so nothing is missed that changed while nobody watched, or during a sync.
 */
export function watchFolders(
  sources: readonly FilesSettings[],
  warehouse: Pick<Warehouse, 'pool'>,
  options: WatchOptions,
): { stop: () => Promise<void> } {
  const ending = new AbortController();
  const { signal } = ending;
  const watching = sources
    .filter(({ watch }) => watch)
    .map((source) => watchOne(source, warehouse, options, signal));
  return {
    async stop() {
      ending.abort();
      await Promise.all(watching);
    },
  };
}

async function watchOne(
  settings: FilesSettings,
  warehouse: Pick<Warehouse, 'pool'>,
  { sync, mayRun = () => true, everyMs = 2_000, pauseMs = 30_000 }: WatchOptions,
  signal: AbortSignal,
): Promise<void> {
  const folder = resolve(settings.folder);
  let seen: string | undefined;
  let handled: string | undefined;
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      const found = fingerprintOf(await listFiles(folder), settings);
      const isAtRest = found === seen;
      seen = found;
      if (!isAtRest || found === handled || !mayRun(settings.name)) continue;
      if ((await lastRead(settings, warehouse)) !== found) {
        // The loop waits for it, also when it is one that was under way already and had looked at the folder before.
        await Promise.race([sync(settings.name), aborted(signal)]);
        if (!signal.aborted && (await lastRead(settings, warehouse)) !== found) {
          await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
          continue;
        }
      }
      handled = found;
    } catch {
      // The folder or the database is away, or the sync failed and says so itself: the next look comes anyway.
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** The folder as the last sync has read it. */
async function lastRead(
  { name }: FilesSettings,
  warehouse: Pick<Warehouse, 'pool'>,
): Promise<string | undefined> {
  const cursor = (await readCursor(warehouse, { source: 'files', account: name, stream: FILES_STREAM })) as
    { parts?: Record<string, { feed?: { done?: string | null } }> } | null | undefined;
  return cursor?.parts?.['all']?.feed?.done ?? undefined;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
