// A process that runs one sync with the build after it through DBOS, as `voronka sync` and `voronka up` do, and may be killed at any instant.
import { parseConfig } from '../../pipelines/config/index.ts';
import { openWarehouse } from '../../pipelines/warehouse/index.ts';
import { enqueueSync, startRuntime } from '../../pipelines/workflows/index.ts';

/** What the process is told, as JSON in VORONKA_KILLS. */
export interface WorkflowTask {
  readonly databaseUrl: string;
  /** Text of voronka.yaml. */
  readonly config: string;
  /** Sources to sync, one run each. */
  readonly sources: readonly string[];
  readonly thenBuild: boolean;
  /** How often in a row; default once. */
  readonly times?: number;
}

async function main(): Promise<void> {
  const task = JSON.parse(process.env['VORONKA_KILLS'] ?? '{}') as WorkflowTask;
  const warehouse = await openWarehouse({ url: task.databaseUrl });
  const runtime = await startRuntime({
    config: parseConfig(task.config, 'voronka.yaml'),
    warehouse,
    schedules: false,
    onExecutorLost: (error) => {
      console.error(error);
      process.exit(1);
    },
  });
  process.stdout.write(`at work ${runtime.executorId}\n`);
  const { thenBuild, times = 1 } = task;
  for (let turn = 0; turn < times; turn += 1) {
    const runs = await Promise.all(task.sources.map((source) => enqueueSync({ source, thenBuild })));
    await Promise.all(runs.map((run) => run.getResult()));
  }
}

main().then(
  () => process.stdout.write('done\n', () => process.exit(0)),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
