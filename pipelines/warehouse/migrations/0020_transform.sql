-- What the build of the SQL models reads from the configuration (conf) and what it remembers (ops).
create schema if not exists conf;
create schema if not exists ops;

-- One row. Written by the build from voronka.yaml, only when something changed: models that read it are then rebuilt in full.
create table conf.settings (
  is_only_row boolean primary key default true check (is_only_row),
  account_name text,
  time_zone text not null,
  currency text not null,
  -- Code or name of the deal's custom field that says where the deal came from.
  lead_source_field text,
  country text,
  first_contact_min_talk_seconds int not null default 10
);

-- Stage -> canonical step, as the configuration has it: pipelines and stages by name or id; pipeline '*' is any.
create table conf.stage_steps (
  pipeline text not null,
  stage text not null,
  step text not null,
  primary key (pipeline, stage)
);

create table ops.builds (
  build_id bigint generated always as identity primary key,
  project text not null,
  status text not null check (status in ('running', 'succeeded', 'failed', 'interrupted')),
  is_full boolean not null,
  selector text,
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  -- Lowest transaction still running when the build took its snapshot: the next build reads from here.
  built_through xid8,
  -- Transaction ids mean nothing in another cluster; pg_control_system() tells clusters apart.
  system_identifier bigint,
  error_code text,
  error text
);
create index builds_by_start on ops.builds (project, started_at desc);

create table ops.build_models (
  build_id bigint not null references ops.builds on delete cascade,
  model text not null,
  materialized text not null,
  mode text not null check (mode in ('full', 'incremental', 'view')),
  status text not null check (status in ('running', 'succeeded', 'failed', 'interrupted')),
  rows bigint,
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  primary key (build_id, model)
);

create table ops.build_tests (
  build_id bigint not null references ops.builds on delete cascade,
  test text not null,
  model text,
  severity text not null check (severity in ('error', 'warn')),
  status text not null check (status in ('passed', 'failed', 'warned', 'broken')),
  failures bigint,
  -- Up to ten of the failing rows.
  examples jsonb,
  error text,
  primary key (build_id, test)
);

-- The state of each model as published: written in the build's own transaction, so that it is true whenever it is readable.
create table ops.model_states (
  project text not null,
  model text not null,
  schema_name text not null,
  relation_name text not null,
  materialized text not null,
  fingerprint text not null,
  built_through xid8 not null,
  system_identifier bigint not null,
  build_id bigint not null,
  built_at timestamptz not null,
  primary key (project, model)
);
