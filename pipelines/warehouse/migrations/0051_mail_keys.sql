-- A message is put together again when one of its copies changes: the copies are found by its key.
select ops.ensure_stream('imap', 'mailboxes');
select ops.ensure_stream('maildir', 'mailboxes');
create index on raw.imap__messages ((payload ->> 'message_key'));
create index on raw.maildir__messages ((payload ->> 'message_key'));
