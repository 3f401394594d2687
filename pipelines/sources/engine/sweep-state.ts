import type pg from 'pg';
import { rawTable } from '../../warehouse/index.ts';
import type { SourceSession } from './session.ts';

/** Position and outcome of id sweeps, in ops.sweeps and ops.sweep_ids. */
export interface OpenSweep {
  readonly isUnderWay: boolean;
  readonly nextPage: number;
  /** Rows that are known and not deleted. */
  readonly known: number;
  readonly note?: string;
}

/** A list that was cut short is read again after this, not after a whole interval. */
const SHORT_AGAIN_SECONDS = 3_600;

/**
 * The sweep under way, or a new one when it is due. The first is due an interval after the stream was first read: its rows are fresh till
 * then. One that was refused is due at once when max_deleted_share now allows what it found.
 */
export async function openSweep(session: SourceSession, stream: string): Promise<OpenSweep> {
  const { pool } = session.warehouse;
  const { sweepEverySeconds, maxDeletedShare } = session.settings;
  const { rows } = await pool.query<{
    is_due: boolean;
    next_page: number | null;
    outcome: string | null;
    missing: number | null;
    known: number | null;
  }>(
    `insert into ops.sweeps as s (source, account_id, stream, due_at)
     values ($1, $2, $3, now() + make_interval(secs => $4))
     on conflict (source, account_id, stream) do update set due_at = least(s.due_at, now() + make_interval(secs => $4))
     returning next_page, outcome, missing, known,
       due_at <= now() or (outcome = 'refused' and missing <= greatest(3, known * $5::float8)) as is_due`,
    [...keyOf(session, stream), sweepEverySeconds, maxDeletedShare],
  );
  const found = rows[0];
  if (found?.next_page == null && !found?.is_due) {
    const note =
      found?.outcome === 'refused'
        ? `${found.missing} of ${found.known} known rows are absent from the CRM, more than max_deleted_share allows: none was marked deleted`
        : undefined;
    return { isUnderWay: false, nextPage: 1, known: 0, ...(note !== undefined && { note }) };
  }
  if (found.next_page == null) {
    await pool.query(
      `with forgotten as (delete from ops.sweep_ids where source = $1 and account_id = $2 and stream = $3)
       update ops.sweeps set began_at = now(), next_page = 1 where source = $1 and account_id = $2 and stream = $3`,
      keyOf(session, stream),
    );
  }
  const { rows: totals } = await pool.query<{ known: number }>(
    `select rows - deleted as known from ops.streams where source = $1 and account_id = $2 and stream = $3`,
    keyOf(session, stream),
  );
  return { isUnderWay: true, nextPage: found.next_page ?? 1, known: Number(totals[0]?.known ?? 0) };
}

/** The ids of the pages before `nextPage`, written together with it. */
export async function keepPage(
  session: SourceSession,
  stream: string,
  nextPage: number,
  ids: readonly string[],
): Promise<void> {
  await session.warehouse.pool.query(
    `with met as (
       insert into ops.sweep_ids (source, account_id, stream, id)
       select $1, $2, $3, id from unnest($5::text[]) as met (id) on conflict do nothing
     )
     update ops.sweeps set next_page = $4 where source = $1 and account_id = $2 and stream = $3 and next_page is not null`,
    [...keyOf(session, stream), nextPage, ids],
  );
}

/** Rows known before the sweep that it did not meet, by id; and rows it met that were marked deleted before it began. */
export async function compare(
  session: SourceSession,
  stream: string,
  mostBack: number,
): Promise<{ known: number; absent: string[]; back: string[] }> {
  const table = `raw.${rawTable({ source: session.type, stream })}`;
  const { rows } = await session.warehouse.pool.query<{ known: number; absent: string[]; back: string[] }>(
    `with sweep as (select began_at from ops.sweeps where source = $1 and account_id = $2 and stream = $3),
     record as (
       select r.id, r.is_deleted, r.first_seen_at < began_at as is_old, r.seen_at < began_at as is_marked_before,
         met.id is not null as is_met
       from ${table} r cross join sweep
       left join ops.sweep_ids met on met.source = $1 and met.account_id = $2 and met.stream = $3 and met.id = r.id
       where r.account_id = $2
     )
     select count(*) filter (where not is_deleted)::int as known,
       coalesce(array_agg(id order by length(id), id) filter (where not is_deleted and is_old and not is_met), '{}') as absent,
       (coalesce(array_agg(id order by length(id), id) filter (where is_deleted and is_marked_before and is_met), '{}'))[1:$4] as back
     from record`,
    [...keyOf(session, stream), mostBack],
  );
  return rows[0] ?? { known: 0, absent: [], back: [] };
}

export async function closeSweep(
  session: SourceSession,
  stream: string,
  result: {
    readonly outcome: 'complete' | 'short' | 'refused';
    readonly known: number;
    readonly missing: number;
    readonly marked: number;
  },
): Promise<void> {
  const every = session.settings.sweepEverySeconds;
  await session.warehouse.pool.query(
    `with forgotten as (delete from ops.sweep_ids where source = $1 and account_id = $2 and stream = $3)
     update ops.sweeps set began_at = null, next_page = null, finished_at = now(),
       due_at = now() + make_interval(secs => $4), outcome = $5, known = $6, missing = $7, marked = $8
     where source = $1 and account_id = $2 and stream = $3`,
    [
      ...keyOf(session, stream),
      result.outcome === 'short' ? Math.min(every, SHORT_AGAIN_SECONDS) : every,
      result.outcome,
      result.known,
      result.missing,
      result.marked,
    ],
  );
}

function keyOf(session: SourceSession, stream: string): [string, string, string] {
  return [session.type, session.account.id, stream];
}

export interface SweepStatus {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly dueAt: Date;
  readonly isUnderWay: boolean;
  /** Of the last one that ended; null before. `refused` waits for a person, see max_deleted_share. */
  readonly outcome: 'complete' | 'short' | 'refused' | null;
  readonly finishedAt: Date | null;
  readonly known: number;
  readonly missing: number;
  readonly marked: number;
}

/** How the last id sweep of each stream ended, and when the next one is due. */
export async function listSweeps(pool: Pick<pg.Pool, 'query'>): Promise<SweepStatus[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    'select * from ops.sweeps order by source, account_id, stream',
  );
  return rows.map((row) => ({
    source: row['source'] as string,
    account: row['account_id'] as string,
    stream: row['stream'] as string,
    dueAt: row['due_at'] as Date,
    isUnderWay: row['next_page'] !== null,
    outcome: row['outcome'] as SweepStatus['outcome'],
    finishedAt: row['finished_at'] as Date | null,
    known: Number(row['known'] ?? 0),
    missing: Number(row['missing'] ?? 0),
    marked: Number(row['marked'] ?? 0),
  }));
}
