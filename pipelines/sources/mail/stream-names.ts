export const MAIL_STREAMS = ['messages', 'mailboxes'] as const;
