-- A stream that was not read for so long is stale; see view data_health.
alter table conf.regulation add column stale_seconds int not null default 86400;
