import type { Config } from '../../config/index.ts';
import { unknownNames } from '../../transform/index.ts';
import type { Warehouse } from '../../warehouse/index.ts';
import { transformConfig } from '../../workflows/index.ts';
import type { Check } from './check.ts';

/** Managers, teams and stages that `managers` and `regulation` name and the CRM does not have. */
export async function* checkPeople(config: Config, warehouse: Warehouse): AsyncGenerator<Check> {
  const unknown = await unknownNames(warehouse.pool, transformConfig(config));
  for (const found of unknown) {
    yield {
      state: 'warning',
      what: 'names in the configuration',
      found,
      todo: 'Write the name, the id or (of a person) the e-mail as the CRM has it, or take the entry out.',
    };
  }
  if (unknown.length === 0)
    yield { state: 'ok', what: 'names in the configuration', found: 'nobody is unknown' };
}
