-- Who is logged in to the dashboard. The cookie itself is not kept: its SHA-256 is enough to know it again.
create table ops.web_sessions (
  session_hash bytea primary key,
  -- A user of the configuration; null for who came with a token.
  user_name text,
  -- SHA-256 of the user's verifier at login: another password ends the sessions of the old one.
  credential_hash bytea,
  role text not null,
  teams text[] not null default '{}',
  managers text[] not null default '{}',
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index on ops.web_sessions (expires_at);

-- Tries to log in that have not succeeded; counted over a quarter of an hour, dropped after a day.
create table ops.web_login_attempts (
  attempt_id bigint generated always as identity primary key,
  user_name text not null,
  address text not null,
  attempted_at timestamptz not null default now()
);
create index on ops.web_login_attempts (attempted_at);

-- A page with its filters, under a name of its owner's choice.
create table ops.web_saved_views (
  view_id uuid primary key default gen_random_uuid(),
  owner text not null,
  title text not null check (length(title) between 1 and 80),
  address text not null check (length(address) between 1 and 2000),
  created_at timestamptz not null default now(),
  unique (owner, title)
);
