import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Correspondent, Letter } from './letter.ts';

/**
 * Writes every mailbox as a folder of mbox files (RFC 4155), `ADDRESS/INBOX.mbox` and `ADDRESS/Sent.mbox`: whole headers, and a
 * body of one line. A letter that lies in several mailboxes is written to each.
 */
export function writeMailboxes(letters: readonly Letter[], dir: string): void {
  const files = new Map<string, string[]>();
  for (const letter of letters.slice().sort((a, b) => a.at - b.at)) {
    const text = messageText(letter);
    for (const { mailbox, folder } of letter.copies) {
      const path = join(mailbox, `${folder}.mbox`);
      const file = files.get(path) ?? [];
      files.set(path, file);
      const delivered = folder === 'INBOX' ? `Delivered-To: ${mailbox}\n` : '';
      file.push(
        `From ${letter.kind === 'bounce' ? 'MAILER-DAEMON' : letter.from.address} ${asctime(letter.at)}\n${delivered}${text}\n\n`,
      );
    }
  }
  for (const [path, messages] of files) {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), messages.join(''));
  }
}

/** The letter as it lies in a mailbox, without what delivery adds. */
export function messageText(letter: Letter): string {
  const { id, at, from, to, cc, subject, answers, kind, hasAttachment } = letter;
  const headers = [
    ...(kind === 'bounce' ? ['Return-Path: <>'] : []),
    `Date: ${mailDate(at)}`,
    `From: ${mailbox(from)}`,
    `To: ${to.map(mailbox).join(', ')}`,
    ...(cc.length > 0 ? [`Cc: ${cc.map(mailbox).join(', ')}`] : []),
    `Subject: ${encoded(subject)}`,
    `Message-ID: <${id}>`,
    ...(answers === null
      ? []
      : [`In-Reply-To: <${answers.id}>`, `References: ${references(letter).join(' ')}`]),
    ...MARKS[kind],
    'MIME-Version: 1.0',
  ];
  return `${headers.join('\n')}\n${body(kind, hasAttachment, to[0]?.address ?? '')}`;
}

const MARKS: Readonly<Record<Letter['kind'], readonly string[]>> = {
  human: [],
  internal: [],
  auto_reply: ['Auto-Submitted: auto-replied', 'Precedence: auto_reply'],
  bounce: ['Auto-Submitted: auto-replied'],
  newsletter: [
    'List-Id: <news.list.example>',
    'List-Unsubscribe: <https://list.example/unsubscribe>',
    'Precedence: bulk',
  ],
};

function body(kind: Letter['kind'], hasAttachment: boolean, to: string): string {
  if (kind === 'bounce') {
    return parts('multipart/report; report-type=delivery-status', [
      'Content-Type: text/plain\n\nI was not able to deliver your message.',
      `Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; ${to}\nAction: failed\nStatus: 5.1.1`,
    ]);
  }
  if (!hasAttachment) return 'Content-Type: text/plain; charset=utf-8\n\n.';
  return parts('multipart/mixed', [
    'Content-Type: text/plain; charset=utf-8\n\n.',
    'Content-Type: application/pdf\nContent-Disposition: attachment; filename="kp.pdf"\nContent-Transfer-Encoding: base64\n\nJVBERi0=',
  ]);
}

function parts(type: string, contents: readonly string[]): string {
  return `Content-Type: ${type}; boundary="b"\n\n${contents.map((content) => `--b\n${content}\n`).join('')}--b--`;
}

/** The chain of answered letters, oldest first, the last dozen of a long one. */
function references(letter: Letter): string[] {
  const chain: string[] = [];
  for (let above = letter.answers; above !== null && chain.length < 12; above = above.answers)
    chain.unshift(`<${above.id}>`);
  return chain;
}

function mailbox({ address, name }: Correspondent): string {
  return `${encoded(name)} <${address}>`;
}

const encodings = new Map<string, string>();

/** RFC 2047 where the text is not ASCII. */
function encoded(text: string): string {
  let written = encodings.get(text);
  if (written === undefined) {
    written = /^[\x20-\x7e]*$/.test(text) ? text : `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
    encodings.set(text, written);
  }
  return written;
}

/** `Sat, 14 Mar 2026 20:23:45 +0300` */
function mailDate(at: number): string {
  return `${new Date((at + 3 * 3600) * 1000).toUTCString().replace('GMT', '+0300')}`;
}

/** `Sat Mar 14 17:23:45 2026`, UTC. */
function asctime(at: number): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(at * 1000)
    .toUTCString()
    .replace(',', '')
    .split(' ');
  return `${weekday} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`;
}
