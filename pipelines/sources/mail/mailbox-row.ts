import { createHash } from 'node:crypto';
import type { ChangeBatch, RawRow } from '../engine/connection.ts';

export interface Mailbox {
  readonly address: string;
  readonly aliases: readonly string[];
}

/** Providers whose domain says nothing about who belongs together. */
export const PUBLIC_DOMAINS: ReadonlySet<string> = new Set(
  (
    'gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com aol.com gmx.de gmx.net web.de ' +
    'proton.me protonmail.com mail.ru inbox.ru list.ru bk.ru internet.ru yandex.ru ya.ru yandex.com rambler.ru ukr.net'
  ).split(' '),
);

/** The mailboxes of a source, when the configuration says something else of them than when they were last read. */
export function* mailboxChanges(
  mailboxes: readonly Mailbox[],
  ownDomains: readonly string[],
  state: unknown,
): Generator<ChangeBatch> {
  const rows = mailboxes.map((mailbox) => mailboxRow(mailbox, ownDomains));
  const digest = createHash('sha256')
    .update(rows.map(({ text }) => text).join('\n'))
    .digest('hex');
  if ((state as { digest?: string } | null)?.digest === digest) return;
  yield { rows, state: { digest } };
}

/** What the models have to know of a mailbox: which addresses are its own, and which domains the company's. */
function mailboxRow({ address, aliases }: Mailbox, ownDomains: readonly string[]): RawRow {
  const addresses = [...new Set([address, ...aliases])];
  const domains = addresses.map((one) => one.slice(one.lastIndexOf('@') + 1));
  const value = {
    id: address,
    addresses,
    own_domains: [
      ...new Set([...ownDomains, ...domains.filter((domain) => !PUBLIC_DOMAINS.has(domain))]),
    ].map((domain) => domain.toLowerCase()),
  };
  return { text: JSON.stringify(value), value };
}
