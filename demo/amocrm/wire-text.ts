/**
 * "Wire text" is JSON in UTF-8 held as a string of bytes (each character is one byte, 0–255). V8 keeps such a string at one byte
 * a character, where a single Cyrillic letter would double the whole row, and writing it to a socket as `latin1` is a memory copy.
 * A million leads with Russian names then fit in the memory that half a million would take.
 */
export type WireText = string;

const asciiOnly = /^[\x00-\x7f]*$/;

export function toWire(text: string): WireText {
  return asciiOnly.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/**
 * The wire text of a row that is kept. A string made of parts stays a tree of its parts in V8, which costs memory and makes every
 * later copy walk the tree; through a buffer it comes back as one flat run of bytes.
 */
export function keptWire(text: string): WireText {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function fromWire(wire: WireText): string {
  return asciiOnly.test(wire) ? wire : Buffer.from(wire, 'latin1').toString('utf8');
}

/** The wire text of a value. */
export function wireOf(value: unknown): WireText {
  return toWire(JSON.stringify(value));
}
