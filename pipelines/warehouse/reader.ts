import { createHmac } from 'node:crypto';

export const READER = 'voronka_reader';

/**
 * The URL that serving uses: role `voronka_reader`. Its password is VORONKA_READER_PASSWORD, else it follows from the password of `url`,
 * so that every process and every database of a server arrives at the same one without storing it.
 */
export function readerUrlOf(url: string): string {
  const reader = new URL(url);
  const secret = decodeURIComponent(reader.password);
  reader.username = READER;
  reader.password =
    process.env['VORONKA_READER_PASSWORD'] ?? createHmac('sha256', secret).update(READER).digest('base64url');
  return reader.href;
}

/** A password that follows from nothing secret is none. */
export function readerPasswordIsKnown(url: string): boolean {
  return process.env['VORONKA_READER_PASSWORD'] !== undefined || new URL(url).password !== '';
}
