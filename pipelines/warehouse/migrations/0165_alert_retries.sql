-- An evaluation that failed, as a whole or in some of its rules, is made again until it succeeds or a newer build takes its place.
alter table ops.alert_runs
  add column state text not null default 'done' check (state in ('due', 'done', 'failed')),
  add column attempts int not null default 0,
  add column next_attempt_at timestamptz not null default clock_timestamp(),
  add column error text;
