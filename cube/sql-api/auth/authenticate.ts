import type { Duplex } from 'node:stream';
import type { SecurityContext } from '../../auth.ts';
import type { ByteReader } from '../wire/byte-reader.ts';
import { PROTOCOL_VIOLATION, SessionEndError } from '../wire/errors.ts';
import { cStringAt, readMessage } from '../wire/frontend-messages.ts';
import {
  ASK_CLEAR_PASSWORD,
  AUTHENTICATION_OK,
  askSasl,
  continueSasl,
  finishSasl,
} from '../wire/messages.ts';
import type { FailedLogins } from './failed-logins.ts';
import { isPassword } from './password.ts';
import { SCRAM_SHA_256, ScramExchange } from './scram-exchange.ts';
import type { KnownUser, Users } from './users.ts';

export interface Login {
  readonly name: string;
  readonly securityContext: SecurityContext;
  readonly maxSessions: number | undefined;
}

export interface LoginRequest {
  readonly socket: Duplex;
  readonly reader: ByteReader;
  readonly name: string;
  readonly remoteAddress: string;
  /** Whether a password may come as it is: over TLS, or from this machine. */
  readonly isPrivate: boolean;
}

/** Postgres' own words: a tool shows them, and they do not tell an unknown name from a wrong password. */
const refused = (name: string): SessionEndError =>
  new SessionEndError('28P01', `password authentication failed for user "${name}"`);

/**
 * Lets a client in and says it is (AuthenticationOk). Users of the configuration prove their password, by SCRAM where their verifier
 * allows; any other name comes with a token as its password. Undefined when the client left. Throws {@link SessionEndError}.
 */
export async function authenticate(
  request: LoginRequest,
  users: Users,
  failures: FailedLogins,
): Promise<Login | undefined> {
  const { name, socket, remoteAddress } = request;
  const guesser = `${remoteAddress} ${name}`;
  await failures.wait(guesser);
  const user = users.find(name);
  const context =
    user?.verifier.kind === 'scram'
      ? await byScram(request, user, user.verifier)
      : await byClearPassword(request, user, users);
  if (context === undefined) return undefined;
  if (typeof context === 'string') {
    failures.add(guesser);
    throw context === '' ? refused(name) : new SessionEndError('28P01', context);
  }
  failures.forget(guesser);
  socket.write(AUTHENTICATION_OK);
  return { name, securityContext: context, maxSessions: user?.maxSessions };
}

/** The context, an empty text for a wrong password, undefined when the client left. */
async function byScram(
  { socket, reader }: LoginRequest,
  user: KnownUser,
  verifier: Extract<KnownUser['verifier'], { kind: 'scram' }>,
): Promise<SecurityContext | '' | undefined> {
  socket.write(askSasl(SCRAM_SHA_256));
  const initial = await passwordMessage(reader);
  if (initial === undefined) return undefined;
  const mechanism = cStringAt(initial, 0);
  if (mechanism.bytes.toString('latin1') !== SCRAM_SHA_256 || initial.length < mechanism.end + 4) {
    throw new SessionEndError(PROTOCOL_VIOLATION, `Only ${SCRAM_SHA_256} was offered.`);
  }
  const exchange = new ScramExchange(verifier);
  socket.write(continueSasl(exchange.first(initial.toString('utf8', mechanism.end + 4))));
  const proof = await passwordMessage(reader);
  if (proof === undefined) return undefined;
  const signature = exchange.final(proof.toString('utf8'));
  if (signature === undefined) return '';
  socket.write(finishSasl(signature));
  return user.securityContext;
}

/** Also with the reason why a token was refused, for whoever holds one knows what is in it. */
async function byClearPassword(
  { socket, reader, name, isPrivate }: LoginRequest,
  user: KnownUser | undefined,
  users: Users,
): Promise<SecurityContext | string | undefined> {
  if (!isPrivate) {
    throw new SessionEndError(
      '28000',
      `The password of "${name}" would come unencrypted; it is taken over TLS only (sslmode=require).`,
    );
  }
  socket.write(ASK_CLEAR_PASSWORD);
  const body = await passwordMessage(reader);
  if (body === undefined) return undefined;
  const password = cStringAt(body, 0).bytes.toString('utf8');
  if (user?.verifier.kind === 'scrypt') {
    return (await isPassword(user.verifier, password)) ? user.securityContext : '';
  }
  // Three dots-separated parts are a token; anything else is a password of nobody.
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(password) ? users.byToken(password) : '';
}

async function passwordMessage(reader: ByteReader): Promise<Buffer | undefined> {
  const message = await readMessage(reader);
  if (message === undefined) return undefined;
  if (message.type !== 'p') throw new SessionEndError(PROTOCOL_VIOLATION, 'A password was expected.');
  return message.body;
}
