import { Command } from 'commander';
import { runBuildWithProgress } from '../build-progress.ts';
import { globalOptions } from '../globals.ts';
import { withWorkspace } from '../workspace.ts';

interface BuildOptions {
  readonly full?: boolean;
  readonly select?: string;
}

export function buildCommand(): Command {
  return new Command('build')
    .option('--full', 'rebuild everything instead of what changed')
    .option(
      '--select <models>',
      'only these models, in dbt’s syntax: fct_deals, +fct_deals, fct_deals+, path:sql/marts',
    )
    .action(async (options: BuildOptions, command: Command) => {
      await withWorkspace(globalOptions(command), async ({ config, warehouse }) => {
        await runBuildWithProgress(config, warehouse, options);
      });
    });
}
