import type { Config } from '../config/index.ts';
import { parseDuration } from '../config/index.ts';
import type { AmocrmSettings, MangoSettings } from '../sources/index.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { enqueueReread, forgetRereads } from '../workflows/index.ts';
import { isQuiet } from '../workflows/quiet-hours.ts';
import { dueSources } from './hint-store.ts';

export const DEFAULT_DEBOUNCE = '5s';
const LONGEST_TICK_MS = 1_000;
const FORGET_EVERY_MS = 600_000;

/** The amoCRM sources that take webhooks. */
export function hookedSources(config: Config): readonly AmocrmSettings[] {
  return config.sources.filter(
    (source): source is AmocrmSettings => source.type === 'amocrm' && source.webhooks?.enabled === true,
  );
}

/** The Mango Office sources that take webhooks. */
export function hookedPhones(config: Config): readonly MangoSettings[] {
  return config.sources.filter(
    (source): source is MangoSettings => source.type === 'mango' && source.webhooks?.enabled === true,
  );
}

/**
 * Starts a re-read of each source whose oldest hint has waited long enough. It looks into the table and remembers nothing, so hints that a
 * dead process left, or that arrived while a re-read was ending, are met as well.
 */
export function watchHints(
  config: Config,
  warehouse: Pick<Warehouse, 'pool'>,
): { stop: () => Promise<void> } {
  const sources = [...hookedSources(config), ...hookedPhones(config)].map((source) => ({
    name: source.name,
    debounceMs: parseDuration(source.webhooks?.debounce ?? DEFAULT_DEBOUNCE) ?? 0,
    quiet: (source.schedule ?? config.schedule).quiet_hours,
  }));
  const tickMs = Math.min(LONGEST_TICK_MS, Math.max(100, ...sources.map(({ debounceMs }) => debounceMs / 4)));
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let isStopped = false;

  const look = async (): Promise<void> => {
    const awake = sources.filter(({ quiet }) => !isQuiet(quiet, new Date(), config.account.time_zone));
    for (const source of awake.length === 0 ? [] : await dueSources(warehouse.pool, awake)) {
      await enqueueReread({ source });
    }
  };
  const next = (): void => {
    if (isStopped) return;
    timer = setTimeout(() => {
      // The database is away: the hints wait in it, and the next look finds them.
      looking = look()
        .catch(() => undefined)
        .then(next);
    }, tickMs);
  };
  next();
  const forgetting = setInterval(() => void forgetRereads().catch(() => undefined), FORGET_EVERY_MS);
  forgetting.unref();
  return {
    async stop() {
      isStopped = true;
      clearInterval(forgetting);
      clearTimeout(timer);
      await looking;
    },
  };
}
