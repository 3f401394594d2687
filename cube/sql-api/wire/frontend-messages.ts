import type { ByteReader } from './byte-reader.ts';
import { PROTOCOL_VIOLATION, SessionEndError } from './errors.ts';

export interface FrontendMessage {
  readonly type: string;
  /** What follows the length. */
  readonly body: Buffer;
  /** The whole message as it came. */
  readonly bytes: Buffer;
}

/** Statement texts are held in memory and parsed; parameters of Bind may be long. */
const LIMITS: Readonly<Record<string, number>> = { Q: 1_048_576, P: 1_048_576, B: 67_108_864, p: 65_536 };
const OTHER_LIMIT = 65_536;

/** The next message; undefined when the client went away. Throws {@link SessionEndError} for one over its limit. */
export async function readMessage(reader: ByteReader): Promise<FrontendMessage | undefined> {
  const head = await reader.read(5);
  if (head === undefined) return undefined;
  const type = String.fromCharCode(head[0] ?? 0);
  const length = head.readUInt32BE(1);
  if (length < 4) throw new SessionEndError(PROTOCOL_VIOLATION, 'A message with an impossible length came.');
  const limit = LIMITS[type] ?? OTHER_LIMIT;
  if (length - 4 > limit) {
    throw new SessionEndError('54000', `A message of ${length} bytes came; at most ${limit} are taken.`);
  }
  const body = await reader.read(length - 4);
  if (body === undefined) return undefined;
  return { type, body, bytes: Buffer.concat([head, body]) };
}

/** The zero-terminated string at `from`, as bytes. Throws {@link SessionEndError} when it does not end. */
export function cStringAt(body: Buffer, from: number): { readonly bytes: Buffer; readonly end: number } {
  const zero = body.indexOf(0, from);
  if (zero === -1) throw new SessionEndError(PROTOCOL_VIOLATION, 'A string without its end came.');
  return { bytes: body.subarray(from, zero), end: zero + 1 };
}
