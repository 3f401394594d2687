import { MAX_HEADER_BYTES } from '../mail/header-block.ts';
import { structureOf, type MailStructure } from '../mail/structure.ts';

export interface ScannedMessage {
  /** The header block with the blank line that ends it; null when it is larger than any mail program takes. */
  readonly headers: Buffer | null;
  readonly structure: MailStructure;
  readonly size: number;
}

interface OpenPart {
  lines: string[];
  type: string;
  parameters: Record<string, string>;
  disposition: string | null;
  hasFilename: boolean;
  size: number;
}

/** Deeper and wider than people's mail ever is; what lies beyond is counted as one part. */
const MAX_PARTS = 1_000;
const MAX_DEPTH = 50;
const DASH = 0x2d;

/** Takes a message line by line; keeps its headers and the headers of its parts, and of all the rest only how long it is. */
export class MessageScanner {
  readonly #headers: Buffer[] = [];
  #headerBytes = 0;
  #size = 0;
  #inHeaders = true;
  #isTop = true;
  readonly #parts: OpenPart[] = [newPart()];
  readonly #boundaries: string[] = [];

  line(line: Buffer, length: number): void {
    // As it goes over the wire, whatever ends the lines in the file.
    this.#size += length + (length - line.length === 1 ? 1 : 0);
    const part = this.#parts.at(-1);
    if (!part) return;
    if (this.#inHeaders) {
      if (line.length === 0) this.#endHeaders(part);
      else if (this.#isTop) this.#keepTop(line, part);
      else keepPartHeader(part, line);
      return;
    }
    if (this.#boundaries.length > 0 && line[0] === DASH && line[1] === DASH && this.#atBoundary(line)) return;
    part.size += length;
  }

  finish(): ScannedMessage {
    const part = this.#parts.at(-1);
    if (this.#inHeaders && part) this.#endHeaders(part);
    const isTooLarge = this.#headerBytes > MAX_HEADER_BYTES;
    return {
      headers: isTooLarge ? null : Buffer.concat([...this.#headers, Buffer.from('\r\n')]),
      structure: structureOf(this.#parts),
      size: this.#size,
    };
  }

  #keepTop(line: Buffer, part: OpenPart): void {
    this.#headerBytes += line.length + 2;
    if (this.#headerBytes > MAX_HEADER_BYTES) return;
    // A copy: the line may be a view into the chunk it came in.
    this.#headers.push(Buffer.from(line), Buffer.from('\r\n'));
    keepPartHeader(part, line);
  }

  #endHeaders(part: OpenPart): void {
    this.#inHeaders = false;
    this.#isTop = false;
    describe(part);
    const { boundary } = part.parameters;
    if (part.type.startsWith('multipart/') && boundary && this.#boundaries.length < MAX_DEPTH) {
      this.#boundaries.push(boundary);
    }
  }

  /** A line of an outer boundary ends everything inside, also where the inner end is missing. */
  #atBoundary(line: Buffer): boolean {
    if (line.length > 200) return false;
    const text = line.toString('latin1').trimEnd();
    const depth = this.#boundaries.findLastIndex((one) => text === `--${one}` || text === `--${one}--`);
    if (depth === -1) return false;
    const isEnd = text === `--${this.#boundaries[depth]}--`;
    this.#boundaries.length = isEnd ? depth : depth + 1;
    if (!isEnd && this.#parts.length < MAX_PARTS) {
      this.#parts.push(newPart());
      this.#inHeaders = true;
    }
    return true;
  }
}

function newPart(): OpenPart {
  return { lines: [], type: 'text/plain', parameters: {}, disposition: null, hasFilename: false, size: 0 };
}

function keepPartHeader(part: OpenPart, line: Buffer): void {
  const isFolded = line[0] === 0x20 || line[0] === 0x09;
  if (isFolded) {
    const last = part.lines.length - 1;
    // Folded lines of other headers were not kept, and an empty text stands for those.
    if (part.lines[last]) part.lines[last] += ` ${line.toString('latin1').trim()}`;
    return;
  }
  const text = line.subarray(0, 4_096).toString('latin1');
  part.lines.push(/^content-(type|disposition)\s*:/i.test(text) ? text : '');
}

function describe(part: OpenPart): void {
  for (const line of part.lines) {
    const [, name, value] = /^content-(type|disposition)\s*:(.*)$/is.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const kind = (/^\s*([^\s;]+)/.exec(value)?.[1] ?? '').toLowerCase();
    const parameters = parametersOf(value);
    if ('name' in parameters || 'filename' in parameters) part.hasFilename = true;
    if (name.toLowerCase() === 'disposition') part.disposition = kind === '' ? null : kind;
    else if (kind.includes('/')) {
      part.type = kind;
      part.parameters = parameters;
    }
  }
  part.lines = [];
}

/** Parameters of a header; those in pieces or with a charset (RFC 2231) count under their plain name, which is all that is asked. */
function parametersOf(value: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, text] of value.matchAll(
    /;\s*([\w.-]+)(?:\*\d*\*?)?\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]+)/g,
  )) {
    if (name === undefined || text === undefined) continue;
    found[name.toLowerCase()] = text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
  }
  return found;
}
