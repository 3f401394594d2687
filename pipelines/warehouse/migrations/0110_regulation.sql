-- What voronka.yaml says under `regulation`, and who was in which team when.

-- The first and the last day at work; null is as the facts show.
alter table conf.managers add column valid_from date, add column valid_to date;

create table conf.manager_teams (
  manager_ref text not null,
  team text not null,
  -- Days in the account's time zone, both included; null is without end.
  valid_from date,
  valid_to date
);

-- One row of single numbers. A model that reads one of them is rebuilt when any changes.
create table conf.regulation (
  is_only_row boolean primary key default true check (is_only_row),
  idle_days int not null default 14,
  active_client_days int not null default 180,
  return_days int not null default 90,
  win_rate_days int not null default 180,
  email_minutes numeric not null default 5,
  lead_processing_norm_seconds int not null default 86400,
  deal_close_norm_seconds int not null default 604800
);

insert into conf.regulation default values;

-- Norms of a working day. A manager's goes before a team's, a team's before everybody's; of the same kind the one written last.
create table conf.norms (
  manager_ref text,
  team text,
  metric text not null,
  value numeric not null,
  valid_from date,
  valid_to date,
  position int not null,
  check (manager_ref is null or team is null)
);

-- How long a deal may stay; by stage (name or id) or by step of the funnel, in one pipeline (name or id) or, when null, in all.
create table conf.stage_limits (
  pipeline text,
  stage text,
  step text,
  limit_business_seconds int not null,
  check ((stage is null) <> (step is null))
);

-- By the share of the month's plan reached; the highest tier counts.
create table conf.bonus_tiers (
  from_share numeric not null,
  amount numeric not null,
  -- Share of the won amount.
  rate numeric not null
);

-- Points of the rating for each of a KPI.
create table conf.rating_points (
  metric text primary key,
  points numeric not null
);

create table conf.competitions (
  competition text primary key,
  starts_on date not null,
  ends_on date not null
);

create table conf.competition_points (
  competition text not null,
  metric text not null,
  points numeric not null,
  primary key (competition, metric)
);
