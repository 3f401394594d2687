import { DBOS } from '@dbos-inc/dbos-sdk';
import { crashPoint } from '../crash-points.ts';
import { advanceStream, type AdvanceResult, type SyncProgress } from '../sources/index.ts';
import { ensureStream, readCursor } from '../warehouse/index.ts';
import { workflowContext } from './context.ts';
import { publishMarts } from './build.ts';
import { keepGoing } from './keep-going.ts';
import type { RunError } from './run-log.ts';
import { STEP_RETRY } from './retry.ts';

export interface SyncInput {
  readonly source: string;
  /** Build the marts when the sync is through. */
  readonly thenBuild: boolean;
  /** Re-read this range (ISO instants) instead of going on from the cursor. */
  readonly range?: { readonly from: string; readonly to: string };
}

export interface SyncResult {
  readonly rows: number;
  readonly inserted: number;
  readonly updated: number;
  readonly rejected: number;
  /** Streams the credentials cannot see, with the reason. */
  readonly missing: readonly string[];
}

interface StreamInput {
  readonly syncId: string;
  readonly source: string;
  readonly stream: string;
  readonly until: string;
  readonly range?: { readonly from: string; readonly to: string };
}

interface StreamResult {
  readonly pages: number;
  readonly rows: number;
  readonly inserted: number;
  readonly updated: number;
  readonly rejected: number;
}

interface OpenedSource {
  readonly streams: readonly { readonly name: string; readonly missing?: string }[];
  readonly until: string;
}

const REPORT_EVERY_MS = 250;
const NOTHING: StreamResult = { pages: 0, rows: 0, inserted: 0, updated: 0, rejected: 0 };

/**
 * One stream, window by window, until nothing is left before `until`. Each step commits its rows together with its cursor, so a step
 * that runs twice finds its work done. Steps return counts: their answers are stored.
 */
const readStream = DBOS.registerWorkflow(
  async (input: StreamInput): Promise<StreamResult> => {
    let total = NOTHING;
    for (;;) {
      const before = total;
      const step = await DBOS.runStep(() => readWindow(input, before), { ...STEP_RETRY, name: 'readWindow' });
      crashPoint('window.recorded');
      total = add(total, step);
      if (step.done) return total;
    }
  },
  { name: 'readStream' },
);

async function readWindow(
  input: StreamInput,
  before: StreamResult,
): Promise<StreamResult & { done: boolean }> {
  const { sessions, runLog, warehouse } = workflowContext();
  const session = await sessions.get(input.source);
  const key = { source: session.type, account: session.account.id, stream: input.stream };
  // What attempts before the last one landed counts, too.
  let landed = NOTHING;
  const attempt = async (): Promise<AdvanceResult> => {
    const earlier = add(before, landed);
    let latest = NOTHING;
    const picture = throttle(REPORT_EVERY_MS, ({ pages, rows, expectedRows }: SyncProgress) => {
      void runLog
        .progressed(input.syncId, {
          stream: input.stream,
          status: 'running',
          pages: earlier.pages + pages,
          rows: earlier.rows + rows,
          expectedRows: expectedRows === null ? null : earlier.rows + expectedRows,
          note: null,
        })
        // Only a picture for people: the window itself reports what really was read.
        .catch(() => undefined);
    });
    const report = (progress: SyncProgress): void => {
      latest = { ...NOTHING, pages: progress.pages, rows: progress.rows };
      picture(progress);
    };
    try {
      return await sessions.watched(input.source, input.stream, report, () =>
        advanceStream(session, input.stream, {
          until: new Date(input.until),
          ...(input.range && { range: { from: new Date(input.range.from), to: new Date(input.range.to) } }),
        }),
      );
    } catch (error) {
      landed = add(landed, latest);
      throw error;
    }
  };
  const result = await keepGoing(async () => JSON.stringify(await readCursor(warehouse, key)) ?? '', attempt);
  const counts = add(landed, result);
  const total = add(before, counts);
  await runLog.progressed(input.syncId, {
    stream: input.stream,
    status: result.done ? 'succeeded' : 'running',
    pages: total.pages,
    rows: total.rows,
    expectedRows: null,
    note: result.note ?? null,
  });
  crashPoint('window.read');
  return { ...counts, done: result.done };
}

