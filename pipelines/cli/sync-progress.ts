import type { Config } from '../config/index.ts';
import { VoronkaError } from '../errors.ts';
import {
  enqueueSync,
  sourceConfig,
  type RunError,
  type RunLog,
  type SyncInput,
  type SyncResult,
} from '../workflows/index.ts';
import { startProgress, type ProgressLine } from './progress.ts';

const POLL_MS = 250;

/**
 * Starts (or joins) a sync of each source and draws its progress from the run log, so that the picture is right whichever process
 * does the work. Resolves when all are through; rejects with the first failure after all have ended.
 */
export async function runSyncs(
  config: Config,
  runLog: RunLog,
  names: readonly string[],
  options: Omit<SyncInput, 'source'>,
): Promise<ReadonlyMap<string, SyncResult>> {
  names.forEach((name) => sourceConfig(config, name));
  const handles = await Promise.all(names.map((source) => enqueueSync({ source, ...options })));
  const progress = startProgress('rows');
  let finished = false;
  // The picture must not end what it shows: while the database is away, the workflows wait for it.
  const draw = async (): Promise<void> => {
    const lines = await readLines(runLog, names, handles).catch(() => undefined);
    if (lines) progress.update(lines);
  };
  const watching = (async () => {
    while (!finished) {
      await draw();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    await draw();
    progress.finish();
  })();
  const outcomes = await Promise.allSettled(handles.map((handle) => handle.getResult()));
  finished = true;
  await watching;
  const results = new Map<string, SyncResult>();
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'rejected')
      throw await failureOf(runLog, handles[index]!.workflowID, outcome.reason);
    results.set(names[index]!, outcome.value);
  }
  return results;
}

/** What a waiting process gets from DBOS is a copy without its class; the run log has the code, the retry and the message for the user. */
class SyncFailedError extends VoronkaError {
  constructor({ code, retry, message }: RunError, cause: unknown) {
    super(message, { code, retry, cause });
  }
}

async function failureOf(runLog: RunLog, syncId: string, reason: unknown): Promise<unknown> {
  const error = (await runLog.sync(syncId))?.error;
  return error && error.code !== 'UNEXPECTED' ? new SyncFailedError(error, reason) : reason;
}

async function readLines(
  runLog: RunLog,
  names: readonly string[],
  handles: readonly { workflowID: string }[],
): Promise<ProgressLine[]> {
  const perSource = await Promise.all(handles.map(({ workflowID }) => runLog.streams(workflowID)));
  return perSource.flatMap((streams, index) =>
    streams.map((stream): ProgressLine => ({
      label: names.length === 1 ? stream.stream : `${names[index]} ${stream.stream}`,
      done: stream.rows,
      total: stream.expectedRows ?? undefined,
      state: STATES[stream.status],
      note: stream.note ?? undefined,
    })),
  );
}

const STATES = {
  waiting: 'waiting',
  running: 'running',
  succeeded: 'done',
  failed: 'failed',
  missing: 'skipped',
} as const;
