import type { Duplex } from 'node:stream';

/**
 * Reads a socket by counts of bytes, and takes no more from it than was asked for: what a slow reader does not take stays with the
 * client. One reader at a time.
 */
export class ByteReader {
  readonly #socket: Duplex;
  #chunks: Buffer[] = [];
  #length = 0;
  #ended = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onEnd);
    socket.on('error', this.#onError);
    socket.pause();
  }

  /** Bytes that came and were not read yet. */
  get buffered(): number {
    return this.#length;
  }

  /** `count` bytes; undefined when the client went away before they came. */
  async read(count: number): Promise<Buffer | undefined> {
    while (this.#length < count) {
      if (this.#error !== undefined || this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#socket.resume();
      });
    }
    return this.#take(count);
  }

  /** Gives the socket to another reader (TLS); nothing may be buffered. */
  detach(): void {
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('close', this.#onEnd);
    this.#socket.off('error', this.#onError);
  }

  #take(count: number): Buffer {
    const [first] = this.#chunks;
    this.#length -= count;
    if (first !== undefined && first.length >= count) {
      if (first.length === count) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(count);
      return first.subarray(0, count);
    }
    const all = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks);
    this.#chunks = all.length > count ? [all.subarray(count)] : [];
    return all.subarray(0, count);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    this.#socket.pause();
    this.#notify();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#notify();
  };

  readonly #onError = (error: Error): void => {
    this.#error = error;
    this.#notify();
  };

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
