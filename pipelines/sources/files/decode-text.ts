export const ENCODINGS = ['utf-8', 'windows-1251', 'utf-16le', 'utf-16be'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/**
 * The text of a file, and the encoding it was read in. The rule: a byte order mark decides; else bytes that are valid UTF-8 are UTF-8;
 * else, where every second byte is zero, UTF-16; else windows-1251. (Russian text in windows-1251 is practically never valid UTF-8:
 * its letters are bytes above 0xBF one after the other, and UTF-8 wants 0x80–0xBF behind each of those.) `declared` overrules all of it.
 *
 * @returns undefined when the bytes are not a text of that encoding, or of any.
 */
export function decodeText(
  bytes: Uint8Array,
  declared?: Encoding,
): { readonly text: string; readonly encoding: Encoding } | undefined {
  const encoding = declared ?? markOf(bytes) ?? guess(bytes);
  if (encoding === undefined) return undefined;
  try {
    // The mark itself is dropped by the decoder.
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), encoding };
  } catch {
    return undefined;
  }
}

function markOf(bytes: Uint8Array): Encoding | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

function guess(bytes: Uint8Array): Encoding | undefined {
  if (bytes.includes(0)) {
    const odd = bytes.filter((byte, place) => byte === 0 && place % 2 === 1).length;
    const even = bytes.filter((byte, place) => byte === 0 && place % 2 === 0).length;
    // Digits, separators and line ends have a zero byte beside them in UTF-16, whatever the language.
    if (odd > bytes.length / 20 && even < odd / 10) return 'utf-16le';
    if (even > bytes.length / 20 && odd < even / 10) return 'utf-16be';
    return undefined;
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'utf-8';
  } catch {
    return 'windows-1251';
  }
}
