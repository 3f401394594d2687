-- What `voronka status` and the progress display read: one row per sync of a source, one per stream of it.
-- DBOS keeps the workflows; these rows keep what a person asks about them, after DBOS' own history is trimmed.
create table ops.syncs (
  sync_id text primary key,
  source text not null,
  status text not null check (status in ('running', 'succeeded', 'failed', 'abandoned')),
  started_at timestamptz not null,
  finished_at timestamptz,
  error_code text,
  error_retry text,
  error_message text
);
create index on ops.syncs (source, started_at desc);

create table ops.sync_streams (
  sync_id text not null references ops.syncs on delete cascade,
  stream text not null,
  status text not null check (status in ('waiting', 'running', 'succeeded', 'failed', 'missing')),
  pages bigint not null default 0,
  rows bigint not null default 0,
  expected_rows bigint,
  note text,
  updated_at timestamptz not null default now(),
  primary key (sync_id, stream)
);
