import type { Pool } from 'pg';
import type { Retry } from '../errors.ts';

export type SyncStatus = 'running' | 'succeeded' | 'failed' | 'abandoned';
export type StreamStatus = 'waiting' | 'running' | 'succeeded' | 'failed' | 'missing';

export interface StreamProgress {
  readonly stream: string;
  readonly status: StreamStatus;
  readonly pages: number;
  readonly rows: number;
  readonly expectedRows: number | null;
  readonly note: string | null;
}

export interface RunError {
  readonly code: string;
  readonly retry: Retry;
  readonly message: string;
}

export interface SyncRun {
  readonly syncId: string;
  readonly source: string;
  readonly status: SyncStatus;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly error: RunError | null;
}

/** The record of syncs for people (`status`, progress bars). Every write is idempotent, for steps may run twice. */
export class RunLog {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async started(
    syncId: string,
    source: string,
    streams: readonly { name: string; missing?: string }[],
  ): Promise<void> {
    await this.#pool.query(
      `insert into ops.syncs (sync_id, source, status, started_at) values ($1, $2, 'running', now()) on conflict (sync_id) do nothing`,
      [syncId, source],
    );
    await this.#pool.query(
      `insert into ops.sync_streams (sync_id, stream, status, note)
       select $1, s.name, case when s.missing is null then 'waiting' else 'missing' end, s.missing
       from json_to_recordset($2) as s(name text, missing text)
       on conflict (sync_id, stream) do nothing`,
      [syncId, JSON.stringify(streams.map(({ name, missing }) => ({ name, missing: missing ?? null })))],
    );
  }

  /** Counts are totals of the run so far, not increments: a repeated report changes nothing. */
  async progressed(syncId: string, progress: StreamProgress): Promise<void> {
    await this.#pool.query(
      `insert into ops.sync_streams (sync_id, stream, status, pages, rows, expected_rows, note)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (sync_id, stream) do update set
         -- A report of progress that arrives after the stream's end must not open it again.
         status = case when ops.sync_streams.status = 'succeeded' and excluded.status = 'running' then 'succeeded' else excluded.status end,
         pages = greatest(ops.sync_streams.pages, excluded.pages),
         rows = greatest(ops.sync_streams.rows, excluded.rows),
         expected_rows = coalesce(excluded.expected_rows, ops.sync_streams.expected_rows),
         note = coalesce(excluded.note, ops.sync_streams.note), updated_at = now()`,
      [
        syncId,
        progress.stream,
        progress.status,
        progress.pages,
        progress.rows,
        progress.expectedRows,
        progress.note,
      ],
    );
  }

  async finished(syncId: string, status: Exclude<SyncStatus, 'running'>, error?: RunError): Promise<void> {
    await this.#pool.query(
      `update ops.syncs set status = $2, finished_at = now(), error_code = $3, error_retry = $4, error_message = $5 where sync_id = $1`,
      [syncId, status, error?.code ?? null, error?.retry ?? null, error?.message ?? null],
    );
    if (status === 'succeeded') return;
    await this.#pool.query(
      `update ops.sync_streams set status = 'failed' where sync_id = $1 and status in ('waiting', 'running')`,
      [syncId],
    );
  }

  async sync(syncId: string): Promise<SyncRun | undefined> {
    const { rows } = await this.#pool.query<SyncRunRow>(`${SELECT_SYNC} where sync_id = $1`, [syncId]);
    return rows[0] && toRun(rows[0]);
  }

  async streams(syncId: string): Promise<StreamProgress[]> {
    const { rows } = await this.#pool.query<{
      stream: string;
      status: StreamStatus;
      pages: string;
      rows: string;
      expected_rows: string | null;
      note: string | null;
    }>(
      'select stream, status, pages, rows, expected_rows, note from ops.sync_streams where sync_id = $1 order by stream',
      [syncId],
    );
    return rows.map((row) => ({
      stream: row.stream,
      status: row.status,
      pages: Number(row.pages),
      rows: Number(row.rows),
      expectedRows: row.expected_rows === null ? null : Number(row.expected_rows),
      note: row.note,
    }));
  }

  /** The newest run of each source. */
  async latest(): Promise<SyncRun[]> {
    const { rows } = await this.#pool.query<SyncRunRow>(
      `select distinct on (source) ${SYNC_COLUMNS} from ops.syncs order by source, started_at desc`,
    );
    return rows.map(toRun);
  }
}

interface SyncRunRow {
  sync_id: string;
  source: string;
  status: SyncStatus;
  started_at: Date;
  finished_at: Date | null;
  error_code: string | null;
  error_retry: Retry | null;
  error_message: string | null;
}

const SYNC_COLUMNS =
  'sync_id, source, status, started_at, finished_at, error_code, error_retry, error_message';
const SELECT_SYNC = `select ${SYNC_COLUMNS} from ops.syncs`;

function toRun(row: SyncRunRow): SyncRun {
  return {
    syncId: row.sync_id,
    source: row.source,
    status: row.status,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    error:
      row.error_code === null
        ? null
        : { code: row.error_code, retry: row.error_retry ?? 'later', message: row.error_message ?? '' },
  };
}
