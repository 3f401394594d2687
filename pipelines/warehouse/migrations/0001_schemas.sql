-- What each schema is for. Ownership of the ways in and out is given to roles by the program, not here: roles belong to the
-- whole server and may be nobody's to create.
create schema if not exists raw;
create schema if not exists ops;
create schema if not exists conf;
create schema if not exists staging;
create schema if not exists intermediate;
create schema if not exists marts;

comment on schema raw is 'Every version of every record, as the sources gave it; nothing is ever dropped';
comment on schema ops is 'Cursors, loads, rejects, runs: how the data got here';
comment on schema conf is 'voronka.yaml as tables, written by the build';
comment on schema staging is 'Sources in one shape: views over raw';
comment on schema intermediate is 'Steps between staging and marts';
comment on schema marts is 'Facts and dimensions: the only schema readers see';
