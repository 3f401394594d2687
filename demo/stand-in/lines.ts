import { closeSync, openSync, readSync } from 'node:fs';

const chunkBytes = 4 << 20;

/** The non-empty lines of a UTF-8 file with their numbers (from 1), read in pieces: the file may be larger than a string can be. */
export function* linesOf(path: string): Generator<[text: string, line: number]> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    let rest = Buffer.alloc(0);
    let line = 0;
    for (;;) {
      const length = readSync(file, chunk, 0, chunkBytes, null);
      const bytes =
        rest.length === 0 ? chunk.subarray(0, length) : Buffer.concat([rest, chunk.subarray(0, length)]);
      let begin = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, begin)) {
        line += 1;
        const text = bytes.toString('utf8', begin, end);
        begin = end + 1;
        if (text.trim() !== '') yield [line === 1 ? withoutMark(text) : text, line];
      }
      if (length === 0) {
        const text = bytes.toString('utf8', begin);
        if (text.trim() !== '') yield [line === 0 ? withoutMark(text) : text, line + 1];
        return;
      }
      rest = Buffer.from(bytes.subarray(begin));
    }
  } finally {
    closeSync(file);
  }
}

/** Editors on Windows put a byte order mark before the first line. */
function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
