import type { Config } from '../../config/index.ts';
import type { Warehouse } from '../../warehouse/index.ts';
import { hookedPhones, hookedSources, listWebhooks } from '../../webhooks/index.ts';
import type { Check } from './check.ts';

/** Whether the sources that are to be told of changes by webhooks were ever told, and what became of it. */
export async function* checkWebhooks(config: Config, warehouse: Warehouse): AsyncGenerator<Check> {
  const states = await listWebhooks(warehouse.pool);
  for (const { name } of [...hookedSources(config), ...hookedPhones(config)]) {
    const what = `webhooks of ${name}`;
    const state = states.find(({ source }) => source === name);
    if (!state?.lastPostAt) {
      const todo =
        'Run `voronka webhooks`: it prints the address to enter there, and can register it with amoCRM.';
      yield { state: 'warning', what, found: 'none has come yet', todo };
    } else if (state.error !== null) {
      yield { state: 'problem', what, found: `what they announced could not be read: ${state.error}` };
    } else {
      const last = state.lastPostAt.toISOString().slice(0, 19).replace('T', ' ');
      yield { state: 'ok', what, found: `${state.posts} came, the last ${last} UTC` };
    }
  }
}
