{{ mail_columns('imap') }}
