import type { Config } from '../config/index.ts';
import { mangoCredentials } from '../sources/index.ts';
import type { Warehouse } from '../warehouse/index.ts';
import {
  hookedPhones,
  hookedSources,
  openHookEndpoint,
  openMangoEndpoint,
  watchHints,
  webhookKey,
  type HookEndpoint,
} from '../webhooks/index.ts';
import { readApiSecret } from './api-secret.ts';

export interface Hooks {
  readonly sources: readonly string[];
  readonly handle: HookEndpoint['handle'];
  close(): Promise<void>;
}

/** Takes webhooks and reads again what they hint at; undefined when no source has them on. Needs a running runtime. */
export async function openHooks(config: Config, warehouse: Warehouse): Promise<Hooks | undefined> {
  const sources = hookedSources(config).map(({ name }) => name);
  const phones = hookedPhones(config);
  if (sources.length + phones.length === 0) return undefined;
  const receivers = new Map(phones.map((phone) => [phone.name, mangoCredentials(phone, process.env)]));
  const endpoint = await openHookEndpoint({ warehouse, sources, key: webhookKey(await readApiSecret()) });
  const calls = await openMangoEndpoint({ warehouse, receivers });
  const watch = watchHints(config, warehouse);
  return {
    sources: [...sources, ...receivers.keys()],
    handle: (request, response, next) =>
      endpoint.handle(request, response, () => calls.handle(request, response, next)),
    async close() {
      await watch.stop();
      await endpoint.close();
      await calls.close();
    },
  };
}
