import type { Config } from '../config/index.ts';
import type { Warehouse } from '../warehouse/index.ts';
import type { RunLog } from './run-log.ts';
import type { Sessions } from './sessions.ts';

/** What the steps of a workflow need from the process they run in. Never a workflow's input: it holds connections and secrets. */
export interface WorkflowContext {
  readonly config: Config;
  readonly warehouse: Warehouse;
  readonly runLog: RunLog;
  readonly sessions: Sessions;
  /** Of re-reads, which must not end with a sync that closes its own. */
  readonly rereadSessions: Sessions;
}

let current: WorkflowContext | undefined;

export function setWorkflowContext(context: WorkflowContext | undefined): void {
  current = context;
}

/** DBOS calls registered functions by name on recovery, with their stored input only; this is how they reach the process. */
export function workflowContext(): WorkflowContext {
  if (!current) throw new Error('A workflow step ran before the runtime was started.');
  return current;
}