/** One source: what can be seen, then its streams side by side (the rate policy is the source's own), then the marts. */
export const syncSource = DBOS.registerWorkflow(
  async (input: SyncInput): Promise<SyncResult> => {
    const syncId = DBOS.workflowID!;
    try {
      const opened = await DBOS.runStep(() => openStreams(syncId, input.source), {
        ...STEP_RETRY,
        name: 'openStreams',
      });
      crashPoint('sync.open-recorded');
      const handles = [];
      for (const { name } of opened.streams.filter(({ missing }) => missing === undefined)) {
        const stream: StreamInput = {
          syncId,
          source: input.source,
          stream: name,
          until: opened.until,
          ...(input.range && { range: input.range }),
        };
        handles.push(await DBOS.startWorkflow(readStream, { workflowID: `${syncId}-${name}` })(stream));
      }
      crashPoint('sync.streams-started');
      // Every stream is waited for, so that one that fails does not leave its siblings running unseen.
      const outcomes = await Promise.allSettled(handles.map((handle) => handle.getResult()));
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed) throw failed.reason;
      const total = outcomes.reduce(
        (sum, outcome) => (outcome.status === 'fulfilled' ? add(sum, outcome.value) : sum),
        NOTHING,
      );
      crashPoint('sync.streams-ended');
      await DBOS.runStep(() => closeSync(syncId, input.source), { ...STEP_RETRY, name: 'closeSync' });
      crashPoint('sync.close-recorded');
      if (input.thenBuild) await publishMarts({ full: false });
      const missing = opened.streams.flatMap(({ name, missing }) =>
        missing === undefined ? [] : [`${name}: ${missing}`],
      );
      crashPoint('sync.ending');
      return { ...total, missing };
    } catch (error) {
      await DBOS.runStep(() => closeSync(syncId, input.source, error), { ...STEP_RETRY, name: 'closeSync' });
      throw error;
    }
  },
  { name: 'syncSource' },
);

async function openStreams(syncId: string, source: string): Promise<OpenedSource> {
  const { sessions, runLog, warehouse } = workflowContext();
  await runLog.started(syncId, source, []);
  const session = await sessions.get(source);
  const streams = session.streams.map(({ name, missing }) =>
    missing === undefined ? { name } : { name, missing },
  );
  await runLog.started(syncId, source, streams);
  // The models read every stream's table, also of one that these credentials cannot see: it is there, and empty.
  for (const { name } of streams) await ensureStream(warehouse, { source: session.type, stream: name });
  crashPoint('sync.opened');
  return { streams, until: new Date().toISOString() };
}

async function closeSync(syncId: string, source: string, error?: unknown): Promise<void> {
  const { sessions, runLog } = workflowContext();
  await sessions.close(source);
  if (error === undefined) await runLog.finished(syncId, 'succeeded');
  else await runLog.finished(syncId, 'failed', describe(error));
  crashPoint('sync.closed');
}

/** An error as the run log keeps it. After recovery it comes from DBOS' store, without its class but with its fields. */
function describe(error: unknown): RunError {
  const { code, retry, message } = (error ?? {}) as Partial<RunError>;
  const isOurs =
    typeof code === 'string' && (retry === 'never' || retry === 'later' || retry === 'after-token');
  return isOurs
    ? { code, retry, message: message ?? '' }
    : { code: 'UNEXPECTED', retry: 'later', message: message ?? String(error) };
}

function add(left: StreamResult, right: StreamResult): StreamResult {
  return {
    pages: left.pages + right.pages,
    rows: left.rows + right.rows,
    inserted: left.inserted + right.inserted,
    updated: left.updated + right.updated,
    rejected: left.rejected + right.rejected,
  };
}

function throttle<T>(everyMs: number, report: (value: T) => void): (value: T) => void {
  let last = 0;
  return (value) => {
    if (Date.now() - last < everyMs) return;
    last = Date.now();
    report(value);
  };
}
