import { openSource, type SourceConfig } from '../../sources/index.ts';
import type { Warehouse } from '../../warehouse/index.ts';
import { problem, type Check } from './check.ts';

/** Opens the source as a sync would: the secret is there, the address answers, the token is good, and which streams it cannot see. */
export async function* checkSource(source: SourceConfig, warehouse: Warehouse): AsyncGenerator<Check> {
  const what = `source ${source.name}`;
  try {
    const session = await openSource(source, { warehouse });
    try {
      yield {
        state: 'ok',
        what,
        found: `account "${session.account.name}" (${session.account.id})${at(session.account.place)}`,
      };
      for (const { name, missing } of session.streams) {
        if (missing !== undefined)
          yield { state: 'warning', what: `${what}, stream ${name}`, found: 'cannot be read', todo: missing };
      }
    } finally {
      await session.close();
    }
  } catch (error) {
    yield problem(what, error);
  }
}

function at(place: string | undefined): string {
  return place === undefined ? '' : ` at ${place}`;
}
