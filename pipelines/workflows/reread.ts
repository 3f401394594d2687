import { DBOS, type WorkflowHandle } from '@dbos-inc/dbos-sdk';
import { readNews, rereadRows, type SourceSession } from '../sources/index.ts';
import { streamOf, type Hint } from '../webhooks/hint.ts';
import {
  answerHints,
  beginReading,
  noteFailure,
  noteSuccess,
  takeHints,
  wantsEverything,
} from '../webhooks/hint-store.ts';
import { workflowContext } from './context.ts';
import { QUEUE_POLLING_MS } from './queue-polling.ts';
import { enqueueBuild, enqueueSync } from './queues.ts';
import { STEP_RETRY } from './retry.ts';

export interface RereadInput {
  readonly source: string;
}

/** Counts of one re-read. */
export interface RereadReport {
  readonly hints: number;
  /** Requests for rows by id; those for events are not among them. */
  readonly requests: number;
  readonly found: number;
  readonly absent: number;
  /** Rows that were inserted or replaced, events included. */
  readonly changed: number;
}

const QUEUE = 'reread';
/** Hints answered per step: a process that dies reads so many again at most. */
const HINTS_PER_STEP = 500;
/** Opening a source costs some requests: what it found out holds for so long. */
const SESSION_MS = 600_000;
/** How long before its hint an event may lie: hooks are sent late, and clocks differ. */
const NEWS_MARGIN_S = 60;
/** Hints that waited for longer (nobody was there to read) are a matter for the sync. */
const LONGEST_LOOK_BACK_S = 3_600;
/** While a sync is wanted and not begun, it is asked for again only so often. */
const SYNC_PAUSE_MS = 30_000;

/** One re-read of a source at a time, over all workers. */
export async function registerRereadQueue(): Promise<void> {
  await DBOS.registerQueue(QUEUE, {
    partitionConcurrency: 1,
    minPollingIntervalMs: QUEUE_POLLING_MS,
    onConflict: 'always_update',
  });
}

/** Asks for a re-read of what was hinted; when one is running or waiting already, the answer is that one. */
export function enqueueReread(input: RereadInput): Promise<WorkflowHandle<RereadReport>> {
  return DBOS.startWorkflow(rereadHints, {
    queueName: QUEUE,
    enqueueOptions: { queuePartitionKey: input.source, deduplicationID: `reread-${input.source}` },
    duplicationPolicy: 'return-existing',
  })(input);
}

/** A busy account has thousands of re-reads and builds a day; what DBOS keeps of those that went well is dropped after one. */
export async function forgetRereads(): Promise<void> {
  const endTime = new Date(Date.now() - 86_400_000).toISOString();
  for (const workflowName of ['rereadHints', 'publishMarts']) {
    const old = await DBOS.listWorkflows({
      workflowName,
      status: 'SUCCESS',
      endTime,
      limit: 5_000,
      loadInput: false,
      loadOutput: false,
    });
    if (old.length > 0) await DBOS.deleteWorkflows(old.map(({ workflowID }) => workflowID));
  }
}

/**
 * Reads again what webhooks hinted at. First the events, so that stage history and deletions are there, then the rows by id; a hint goes
 * when its row is committed and it was not given again meanwhile. Killed anywhere, what is left of the hints is read again.
 */
