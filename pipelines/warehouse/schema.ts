import type { ColumnType, Generated } from 'kysely';

/** Tables of the `ops` schema that the warehouse owns; int8 columns are numbers in this pool (see pool.ts). */
export interface WarehouseSchema {
  'ops.migrations': { name: string; checksum: string; applied_at: Generated<Date> };
  'ops.loads': LoadsTable;
  'ops.cursors': CursorsTable;
  'ops.streams': StreamsTable;
  'ops.rejects': RejectsTable;
}

interface StreamKey {
  source: string;
  account_id: string;
  stream: string;
}

interface LoadsTable extends StreamKey {
  id: number;
  inserted: Generated<number>;
  updated: Generated<number>;
  unchanged: Generated<number>;
  stale: Generated<number>;
  rejected: Generated<number>;
  mended: Generated<number>;
  landed_at: Generated<Date>;
}

interface CursorsTable extends StreamKey {
  /** jsonb: read as the value, written as JSON text. */
  cursor: ColumnType<unknown, string, string>;
  updated_at: Generated<Date>;
}

interface StreamsTable extends StreamKey {
  rows: Generated<number>;
  deleted: Generated<number>;
  history: Generated<number>;
  last_load_id: number | null;
  last_load_at: Date | null;
}

interface RejectsTable extends StreamKey {
  reject_id: Generated<number>;
  id: string | null;
  reason: string;
  payload: Buffer;
  source_updated_at: Date | null;
  is_deleted: Generated<boolean>;
  deleted_at: Date | null;
  load_id: number;
  seen_at: Generated<Date>;
  tries: Generated<number>;
  resolved_at: Date | null;
  resolved_load_id: number | null;
}
