import PostalMime, { addressParser, type Header } from 'postal-mime';

/** What postal-mime takes, and more than any message needs. */
export const MAX_HEADER_BYTES = 2 * 1024 * 1024;

/** The headers of a message. Names are lower case; values are unfolded and not decoded. */
export class HeaderBlock {
  readonly #headers: readonly Header[];

  constructor(headers: readonly Header[]) {
    this.#headers = headers;
  }

  first(name: string): string | undefined {
    return this.#headers.find(({ key }) => key === name)?.value.trim();
  }

  has(name: string): boolean {
    return this.#headers.some(({ key }) => key === name);
  }

  all(name: string): string[] {
    return this.#headers.filter(({ key }) => key === name).map(({ value }) => value.trim());
  }

  /** Addresses of all headers of the name, groups taken apart, display names left behind. */
  addresses(name: string): string[] {
    const found = this.all(name)
      .flatMap((value) => addressParser(value, { flatten: true }))
      .map(({ address }) => (address ?? '').trim())
      // Neither an address nor part of one; what only looks odd is judged by pipelines/identity.
      .filter((address) => address.includes('@') && address.length <= 320);
    return [...new Set(found)];
  }
}

/** Reads a header block: everything up to the blank line, and nothing after it. Throws when it is larger than 2 MiB. */
export async function readHeaders(bytes: Uint8Array): Promise<HeaderBlock> {
  const { headers } = await PostalMime.parse(bytes, { maxHeadersSize: MAX_HEADER_BYTES });
  return new HeaderBlock(headers);
}
