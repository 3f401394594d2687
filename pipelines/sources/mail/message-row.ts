import { createHash } from 'node:crypto';
import { decodeWords } from 'postal-mime';
import type { RawRow } from '../engine/connection.ts';
import type { FolderRole } from './folder-role.ts';
import type { HeaderBlock } from './header-block.ts';
import { mailDate, receivedDate } from './mail-date.ts';
import { idDigest, idsOf, shortened } from './message-id.ts';
import type { MailStructure } from './structure.ts';

/** Where a copy of a message lies, and what the mailbox knows of it. */
export interface MailCopy {
  /** Key of the copy within the source: mailbox, folder, and what the folder numbers its messages by. */
  readonly id: string;
  readonly mailbox: string;
  readonly folder: string;
  readonly role: FolderRole | null;
  /** When it came into the mailbox (INTERNALDATE, the line that begins it in an mbox); ISO text. */
  readonly storedAt: string | null;
  readonly size: number;
  readonly isAnswered: boolean;
  readonly isDraft: boolean;
}

/** The headers that are asked for; there is no reading of what is not on this list. */
export const MAIL_HEADERS = [
  ...['From', 'Sender', 'Reply-To', 'To', 'Cc', 'Bcc', 'Delivered-To', 'X-Original-To', 'Return-Path'],
  ...['Date', 'Received', 'Message-ID', 'In-Reply-To', 'References', 'Content-Type'],
  ...['Auto-Submitted', 'Precedence', 'X-Autoreply', 'X-Autorespond', 'X-Auto-Reply-From'],
  ...['X-Failed-Recipients', 'List-Id', 'List-Post', 'List-Unsubscribe'],
] as const;

/** Who takes part, and by which header. */
const PARTIES = [
  ['from', 'from'],
  ['sender', 'sender'],
  ['reply_to', 'reply-to'],
  ['to', 'to'],
  ['cc', 'cc'],
  ['bcc', 'bcc'],
  ['delivered_to', 'delivered-to'],
  ['delivered_to', 'x-original-to'],
] as const;

/** Mail to thousands is no correspondence; its head is enough to see that. */
const MAX_PARTIES = 500;

/**
 * One copy of a message as the raw tables keep it: what it is, who takes part, when, and which messages it names. No body, no display
 * names, no file names; the subject only when asked for. Message-IDs are digests (message-id.ts).
 */
export function messageRow(
  copy: MailCopy,
  headers: HeaderBlock,
  structure: MailStructure,
  options: { readonly subjects: boolean },
): RawRow {
  const [ownId] = idsOf(headers.first('message-id') ?? '');
  const [parent] = idsOf(headers.first('in-reply-to') ?? '');
  const named = idsOf(headers.all('references').join(' '));
  const key = ownId === undefined ? `x:${fingerprint(headers)}` : `id:${idDigest(ownId)}`;
  const value = {
    id: copy.id,
    message_key: key,
    mailbox: copy.mailbox,
    folder: copy.folder,
    role: copy.role,
    stored_at: copy.storedAt,
    received_at: receivedDate(headers.first('received')),
    date_at: mailDate(headers.first('date')),
    size: copy.size,
    is_answered: copy.isAnswered,
    is_draft: copy.isDraft,
    parties: PARTIES.flatMap(([role, header]) =>
      headers.addresses(header).map((address) => ({ role, address })),
    ).slice(0, MAX_PARTIES),
    parent: parent === undefined ? null : idDigest(parent),
    refs: shortened(named.filter((id) => id !== ownId)).map(idDigest),
    auto_submitted: firstWord(headers.first('auto-submitted')),
    precedence: firstWord(headers.first('precedence')),
    has_autoreply_mark: ['x-autoreply', 'x-autorespond', 'x-auto-reply-from'].some((name) =>
      headers.has(name),
    ),
    has_list_id: headers.has('list-id'),
    has_list_post: headers.has('list-post'),
    has_list_unsubscribe: headers.has('list-unsubscribe'),
    has_failed_recipients: headers.has('x-failed-recipients'),
    // The sender of bounces and automatic answers, to whom nothing can be answered (RFC 5321, 4.5.5).
    has_empty_return_path: headers.first('return-path') === '<>',
    content_type: structure.contentType,
    report_type: structure.reportType,
    calendar_method: structure.calendarMethod,
    attachments: structure.attachments,
    attachment_bytes: structure.attachmentBytes,
    ...(options.subjects && { subject: decodeWords(headers.first('subject') ?? '') }),
  };
  return { text: JSON.stringify(value), value };
}

/**
 * Stands in for a missing Message-ID: what every copy of the message has alike. The boundary in Content-Type, made anew for every
 * message, tells apart what one sender wrote to the same people in the same second.
 */
function fingerprint(headers: HeaderBlock): string {
  const parts = ['date', 'from', 'to', 'cc', 'references', 'content-type'].map((name) =>
    headers.all(name).join('\n').replace(/\s+/g, ' '),
  );
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}

function firstWord(value: string | undefined): string | null {
  const word = /^[\w-]+/.exec(value?.trim() ?? '')?.[0];
  return word === undefined ? null : word.toLowerCase();
}
