import { loadConfig, type Config } from '../../config/index.ts';
import { migrate, openWarehouse } from '../../warehouse/index.ts';
import { databaseOptions } from '../workspace.ts';
import type { GlobalOptions } from '../globals.ts';
import { problem, type Check } from './check.ts';
import { checkCube } from './cube.ts';
import { checkFunnel } from './funnel.ts';
import { checkPeople } from './people.ts';
import { checkSource } from './source.ts';
import { checkWebhooks } from './webhooks.ts';

export type { Check, CheckState } from './check.ts';

/** Every check of `voronka doctor`, in the order in which one rests on another; a failed one ends what rests on it, not the rest. */
export async function* runChecks(options: Pick<GlobalOptions, 'config'>): AsyncGenerator<Check> {
  yield checkCube();
  let config: Config;
  try {
    config = loadConfig(options.config);
    yield { state: 'ok', what: 'configuration', found: `${options.config} is valid` };
  } catch (error) {
    yield problem('configuration', error);
    return;
  }
  let warehouse;
  try {
    warehouse = await openWarehouse(databaseOptions(config));
  } catch (error) {
    yield problem('database', error);
    return;
  }
  try {
    const { roles } = await migrate(warehouse);
    const { host, pathname } = new URL(warehouse.url);
    yield {
      state: 'ok',
      what: 'database',
      found: `${warehouse.isEmbedded ? 'embedded Postgres' : 'Postgres'} at ${host}${pathname}`,
    };
    for (const { role, present, todo } of roles) {
      if (todo !== undefined)
        yield {
          state: present ? 'warning' : 'problem',
          what: `role ${role}`,
          found: 'is not as it should be',
          todo,
        };
    }
    for (const source of config.sources) yield* checkSource(source, warehouse);
    yield* checkWebhooks(config, warehouse);
    yield* checkFunnel(config, warehouse);
    yield* checkPeople(config, warehouse);
  } catch (error) {
    yield problem('database', error);
  } finally {
    await warehouse.close();
  }
}
