/** Nothing that Asterisk writes is near as long. */
const LONGEST = 256 * 1024;
const NEWLINE = 0x0a;

export interface Line {
  /** Without its end. */
  readonly bytes: Buffer;
  /** Where the next line begins, in bytes from the start of the stream. */
  readonly next: number;
  /** False for what stands after the last newline: it may still be being written. */
  readonly isEnded: boolean;
}

/** Lines of a stream of bytes. One that is longer than any record comes cut off; its rest is passed over. */
export async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let pieces: Buffer[] = [];
  let held = 0;
  let position = 0;
  for await (const chunk of stream) {
    let begin = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, begin);
      const piece = chunk.subarray(begin, end < 0 ? undefined : end);
      if (held < LONGEST) pieces.push(piece);
      held += piece.length;
      if (end < 0) break;
      position += held + 1;
      yield { bytes: Buffer.concat(pieces), next: position, isEnded: true };
      pieces = [];
      held = 0;
      begin = end + 1;
    }
  }
  if (held > 0) yield { bytes: Buffer.concat(pieces), next: position + held, isEnded: false };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const latin1 = new TextDecoder('latin1');

/** The text of a line: UTF-8, or byte by byte where it is not (a name cut in the middle of a character, an older code page). */
export function textOf(bytes: Buffer): string {
  const line = bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes;
  try {
    return utf8.decode(line);
  } catch {
    return latin1.decode(line);
  }
}
