import { VoronkaError } from '../errors.ts';

export class IdentityKeyError extends VoronkaError {
  constructor(where: string) {
    super(
      `${where} must hold 32 bytes in base64: the key that numbers and addresses are made unreadable with. Make one with \`openssl rand -base64 32\`.`,
      { code: 'IDENTITY_KEY_INVALID', retry: 'never', context: { where } },
    );
  }
}
