import type { Config } from '../config/index.ts';
import { watchFolders } from '../sources/files/watch.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { enqueueSync } from '../workflows/index.ts';
import { isQuiet } from '../workflows/quiet-hours.ts';

/** Watches the folders of all sources of files; each keeps to its quiet hours. */
export function watchFiles(
  config: Config,
  warehouse: Pick<Warehouse, 'pool'>,
): { stop: () => Promise<void> } {
  const sources = config.sources.filter((source) => source.type === 'files');
  const quietHours = new Map(
    sources.map(({ name, schedule }) => [name, (schedule ?? config.schedule).quiet_hours]),
  );
  return watchFolders(sources, warehouse, {
    sync: async (source) => (await enqueueSync({ source, thenBuild: true })).getResult(),
    mayRun: (source) => !isQuiet(quietHours.get(source), new Date(), config.account.time_zone),
  });
}
