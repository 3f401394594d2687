import type { RawRow } from '../engine/connection.ts';

export interface Mailbox {
  readonly address: string;
  readonly aliases: readonly string[];
}

/** Providers whose domain says nothing about who belongs together. */
const PUBLIC_DOMAINS = new Set(
  (
    'gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com aol.com gmx.de gmx.net web.de ' +
    'proton.me protonmail.com mail.ru inbox.ru list.ru bk.ru internet.ru yandex.ru ya.ru yandex.com rambler.ru ukr.net'
  ).split(' '),
);

/** What the models have to know of a mailbox: which addresses are its own, and which domains the company's. */
export function mailboxRow({ address, aliases }: Mailbox, ownDomains: readonly string[]): RawRow {
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
