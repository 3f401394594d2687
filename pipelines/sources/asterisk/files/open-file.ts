import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isMissing, unreadable, type CdrFile } from './find-files.ts';
import { linesOf } from './lines.ts';

/** How many bytes before a position are compared, to see that the file before it is as it was. */
const TAIL = 256;
const CHUNK = 64 * 1024;
/** Stands for the tail of a compressed file, of which nothing can be said cheaply. */
export const PACKED = 'packed';

/** One file under one handle, so that a rotation in between cannot put another under its name. */
export class OpenFile {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #isPacked: boolean;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
    this.#isPacked = path.endsWith('.gz');
  }

  /** Undefined when the file is gone: it was rotated away and comes under its new name. Throws FileUnreadableError. */
  static async open({ path }: CdrFile): Promise<OpenFile | undefined> {
    try {
      return new OpenFile(path, await open(path, 'r'));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unreadable(path, error);
    }
  }

  /** Bytes of the content from `offset` on; a compressed file is unpacked on the way. Throws FileUnreadableError. */
  async *content(offset: number): AsyncGenerator<Buffer> {
    try {
      if (this.#isPacked) yield* unpacked(this.#stored(0), offset);
      else yield* this.#stored(offset);
    } catch (error) {
      throw unreadable(this.path, error);
    }
  }

  // Not the handle's own stream: of two on one handle, the end of the first breaks the second.
  async *#stored(offset: number): AsyncGenerator<Buffer> {
    for (let position = offset; ;) {
      const { bytesRead, buffer } = await this.#handle.read(Buffer.alloc(CHUNK), 0, CHUNK, position);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
    }
  }

  /**
   * What the content is known by whatever the file's name: its first line, which has the first call's time and channel. A renamed file,
   * a copy and a compressed one have the same; one that was truncated and began anew has another. Undefined while it is unfinished.
   */
  async head(): Promise<{ readonly hash: string; readonly line: Buffer } | undefined> {
    for await (const { bytes, isEnded } of linesOf(this.content(0))) {
      return isEnded ? { hash: hash(bytes), line: bytes } : undefined;
    }
    return undefined;
  }

  /** The hash of the bytes before `offset`; undefined when the file ends before it. */
  async tail(offset: number): Promise<string | undefined> {
    if (this.#isPacked) return PACKED;
    const bytes = Buffer.alloc(Math.min(offset, TAIL));
    const { bytesRead } = await this.#handle.read(bytes, 0, bytes.length, offset - bytes.length);
    return bytesRead < bytes.length ? undefined : hash(bytes);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

async function* unpacked(stored: AsyncGenerator<Buffer>, offset: number): AsyncGenerator<Buffer> {
  const source = Readable.from(stored);
  const stream = createGunzip();
  source.on('error', (error) => stream.destroy(error));
  let left = offset;
  try {
    for await (const chunk of source.pipe(stream) as AsyncIterable<Buffer>) {
      const skipped = Math.min(left, chunk.length);
      left -= skipped;
      if (skipped < chunk.length) yield chunk.subarray(skipped);
    }
  } finally {
    source.destroy();
    stream.destroy();
  }
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 24);
}
