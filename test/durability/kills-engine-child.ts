// A process that reads streams to their end and may be killed at any instant: the engine and the landing, as lean as they come.
import type { SourceConfig } from '../../pipelines/config/index.ts';
import { advanceStream, openSource } from '../../pipelines/sources/index.ts';
import { openWarehouse } from '../../pipelines/warehouse/index.ts';

/** What the process is told, as JSON in VORONKA_KILLS. */
export interface EngineTask {
  readonly databaseUrl: string;
  readonly config: SourceConfig;
  readonly streams: readonly string[];
  /** ISO instant: everything the source had then is read. */
  readonly until: string;
  /** Requests in flight; with 1 the streams are read one after the other. */
  readonly concurrency: number;
}

async function main(): Promise<void> {
  const task = JSON.parse(process.env['VORONKA_KILLS'] ?? '{}') as EngineTask;
  const warehouse = await openWarehouse({ url: task.databaseUrl });
  const session = await openSource(task.config, { warehouse, concurrency: task.concurrency });
  process.stdout.write('at work\n');
  const read = async (stream: string): Promise<void> => {
    while (!(await advanceStream(session, stream, { until: new Date(task.until) })).done);
  };
  if (task.concurrency === 1) for (const stream of task.streams) await read(stream);
  else await Promise.all(task.streams.map(read));
}

main().then(
  () => process.stdout.write('done\n', () => process.exit(0)),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
