import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A copy of a letter in a mailbox, of which only the headers are read. */
export interface MailCopy {
  readonly mailbox: string;
  readonly folder: string;
  readonly id: string;
  readonly at: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** Ids of the letters it answers. */
  readonly answers: readonly string[];
  /** A delivery report: the first letter it answers did not arrive. */
  readonly isReport: boolean;
  /** Written by a person: no mark of a machine, a list or a delivery report. */
  readonly isPersonal: boolean;
}

/** Every copy in the folders `ADDRESS/NAME.mbox`. */
export function readMailboxes(dir: string): MailCopy[] {
  return readdirSync(dir).flatMap((mailbox) =>
    readdirSync(join(dir, mailbox)).flatMap((file) =>
      readFileSync(join(dir, mailbox, file), 'utf8')
        .split(/^From .*$/m)
        .slice(1)
        .map((text) => readCopy(text, mailbox, file.replace(/\.mbox$/, ''))),
    ),
  );
}

function readCopy(text: string, mailbox: string, folder: string): MailCopy {
  const head = text.trimStart().split('\n\n')[0] ?? '';
  const headers = new Map(
    head.split(/\n(?=\S)/).map((line) => {
      const [name = '', ...rest] = line.split(':');
      return [name.toLowerCase(), rest.join(':').trim()];
    }),
  );
  const header = (name: string): string => headers.get(name) ?? '';
  const isReport = header('content-type').startsWith('multipart/report');
  const isMachine =
    isReport ||
    /auto-(replied|generated)/.test(header('auto-submitted')) ||
    /bulk|auto_reply|list/.test(header('precedence')) ||
    headers.has('list-id') ||
    headers.has('list-unsubscribe') ||
    header('return-path') === '<>';
  return {
    mailbox,
    folder,
    id: header('message-id'),
    at: Date.parse(header('date')) / 1_000,
    from: addresses(header('from'))[0] ?? '',
    to: addresses(header('to')),
    cc: addresses(header('cc')),
    answers: `${header('in-reply-to')} ${header('references')}`.match(/<[^>]+>/g) ?? [],
    isReport,
    isPersonal: !isMachine,
  };
}

function addresses(text: string): string[] {
  return (text.match(/[^\s<>,]+@[^\s<>,]+/g) ?? []).map((address) => address.toLowerCase());
}
