import { sourceKind } from '../engine/kind.ts';
import { MAIL_STREAMS } from '../mail/stream-names.ts';
import { maildirSettings } from './settings.ts';

/** Mail that lies in files: maildirs and mboxes, for imports and for servers on the same machine. */
export const maildir = sourceKind({
  type: 'maildir',
  settings: maildirSettings,
  streams: MAIL_STREAMS,
  async open(settings, options) {
    const { openMaildir } = await import('./open.ts');
    return openMaildir(settings, options);
  },
});
