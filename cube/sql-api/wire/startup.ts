import { TLSSocket, type SecureContext } from 'node:tls';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { ByteReader } from './byte-reader.ts';
import { PROTOCOL_VIOLATION, SessionEndError } from './errors.ts';
import { negotiateProtocolVersion } from './messages.ts';

const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;
const LONGEST = 10_000;

export interface StartedClient {
  readonly kind: 'session';
  readonly socket: Duplex;
  readonly reader: ByteReader;
  readonly isEncrypted: boolean;
  /** As sent: user, database, application_name, settings… */
  readonly parameters: ReadonlyMap<string, string>;
}

export interface CancelAsked {
  readonly kind: 'cancel';
  readonly id: number;
  readonly secret: number;
}

/**
 * What a connection wants: a session (over TLS when both can), or to cancel the statement of another one. Undefined when the client
 * left. GSS encryption is refused as Postgres without it does. Throws {@link SessionEndError}.
 */
export async function readStartup(
  socket: Socket,
  tls: SecureContext | undefined,
): Promise<StartedClient | CancelAsked | undefined> {
  let stream: Duplex = socket;
  let reader = new ByteReader(stream);
  let isEncrypted = false;
  for (let asked = 0; asked < 4; asked += 1) {
    const body = await readBody(reader);
    if (body === undefined) return undefined;
    const code = body.readUInt32BE(0);
    if (code === CANCEL_REQUEST) {
      if (body.length !== 12)
        throw new SessionEndError(PROTOCOL_VIOLATION, 'A cancel request of a wrong length came.');
      return { kind: 'cancel', id: body.readInt32BE(4), secret: body.readInt32BE(8) };
    }
    if (code === GSS_REQUEST || (code === SSL_REQUEST && (tls === undefined || isEncrypted))) {
      stream.write('N');
      continue;
    }
    if (code === SSL_REQUEST && tls !== undefined) {
      // What came before the handshake was not encrypted, and must not be taken for what comes after it (CVE-2021-23222).
      if (reader.buffered > 0)
        throw new SessionEndError(PROTOCOL_VIOLATION, 'Data came before the TLS handshake.');
      reader.detach();
      stream = await encrypt(socket, tls);
      reader = new ByteReader(stream);
      isEncrypted = true;
      continue;
    }
    const parameters = readParameters(body);
    const unknown = [...parameters.keys()].filter((name) => name.startsWith('_pq_.'));
    if (code >> 16 !== 3) {
      throw new SessionEndError(
        '0A000',
        `Protocol version ${code >> 16}.${code & 0xffff} is not spoken here; 3.0 is.`,
      );
    }
    if ((code & 0xffff) > 0 || unknown.length > 0) stream.write(negotiateProtocolVersion(unknown));
    for (const name of unknown) parameters.delete(name);
    return { kind: 'session', socket: stream, reader, isEncrypted, parameters };
  }
  throw new SessionEndError(PROTOCOL_VIOLATION, 'The start of the session never came.');
}

async function readBody(reader: ByteReader): Promise<Buffer | undefined> {
  const head = await reader.read(4);
  if (head === undefined) return undefined;
  const length = head.readUInt32BE(0);
  if (length < 8 || length > LONGEST) {
    throw new SessionEndError(PROTOCOL_VIOLATION, 'This is no start of a Postgres session.');
  }
  return reader.read(length - 4);
}

/** Resolves once the handshake is done; rejects when it fails. */
function encrypt(socket: Socket, secureContext: SecureContext): Promise<TLSSocket> {
  socket.write('S');
  const encrypted = new TLSSocket(socket, { isServer: true, secureContext });
  return new Promise((resolve, reject) => {
    encrypted.once('secure', () => resolve(encrypted));
    encrypted.once('error', reject);
    encrypted.once('close', () => reject(new Error('closed during the TLS handshake')));
  });
}

function readParameters(body: Buffer): Map<string, string> {
  const words = body.toString('utf8', 4).split('\0');
  const parameters = new Map<string, string>();
  for (let index = 0; index + 1 < words.length && words[index] !== ''; index += 2) {
    parameters.set(words[index]!, words[index + 1]!);
  }
  return parameters;
}
