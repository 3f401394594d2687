import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import { PROTOCOL_VIOLATION, SessionEndError } from '../wire/errors.ts';
import type { PasswordVerifier } from './password.ts';

export const SCRAM_SHA_256 = 'SCRAM-SHA-256';

type ScramVerifier = Extract<PasswordVerifier, { kind: 'scram' }>;

/**
 * The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding, as Postgres does it: the name in the exchange is
 * ignored, the one of the startup counts.
 */
export class ScramExchange {
  readonly #verifier: ScramVerifier;
  #clientFirstBare = '';
  #serverFirst = '';
  #nonce = '';
  #gs2 = '';

  constructor(verifier: ScramVerifier) {
    this.#verifier = verifier;
  }

  /** Takes the client's first message, gives the server's. Throws {@link SessionEndError} for one that breaks the rules. */
  first(clientFirst: string): string {
    const found = /^([nyp][^,]*,[^,]*,)((?:m=[^,]*,)?n=[^,]*,r=([\x21-\x2b\x2d-\x7e]+)(?:,.*)?)$/.exec(
      clientFirst,
    );
    if (!found) throw new SessionEndError(PROTOCOL_VIOLATION, 'The SCRAM message is malformed.');
    const [, gs2 = '', bare = '', nonce = ''] = found;
    if (gs2.startsWith('p')) {
      throw new SessionEndError(
        PROTOCOL_VIOLATION,
        'Channel binding was not offered here; set channel_binding=prefer.',
      );
    }
    if (bare.startsWith('m='))
      throw new SessionEndError('0A000', 'A SCRAM extension was asked for that is not known here.');
    this.#gs2 = gs2;
    this.#clientFirstBare = bare;
    this.#nonce = nonce + randomBytes(18).toString('base64');
    const { salt, iterations } = this.#verifier;
    this.#serverFirst = `r=${this.#nonce},s=${salt.toString('base64')},i=${iterations}`;
    return this.#serverFirst;
  }

  /** Takes the client's proof; the server's signature when it is right, undefined for a wrong password. */
  final(clientFinal: string): string | undefined {
    const found = /^(c=([^,]*),r=([^,]*)(?:,.*)?),p=([A-Za-z0-9+/=]+)$/.exec(clientFinal);
    if (!found) throw new SessionEndError(PROTOCOL_VIOLATION, 'The SCRAM message is malformed.');
    const [, withoutProof = '', binding = '', nonce = '', proofText = ''] = found;
    if (nonce !== this.#nonce || Buffer.from(binding, 'base64').toString('latin1') !== this.#gs2) {
      throw new SessionEndError(PROTOCOL_VIOLATION, 'The SCRAM message does not belong to this exchange.');
    }
    const authMessage = `${this.#clientFirstBare},${this.#serverFirst},${withoutProof}`;
    const { storedKey, serverKey } = this.#verifier;
    const signature = createHmac('sha256', storedKey).update(authMessage).digest();
    const proof = Buffer.from(proofText, 'base64');
    if (proof.length !== signature.length) return undefined;
    const clientKey = Buffer.from(proof.map((byte, index) => byte ^ signature[index]!));
    const isRight = timingSafeEqual(createHash('sha256').update(clientKey).digest(), storedKey);
    return isRight ? `v=${createHmac('sha256', serverKey).update(authMessage).digest('base64')}` : undefined;
  }
}
