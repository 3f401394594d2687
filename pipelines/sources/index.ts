export { advanceStream, type AdvanceOptions, type AdvanceResult } from './engine/advance.ts';
export { listDrift, type DriftKind, type DriftRow } from './engine/drift.ts';
export * from './engine/errors.ts';
export { readNews, rereadRows, type RereadResult } from './engine/reread.ts';
export {
  isListSession,
  type ListSession,
  type SourceSession,
  type StreamInfo,
  type SyncProgress,
} from './engine/session.ts';
export { ensureAllStreams } from './ensure-streams.ts';
export { listSweeps, type SweepStatus } from './engine/sweep-state.ts';
export * from './amocrm/errors.ts';
export type { AmocrmSettings } from './amocrm/settings.ts';
export type { MangoSettings } from './mango/settings.ts';
export { mangoCredentials } from './mango/credentials.ts';
export { SOURCE_KINDS, type SourceConfig } from './registry.ts';
export { openSource, type OpenSourceOptions } from './open-source.ts';
export { subscribeWebhook, type WebhookSubscription } from './subscribe-webhook.ts';
export { consentUrl, exchangeCode } from './exchange-code.ts';
