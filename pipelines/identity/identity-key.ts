import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IdentityKeyError } from './errors.ts';

/** The tenant's key, outside of the database: without it a pseudonym cannot be turned back by trying all numbers. */
export class IdentityKey {
  /** Names the key without telling it. */
  readonly id: string;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.id = this.#digest('key:id').slice(0, 16);
  }

  phone(e164: string): string {
    return this.#digest(`tel:${e164}`).slice(0, 32);
  }

  address(address: string): string {
    return this.#digest(`eml:${address}`).slice(0, 32);
  }

  #digest(text: string): string {
    return createHmac('sha256', this.#bytes).update(text).digest('hex');
  }
}

/**
 * VORONKA_IDENTITY_KEY (32 bytes in base64), else one made once and kept in `.voronka/identity-key`, readable by its owner only.
 * Whoever moves the database must take it along: another key means other pseudonyms, and every model is built anew.
 *
 * @throws IdentityKeyError
 */
export async function readIdentityKey(
  folder: string = '.voronka',
  environment: NodeJS.ProcessEnv = process.env,
): Promise<IdentityKey> {
  const given = environment['VORONKA_IDENTITY_KEY']?.trim();
  if (given) return new IdentityKey(decode(given, 'VORONKA_IDENTITY_KEY'));
  const file = join(folder, 'identity-key');
  await mkdir(folder, { recursive: true });
  // `wx` makes the first of several processes the author; the others read what it wrote.
  await writeFile(file, randomBytes(32).toString('base64'), { flag: 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return new IdentityKey(decode((await readFile(file, 'utf8')).trim(), file));
}

function decode(text: string, where: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 32 || !/^[A-Za-z0-9+/_-]+=*$/.test(text)) throw new IdentityKeyError(where);
  return bytes;
}
