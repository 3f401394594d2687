-- What `voronka sql log` reads: one row per statement over the views, and per refused or failed statement of any kind. Written in
-- batches by the server; rows older than a month are dropped by it. Parameters of prepared statements are not kept.
create table ops.sql_log (
  sql_log_id bigint generated always as identity primary key,
  started_at timestamptz not null,
  user_name text not null,
  role text not null,
  -- What the tool calls itself (application_name).
  client text not null,
  statement text not null,
  -- What Postgres ran, when it was another text.
  rewritten text,
  views text[] not null default '{}',
  outcome text not null check (outcome in ('answered', 'failed', 'refused', 'cancelled')),
  sqlstate text,
  message text,
  rows bigint not null default 0,
  -- Parsing and rewriting, then the whole time from the statement's coming to its answer's end.
  rewrite_ms real not null,
  total_ms real not null
);
create index on ops.sql_log (started_at);

-- The tables in schema public that stand for the views, so that a table of the same name that somebody else made is never touched.
create table ops.sql_tables (
  name text primary key,
  relid oid not null,
  columns jsonb not null
);

-- What the catalog of the SQL API was last made of.
create table ops.sql_catalog (
  is_only_row boolean primary key default true check (is_only_row),
  fingerprint text not null,
  installed_at timestamptz not null default now()
);