const rereadHints = DBOS.registerWorkflow(
  async ({ source }: RereadInput): Promise<RereadReport> => {
    try {
      const { cut, lookBack } = await DBOS.runStep(() => begin(source), { ...STEP_RETRY, name: 'begin' });
      let changed = await DBOS.runStep(() => followNews(source, lookBack), {
        ...STEP_RETRY,
        name: 'followNews',
      });
      const total = { hints: 0, requests: 0, found: 0, absent: 0 };
      for (;;) {
        const batch = await DBOS.runStep(() => readHints(source, cut), { ...STEP_RETRY, name: 'readHints' });
        if (batch.hints === 0) break;
        for (const count of ['hints', 'requests', 'found', 'absent'] as const) total[count] += batch[count];
        changed += batch.changed;
      }
      const next = await DBOS.runStep(() => end(source, changed), { ...STEP_RETRY, name: 'end' });
      if (next.sync) await enqueueSync({ source, thenBuild: true });
      if (next.build) await enqueueBuild({ full: false });
      return { ...total, changed };
    } catch (error) {
      await DBOS.runStep(() => giveUp(source, error), { ...STEP_RETRY, name: 'giveUp' });
      throw error;
    }
  },
  { name: 'rereadHints' },
);

async function begin(source: string): Promise<{ cut: string; lookBack: number }> {
  const { pool } = workflowContext().warehouse;
  const session = await sessionOf(source);
  const { cut, oldestSeconds } = await beginReading(pool, source, session.account.id);
  return { cut, lookBack: Math.min(LONGEST_LOOK_BACK_S, oldestSeconds + NEWS_MARGIN_S) };
}

async function followNews(source: string, lookBack: number): Promise<number> {
  const { inserted } = await readNews(await sessionOf(source), lookBack);
  return inserted;
}

async function readHints(source: string, cut: string): Promise<RereadReport> {
  const { pool } = workflowContext().warehouse;
  const hints = await takeHints(pool, source, cut, HINTS_PER_STEP);
  const total = { hints: hints.length, requests: 0, found: 0, absent: 0, changed: 0 };
  if (hints.length === 0) return total;
  const session = await sessionOf(source);
  for (const [kind, ids] of byKind(hints)) {
    const { stream, part } = streamOf(kind);
    const read = await rereadRows(session, stream, ids, part === undefined ? {} : { part });
    total.requests += read.requests;
    total.found += read.found;
    total.absent += read.absent;
    total.changed += read.inserted + read.updated;
  }
  await answerHints(pool, source, cut, hints);
  return total;
}

/** What is to follow: a sync when too much was hinted, and a build of what has changed, unless one waits that will see it. */
async function end(source: string, changed: number): Promise<{ sync: boolean; build: boolean }> {
  const { pool } = workflowContext().warehouse;
  const sync = await wantsEverything(pool, source);
  await noteSuccess(pool, source, sync ? SYNC_PAUSE_MS : 0);
  // Before the first sync is through there is not enough to build from, and the sync itself builds.
  const { rowCount } = await pool.query(
    `select from ops.syncs where source = $1 and status = 'succeeded' limit 1`,
    [source],
  );
  if (changed === 0 || sync || rowCount === 0) return { sync, build: false };
  const waiting = await DBOS.listWorkflows({
    status: 'ENQUEUED',
    workflowName: 'publishMarts',
    limit: 1,
    loadInput: false,
    loadOutput: false,
  });
  return { sync, build: waiting.length === 0 };
}

async function giveUp(source: string, error: unknown): Promise<void> {
  const { warehouse, rereadSessions } = workflowContext();
  await rereadSessions.close(source);
  await noteFailure(warehouse.pool, source, error instanceof Error ? error.message : String(error));
}

const openedAt = new WeakMap<SourceSession, number>();

/** An open session, kept from one re-read to the next. */
async function sessionOf(source: string): Promise<SourceSession> {
  const { rereadSessions } = workflowContext();
  let session = await rereadSessions.get(source);
  if (Date.now() - (openedAt.get(session) ?? Date.now()) > SESSION_MS) {
    await rereadSessions.close(source);
    session = await rereadSessions.get(source);
  }
  if (!openedAt.has(session)) openedAt.set(session, Date.now());
  return session;
}

function byKind(hints: readonly Hint[]): Map<string, string[]> {
  const kinds = new Map<string, string[]>();
  for (const { kind, id } of hints) kinds.set(kind, [...(kinds.get(kind) ?? []), String(id)]);
  return kinds;
}
