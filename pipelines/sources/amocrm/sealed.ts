import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { VoronkaError } from '../../errors.ts';

export class SecretKeyError extends VoronkaError {
  constructor(problem: string, cause?: unknown) {
    super(
      `${problem} VORONKA_SECRET_KEY encrypts what voronka keeps (OAuth tokens): set it to the output of "openssl rand -base64 32" ` +
        `and keep it the same on every machine.`,
      { code: 'SECRET_KEY', retry: 'never', cause },
    );
  }
}

/** 32 bytes in base64 or hexadecimal, or any passphrase of 16 characters and more. Throws SecretKeyError. */
export function sealingKey(environment: NodeJS.ProcessEnv): Buffer {
  const given = environment['VORONKA_SECRET_KEY']?.trim() ?? '';
  if (given === '') throw new SecretKeyError('VORONKA_SECRET_KEY is not set.');
  if (/^[0-9a-f]{64}$/i.test(given)) return Buffer.from(given, 'hex');
  if (/^[A-Za-z0-9+/]{43}=$/.test(given)) return Buffer.from(given, 'base64');
  if (given.length < 16) throw new SecretKeyError('VORONKA_SECRET_KEY is too short.');
  return scryptSync(given, 'voronka sealed secrets', 32);
}

/** AES-256-GCM with a fresh nonce; `purpose` is bound in, so that what was sealed for one source does not open for another. */
export function seal(text: string, key: Buffer, purpose: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')}`;
}

/** Throws SecretKeyError when the key is another one or the text was changed. */
export function openSealed(sealed: string, key: Buffer, purpose: string): string {
  const bytes = Buffer.from(sealed.replace(/^v1\./, ''), 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(purpose));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
  } catch (error) {
    throw new SecretKeyError(
      'The stored token cannot be decrypted: VORONKA_SECRET_KEY is not the one it was encrypted with.',
      error,
    );
  }
}
