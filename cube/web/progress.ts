import type pg from 'pg';

export interface SourceProgress {
  readonly source: string;
  readonly status: 'running' | 'succeeded' | 'failed' | 'abandoned';
  readonly rows: number;
  /** Null while a source does not say how many there are. */
  readonly expectedRows: number | null;
  readonly streams: number;
  readonly streamsDone: number;
  /** Whether it was never read to its end before: numbers may be of a part of it. */
  readonly isFirst: boolean;
  /** Why the newest sync failed. */
  readonly error: string | null;
}

export interface Progress {
  /** Whether anything was ever published; before, every page is empty. */
  readonly isBuilt: boolean;
  readonly lastBuiltAt: Date | null;
  readonly isBuilding: boolean;
  readonly modelsBuilt: number;
  /** Why the newest build failed; null when it did not. */
  readonly buildError: string | null;
  readonly sources: readonly SourceProgress[];
}

/** How far reading and building are: no KPI, only what a page says while there are none yet, or none newer. */
export async function readProgress(pool: pg.Pool): Promise<Progress> {
  const [builds, sources] = await Promise.all([
    pool.query<Omit<Progress, 'sources'>>(BUILDS),
    pool.query<SourceProgress>(SOURCES),
  ]);
  return { ...builds.rows[0]!, sources: sources.rows };
}

const BUILDS = `
  with newest as (
    select build_id, status, error from ops.builds order by build_id desc limit 1
  ), good as (
    select max(finished_at) as at from ops.builds where status = 'succeeded'
  )
  select
    good.at is not null as "isBuilt",
    good.at as "lastBuiltAt",
    coalesce(newest.status = 'running', false) as "isBuilding",
    (select count(*)::int from ops.build_models m where m.build_id = newest.build_id and m.status = 'succeeded') as "modelsBuilt",
    case when newest.status = 'failed' then newest.error end as "buildError"
  from good left join newest on true`;

const SOURCES = `
  with newest as (
    select distinct on (source) source, sync_id, status, error_message from ops.syncs order by source, started_at desc
  )
  select n.source, n.status, n.error_message as error,
    coalesce(sum(s.rows), 0)::float8 as rows,
    case when bool_or(s.expected_rows is null and s.status in ('waiting', 'running')) then null
      else sum(coalesce(s.expected_rows, s.rows))::float8 end as "expectedRows",
    count(s.stream)::int as streams,
    count(s.stream) filter (where s.status in ('succeeded', 'missing', 'failed'))::int as "streamsDone",
    not exists (select from ops.syncs o where o.source = n.source and o.status = 'succeeded') as "isFirst"
  from newest n
  left join ops.sync_streams s using (sync_id)
  group by n.source, n.status, n.error_message
  order by n.source`;
