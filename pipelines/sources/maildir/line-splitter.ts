/** Lines longer than this are attachments without line ends: only their beginning is kept. */
const KEPT_BYTES = 256 * 1024;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Cuts a stream of bytes into lines. `onLine` is given the line without its end, its length with it, and where it begins. Memory: one
 * line of at most 256 KB.
 */
export class LineSplitter {
  readonly #onLine: (line: Buffer, length: number, start: number) => void;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #length = 0;
  #start: number;

  constructor(onLine: (line: Buffer, length: number, start: number) => void, start = 0) {
    this.#onLine = onLine;
    this.#start = start;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, from);
      if (end === -1) break;
      this.#keep(chunk.subarray(from, end));
      this.#length += 1;
      this.#emit();
      from = end + 1;
    }
    // Copied: the stream reuses nothing, but a line kept as a view would hold its whole chunk.
    if (from < chunk.length) this.#keep(Buffer.from(chunk.subarray(from)));
  }

  end(): void {
    if (this.#length > 0) this.#emit();
  }

  #keep(bytes: Buffer): void {
    this.#length += bytes.length;
    const room = KEPT_BYTES - this.#keptBytes;
    if (room <= 0 || bytes.length === 0) return;
    this.#kept.push(bytes.subarray(0, room));
    this.#keptBytes += Math.min(room, bytes.length);
  }

  #emit(): void {
    const whole = this.#kept.length === 1 ? (this.#kept[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#kept);
    const line = whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
    const [length, start] = [this.#length, this.#start];
    this.#kept = [];
    this.#keptBytes = 0;
    this.#length = 0;
    this.#start += length;
    this.#onLine(line, length, start);
  }
}
