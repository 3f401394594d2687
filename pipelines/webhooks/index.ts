export { hookPath, webhookKey, WebhookSecretError } from './address.ts';
export { openHookEndpoint, type HookEndpoint, type HookEndpointOptions } from './endpoint.ts';
export { listWebhooks, type WebhookState } from './hint-store.ts';
export { HOOK_CODES, HOOK_SETTINGS } from './settings.ts';
export { mangoHookPath, openMangoEndpoint, type MangoEndpointOptions } from './mango-endpoint.ts';
export { hookedPhones, hookedSources, watchHints } from './watch.ts';
