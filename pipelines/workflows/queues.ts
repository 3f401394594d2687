import { DBOS, type WorkflowHandle } from '@dbos-inc/dbos-sdk';
import { publishMarts, type BuildInput, type BuildResult } from './build.ts';
import { QUEUE_POLLING_MS } from './queue-polling.ts';
import { syncSource, type SyncInput, type SyncResult } from './sync.ts';

const SYNC_QUEUE = 'sync';
const BUILD_QUEUE = 'build';

/** One run of a source at a time, over all workers; builds one after the other. Queues live in Postgres and are set up after launch. */
export async function registerQueues(): Promise<void> {
  await DBOS.registerQueue(SYNC_QUEUE, {
    partitionConcurrency: 1,
    minPollingIntervalMs: QUEUE_POLLING_MS,
    onConflict: 'always_update',
  });
  await DBOS.registerQueue(BUILD_QUEUE, {
    globalConcurrency: 1,
    minPollingIntervalMs: QUEUE_POLLING_MS,
    onConflict: 'always_update',
  });
}

/** Asks for a sync of a source; when one is running or waiting already (also one interrupted by a crash), the answer is that one. */
export function enqueueSync(input: SyncInput): Promise<WorkflowHandle<SyncResult>> {
  return DBOS.startWorkflow(syncSource, {
    queueName: SYNC_QUEUE,
    enqueueOptions: { queuePartitionKey: input.source, deduplicationID: `sync-${input.source}` },
    duplicationPolicy: 'return-existing',
  })(input);
}

/** Asks for a build. Never merged with a running one, which may have read the rows before they came. */
export function enqueueBuild(input: BuildInput): Promise<WorkflowHandle<BuildResult>> {
  return DBOS.startWorkflow(publishMarts, { queueName: BUILD_QUEUE })(input);
}
