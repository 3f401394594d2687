-- When the company works, in the account's time zone, as voronka.yaml says it.
create table conf.business_hours (
  -- 1 Monday to 7 Sunday.
  iso_weekday int not null check (iso_weekday between 1 and 7),
  opens time not null,
  closes time not null,
  primary key (iso_weekday, opens),
  check (opens < closes)
);

-- Days that are not what their weekday says.
create table conf.special_days (
  day date primary key,
  is_working boolean not null,
  title text,
  -- A working day with hours of its own; both or neither.
  opens time,
  closes time,
  check ((opens is null) = (closes is null) and coalesce(opens < closes, true))
);
