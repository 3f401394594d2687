-- One row per landing call (a page or a batch of pages).
create sequence ops.load_id;
create table ops.loads (
  id bigint primary key,
  source text not null,
  account_id text not null,
  stream text not null,
  inserted bigint not null default 0,
  updated bigint not null default 0,
  unchanged bigint not null default 0,
  stale bigint not null default 0,
  rejected bigint not null default 0,
  -- Rows whose \u0000 or broken surrogates were replaced, for jsonb cannot hold them.
  mended bigint not null default 0,
  landed_at timestamptz not null default now()
);
create index on ops.loads (landed_at);

-- Where each stream goes on. Written in the transaction that writes the rows it stands for.
create table ops.cursors (
  source text not null,
  account_id text not null,
  stream text not null,
  cursor jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (source, account_id, stream)
);

-- Totals per stream, kept by every landing in its own transaction: exact, and read in no time however large the tables.
create table ops.streams (
  source text not null,
  account_id text not null,
  stream text not null,
  rows bigint not null default 0,
  deleted bigint not null default 0,
  history bigint not null default 0,
  last_load_id bigint,
  last_load_at timestamptz,
  primary key (source, account_id, stream)
) with (fillfactor = 50);

-- What did not fit. Nothing is lost: the payload is kept as the bytes that came, to be tried again when the schema has changed.
create table ops.rejects (
  reject_id bigint generated always as identity primary key,
  source text not null,
  account_id text not null,
  stream text not null,
  id text,
  reason text not null,
  payload bytea not null,
  source_updated_at timestamptz,
  is_deleted boolean not null default false,
  deleted_at timestamptz,
  load_id bigint not null,
  seen_at timestamptz not null default now(),
  tries integer not null default 1,
  resolved_at timestamptz,
  resolved_load_id bigint
);
-- The same bad record is read again by every overlapping window: one open reject is enough.
create unique index rejects_open on ops.rejects (source, account_id, stream, coalesce(id, ''), md5(payload)) where resolved_at is null;
