import { rawTable, type LandingRow } from '../../warehouse/index.ts';
import type { Sighting } from './drift.ts';
import type { SourceSession } from './session.ts';
import type { Row, StreamSpec } from './stream.ts';

/**
 * What a list of definitions (custom fields) says that the last one did not: fields that are new, and fields whose type has changed, so
 * that old and new values of one field are not of one kind. Nothing on the first read, when all of them are new.
 */
export async function driftOfDefinitions(
  session: SourceSession,
  spec: StreamSpec,
  landing: readonly LandingRow[],
  isFirst: boolean,
): Promise<Sighting[]> {
  const { definition } = spec;
  if (!definition || isFirst) return [];
  const table = rawTable({ source: session.type, stream: spec.name });
  const { rows } = await session.warehouse.pool.query<{ id: string; payload: Row }>(
    `select id, payload from raw.${table} where account_id = $1`,
    [session.account.id],
  );
  const before = new Map(rows.map(({ id, payload }) => [id, definition(payload).type]));
  return landing.flatMap(({ id, payload }): Sighting[] => {
    const { name, type } = definition(JSON.parse(payload) as Row);
    const known = before.get(id);
    if (known === undefined) return [{ kind: 'new_custom_field', name: `${id} ${name} (${type})` }];
    return known === type ? [] : [{ kind: 'changed_type', name: `${id} ${name}: ${known} to ${type}` }];
  });
}
