import { Command } from 'commander';
import { runBuildWithProgress } from '../build-progress.ts';
import { startCubeFor } from '../cube.ts';
import { globalOptions } from '../globals.ts';
import { withRuntime, type RunningWorkspace } from '../runtime.ts';
import { untilInterrupted } from '../signals.ts';
import { runSyncs } from '../sync-progress.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .description('serve the KPIs and keep the data fresh on the schedules of the configuration')
    .action(async (_options, command: Command) => {
      await withRuntime(globalOptions(command), { schedules: true }, serve);
    });
}

export function upCommand(): Command {
  return new Command('up')
    .description('everything in one process: read every source, build, then serve as `serve` does')
    .action(async (_options, command: Command) => {
      await withRuntime(globalOptions(command), { schedules: false }, async (workspace) => {
        const { config, warehouse, runtime } = workspace;
        const names = config.sources.map(({ name }) => name);
        await runSyncs(config, runtime.runLog, names, { thenBuild: false });
        await runBuildWithProgress(config, warehouse, {});
        await runtime.startSchedules();
        await serve(workspace);
      });
    });
}

async function serve({ config, warehouse }: RunningWorkspace): Promise<void> {
  const cube = await startCubeFor(config, warehouse, config.serve);
  try {
    console.log(`KPIs at ${cube.url}/cubejs-api/v1 (get a token with \`voronka token\`). Stop with Ctrl-C.`);
    await untilInterrupted();
  } finally {
    await cube.stop();
  }
}
