{{ mail_columns('imap') }}

union all

{{ mail_columns('maildir') }}
