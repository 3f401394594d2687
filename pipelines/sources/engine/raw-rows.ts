import { rawTable, type LandingRow, type Warehouse } from '../../warehouse/index.ts';

export interface StreamKey {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
}

/** Ids of the rows that are not deleted. */
export async function knownIds(warehouse: Warehouse, key: StreamKey): Promise<string[]> {
  const { rows } = await warehouse.pool.query<{ id: string }>(
    `select id from raw.${rawTable(key)} where account_id = $1 and not is_deleted`,
    [key.account],
  );
  return rows.map(({ id }) => id);
}

/** A deletion as a landing row: the warehouse keeps the last full payload. */
export function tombstone(id: string, updatedAt: Date | null, deletedAt: Date): LandingRow {
  return {
    id,
    payload: JSON.stringify({ id: /^\d+$/.test(id) ? Number(id) : id }),
    updatedAt,
    isDeleted: true,
    deletedAt,
  };
}
