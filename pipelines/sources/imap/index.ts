import { sourceKind } from '../engine/kind.ts';
import { MAIL_STREAMS } from '../mail/stream-names.ts';
import { imapSettings } from './settings.ts';

/** Mailboxes on an IMAP server: headers and structure, read-only. */
export const imap = sourceKind({
  type: 'imap',
  settings: imapSettings,
  streams: MAIL_STREAMS,
  async open(settings, options) {
    const { openImap } = await import('./open.ts');
    return openImap(settings, options);
  },
});
