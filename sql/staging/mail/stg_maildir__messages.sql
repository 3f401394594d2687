{{ mail_columns('maildir') }}
