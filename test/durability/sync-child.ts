import { subscribe } from 'node:diagnostics_channel';
import type { SourceConfig } from '../../pipelines/config/index.ts';
import { advanceStream, openSource } from '../../pipelines/sources/index.ts';
import { openWarehouse } from '../../pipelines/warehouse/index.ts';

/** What a child process is told, as JSON in SYNC_CHILD. */
export interface SyncChildTask {
  readonly databaseUrl: string;
  readonly config: SourceConfig;
  readonly streams: readonly string[];
  /** All streams side by side, as a workflow does. */
  readonly isParallel: boolean;
  readonly maxPages?: number;
}

// When each request is written to its socket, in milliseconds since the epoch: what a client can promise about its rate.
const sends: number[] = [];
subscribe('undici:client:sendHeaders', () => sends.push(performance.timeOrigin + performance.now()));

const task = JSON.parse(process.env['SYNC_CHILD'] ?? '{}') as SyncChildTask;
const warehouse = await openWarehouse({ url: task.databaseUrl });
const session = await openSource(task.config, { warehouse });
process.stdout.write('opened\n');

async function read(stream: string): Promise<void> {
  const until = new Date();
  for (;;) {
    const { done } = await advanceStream(session, stream, {
      until,
      ...(task.maxPages !== undefined && { maxPages: task.maxPages }),
    });
    if (done) return;
  }
}

if (task.isParallel) await Promise.all(task.streams.map(read));
else for (const stream of task.streams) await read(stream);
await session.close();
await warehouse.close();
process.stdout.write(`done ${JSON.stringify(sends)}\n`);
