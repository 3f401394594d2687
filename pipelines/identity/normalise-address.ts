import { domainToASCII } from 'node:url';

export interface NormalAddress {
  /** Lower case, the domain in its ASCII form; null when the text is no address. */
  readonly address: string | null;
  readonly domain: string | null;
  readonly reason: 'empty' | 'not_an_address' | 'too_long' | null;
}

/**
 * The addr-spec of a mail address in its normal form. An address inside a display name (`"boss@x.ru" <real@y.ru>`) is never taken;
 * tags (`+…`) and dots stay, because only the receiving server knows whether they matter.
 */
export function normaliseAddress(raw: string): NormalAddress {
  const none = (reason: NonNullable<NormalAddress['reason']>): NormalAddress => ({
    address: null,
    domain: null,
    reason,
  });
  const text = (/<([^<>]*)>\s*$/.exec(raw)?.[1] ?? raw).trim().replace(/^mailto:/i, '');
  if (text === '') return none('empty');
  if (text.length > 254) return none('too_long');
  const [, local, host] = /^([^\s@<>"(),:;\\[\]]+)@([^\s@<>"(),:;\\[\]]+)$/.exec(text) ?? [];
  if (local === undefined || host === undefined) return none('not_an_address');
  const domain = domainToASCII(host.replace(/\.$/, '')).toLowerCase();
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(domain)) return none('not_an_address');
  return { address: `${local.toLowerCase()}@${domain}`, domain, reason: null };
}
