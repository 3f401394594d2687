import { Command } from 'commander';
import { globalOptions } from '../globals.ts';
import { instant } from '../option-values.ts';
import { withRuntime } from '../runtime.ts';
import { runSyncs } from '../sync-progress.ts';
import { UsageError } from '../usage-error.ts';

interface SyncOptions {
  readonly backfill?: boolean;
  readonly from?: Date;
  readonly to?: Date;
}

export function syncCommand(): Command {
  return new Command('sync')
    .argument('[source]', 'name of the source in the configuration')
    .option('--backfill', 're-read a range of time instead of going on from the cursor')
    .option('--from <date>', 'start of the range, e.g. 2024-01-31 or 2024-01-31T12:00:00Z', instant)
    .option('--to <date>', 'end of the range (default: now)', instant)
    .action(async (source: string | undefined, options: SyncOptions, command: Command) => {
      const range = rangeOf(options);
      await withRuntime(globalOptions(command), { schedules: false }, async ({ config, runtime }) => {
        const names = source === undefined ? config.sources.map(({ name }) => name) : [source];
        await runSyncs(config, runtime.runLog, names, { thenBuild: false, ...(range && { range }) });
      });
    });
}

function rangeOf(options: SyncOptions): { from: string; to: string } | undefined {
  if (!options.backfill) {
    if (options.from || options.to) throw new UsageError('--from and --to go with --backfill.');
    return undefined;
  }
  if (!options.from) throw new UsageError('--backfill needs --from.');
  return { from: options.from.toISOString(), to: (options.to ?? new Date()).toISOString() };
}
