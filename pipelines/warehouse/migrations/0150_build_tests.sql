-- What a test said, so that the next build can tell whether it would say the same of rows that have not changed.
alter table ops.build_tests add column fingerprint text;
