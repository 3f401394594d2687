import type { Config } from '../config/index.ts';
import type { Warehouse } from '../warehouse/index.ts';
import {
  hookedSources,
  openHookEndpoint,
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
  if (sources.length === 0) return undefined;
  const endpoint = await openHookEndpoint({ warehouse, sources, key: webhookKey(await readApiSecret()) });
  const watch = watchHints(config, warehouse);
  return {
    sources,
    handle: endpoint.handle,
    async close() {
      await watch.stop();
      await endpoint.close();
    },
  };
}
