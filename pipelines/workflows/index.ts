export type { BuildInput, BuildResult } from './build.ts';
export { ExecutorLostError } from './executor.ts';
export { buildMarts, transformConfig } from './marts.ts';
export { enqueueBuild, enqueueSync } from './queues.ts';
export { enqueueReread, forgetRereads, type RereadInput, type RereadReport } from './reread.ts';
export { RunLog, type RunError, type StreamProgress, type SyncRun } from './run-log.ts';
export { startRuntime, type Runtime, type RuntimeOptions } from './runtime.ts';
export { sourceConfig, SourceUnknownError } from './sessions.ts';
export type { SyncInput, SyncResult } from './sync.ts';
