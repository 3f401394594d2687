export { advanceStream, type AdvanceOptions, type AdvanceResult } from './engine/advance.ts';
export { listDrift, type DriftKind, type DriftRow } from './engine/drift.ts';
export * from './engine/errors.ts';
export { followNews, rereadRows, type RereadResult } from './engine/reread.ts';
export type { SourceSession, StreamInfo, SyncProgress } from './engine/session.ts';
export * from './amocrm/errors.ts';
export { openSource, type OpenSourceOptions } from './open-source.ts';
export { subscribeWebhook, type WebhookSubscription } from './subscribe-webhook.ts';
export { consentUrl, exchangeCode } from './exchange-code.ts';
