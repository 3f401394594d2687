/** A stretch of bytes to be replaced. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The text with its edits, which do not overlap; everything else stays as the client wrote it. */
export function splice(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text;
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  let at = 0;
  for (const { from, to, text: put } of [...edits].sort((a, b) => a.from - b.from)) {
    parts.push(bytes.subarray(at, from), Buffer.from(put));
    at = to;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]).toString('utf8');
}

const DOT = 46;
const QUOTE = 34;

/**
 * Where a name of `parts` identifiers that begins at `from` ends, as Postgres reads it: blanks and comments may stand round the dots.
 * The parser says where a name begins, never where it ends.
 */
export function nameEnd(bytes: Buffer, from: number, parts: number): number {
  let at = from;
  for (let part = 0; part < parts; part += 1) {
    if (part > 0) {
      at = skipBlank(bytes, at);
      if (bytes[at] !== DOT) throw new Error('A name has fewer parts than its tree.');
      at = skipBlank(bytes, at + 1);
    }
    at = identifierEnd(bytes, at);
  }
  return at;
}

export function skipBlank(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const start = at;
    while (at < bytes.length && bytes[at]! <= 32) at += 1;
    if (bytes[at] === 45 && bytes[at + 1] === 45) {
      while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at += 1;
    } else if (bytes[at] === 47 && bytes[at + 1] === 42) {
      at = commentEnd(bytes, at);
    }
    if (at === start) return at;
  }
}

function commentEnd(bytes: Buffer, from: number): number {
  let depth = 0;
  let at = from;
  do {
    if (bytes[at] === 47 && bytes[at + 1] === 42) {
      depth += 1;
      at += 2;
    } else if (bytes[at] === 42 && bytes[at + 1] === 47) {
      depth -= 1;
      at += 2;
    } else at += 1;
  } while (depth > 0 && at < bytes.length);
  return at;
}

function identifierEnd(bytes: Buffer, from: number): number {
  let at = from;
  const isUnicode = /^u&"/i.test(bytes.toString('latin1', at, at + 3));
  if (isUnicode) at += 2;
  if (bytes[at] === QUOTE) {
    for (at += 1; at < bytes.length; at += 1) {
      if (bytes[at] !== QUOTE) continue;
      if (bytes[at + 1] !== QUOTE) return at + 1;
      at += 1;
    }
    return at;
  }
  while (at < bytes.length && isNameByte(bytes[at]!)) at += 1;
  return at;
}

function isNameByte(byte: number): boolean {
  return (
    byte >= 128 ||
    (byte >= 48 && byte <= 57) ||
    (byte >= 65 && byte <= 90) ||
    (byte >= 97 && byte <= 122) ||
    byte === 95 ||
    byte === 36
  );
}
