-- What voronka says by itself: messages on their way out, digests that are due, alerts and their lives.

-- The outbox. A message is written in the same transaction as whatever it tells of, and leaves its address's lane in the order it came.
create table ops.messages (
  message_id bigint generated always as identity primary key,
  -- What the message is, e.g. `digest/evening/2026-03-02/anna/mail`: a second try to say the same finds it here.
  key text not null unique,
  channel text not null,
  address text not null,
  subject text not null,
  -- The message as it goes out; null some days after it did.
  content jsonb,
  state text not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'refused', 'expired')),
  attempts int not null default 0,
  -- Another copy may be at the receiver's already: a sending was cut off, and nobody can say whether it was taken.
  is_doubtful boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  next_attempt_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  -- What the receiver calls it.
  receipt text,
  error text
);
create index messages_lanes on ops.messages (channel, address, message_id) where state in ('waiting', 'sending');
create index messages_ended on ops.messages (channel, address, message_id desc) where state = 'sent';

-- The delivery log: every attempt, also those that were cut off.
create table ops.deliveries (
  message_id bigint not null references ops.messages on delete cascade,
  attempt int not null,
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  outcome text check (outcome in ('sent', 'refused', 'later', 'in_doubt', 'cut_off', 'found_sent')),
  error text,
  primary key (message_id, attempt)
);

-- Since when a digest is in the configuration: what was due earlier is not caught up.
create table ops.digests (
  digest text primary key,
  since timestamptz not null
);

create table ops.editions (
  digest text not null,
  due_at timestamptz not null,
  state text not null default 'due' check (state in ('due', 'made', 'failed')),
  is_late boolean not null default false,
  attempts int not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  made_at timestamptz,
  messages int,
  error text,
  primary key (digest, due_at)
);

create table ops.alerts (
  alert_id bigint generated always as identity primary key,
  rule text not null,
  -- What it is about within its rule: a manager, a step, a deal, a source. At most one alert of it is open.
  subject text not null,
  subject_title text not null,
  manager_id text,
  manager text,
  team_id text,
  team text,
  value numeric,
  norm numeric,
  unit text,
  -- The deals, calls or days behind the number: [{"id", "title", "url", "value"}], the gravest first, twenty at most.
  evidence jsonb not null default '[]',
  evidence_count int not null default 0,
  raised_at timestamptz not null,
  seen_at timestamptz not null,
  notified_at timestamptz,
  -- How many levels were told.
  level int not null default 0,
  acknowledged_at timestamptz,
  acknowledged_by text,
  cleared_at timestamptz
);
create unique index alerts_open on ops.alerts (rule, subject) where cleared_at is null;
create index alerts_by_raise on ops.alerts (raised_at);

create table ops.alert_notices (
  alert_id bigint not null references ops.alerts on delete cascade,
  recipient text not null,
  level int not null,
  message_key text not null,
  noticed_at timestamptz not null,
  primary key (alert_id, recipient)
);
create index alert_notices_latest on ops.alert_notices (recipient, noticed_at desc);

-- Which build the alerts were last evaluated after.
create table ops.alert_runs (
  build_id bigint primary key,
  evaluated_at timestamptz not null,
  raised int not null,
  cleared int not null,
  failed_rules jsonb not null default '[]'
);
