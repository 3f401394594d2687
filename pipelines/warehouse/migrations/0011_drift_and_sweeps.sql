-- What a source sent that its declaration did not expect: landed or set aside all the same, and counted here for people to look at.
create table ops.drift (
  source text not null,
  account_id text not null,
  stream text not null,
  -- new_field, null, unknown_value, changed_type, new_custom_field, replaced_character, large_row, rejected
  kind text not null,
  -- The field, the event type or whatever it is about.
  name text not null,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  -- Rows as they were read: one that is read again by an overlapping window counts again.
  rows bigint not null default 0,
  primary key (source, account_id, stream, kind, name)
);

-- A sweep reads nothing but the ids of a large stream, to find rows that left it without a trace (merged, purged, declined).
create table ops.sweeps (
  source text not null,
  account_id text not null,
  stream text not null,
  due_at timestamptz not null,
  -- While one is under way: when it began, by the source's clock, and the page it goes on with.
  began_at timestamptz,
  next_page integer,
  -- How the last one ended.
  finished_at timestamptz,
  known bigint,
  missing bigint,
  marked bigint,
  outcome text check (outcome in ('complete', 'short', 'refused')),
  primary key (source, account_id, stream)
);

-- The ids a sweep under way has met. Written with the page it goes on with, so that a process that dies costs one page.
create table ops.sweep_ids (
  source text not null,
  account_id text not null,
  stream text not null,
  id text not null,
  primary key (source, account_id, stream, id)
);
