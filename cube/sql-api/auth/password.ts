import { createHmac, pbkdf2, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** A password as voronka.yaml keeps it: enough to check one, not enough to know it. */
export type PasswordVerifier =
  | {
      /** As in Postgres' pg_authid (RFC 5803); the password itself never comes over the wire. */
      readonly kind: 'scram';
      readonly iterations: number;
      readonly salt: Buffer;
      readonly storedKey: Buffer;
      readonly serverKey: Buffer;
    }
  | {
      /** `scrypt$N$r$p$salt$hash`, base64. Harder to guess when the file is stolen; the password comes over TLS. */
      readonly kind: 'scrypt';
      readonly cost: number;
      readonly blockSize: number;
      readonly parallelization: number;
      readonly salt: Buffer;
      readonly hash: Buffer;
    };

const SCRAM = /^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/;
const SCRYPT = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;
const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);
const deriveScram = promisify(pbkdf2);
const bytes = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64');

/** Undefined when the text is no verifier, or one that was cut. */
export function parseVerifier(text: string): PasswordVerifier | undefined {
  const scram = SCRAM.exec(text);
  if (scram) {
    const [iterations, salt, storedKey, serverKey] = [
      Number(scram[1]),
      bytes(scram[2]),
      bytes(scram[3]),
      bytes(scram[4]),
    ];
    const isWhole = storedKey.length === 32 && serverKey.length === 32 && salt.length >= 8;
    return isWhole && iterations >= 4096 && iterations <= 1_000_000
      ? { kind: 'scram', iterations, salt, storedKey, serverKey }
      : undefined;
  }
  const found = SCRYPT.exec(text);
  if (!found) return undefined;
  const [cost, blockSize, parallelization] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const [salt, hash] = [bytes(found[4]), bytes(found[5])];
  const isSane =
    cost >= 1024 && cost <= 2 ** 20 && (cost & (cost - 1)) === 0 && blockSize <= 32 && parallelization <= 16;
  return isSane && salt.length >= 8 && hash.length >= 32
    ? { kind: 'scrypt', cost, blockSize, parallelization, salt, hash }
    : undefined;
}

const COST = { cost: 2 ** 15, blockSize: 8, parallelization: 1 };

/** A scrypt verifier of a password, for voronka.yaml. The SCRAM one is `scramVerifier` of the warehouse. */
export async function scryptVerifier(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password.normalize('NFKC'), salt, 32, limits(COST));
  const { cost, blockSize, parallelization } = COST;
  return `scrypt$${cost}$${blockSize}$${parallelization}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

/** Whether a password that came as it is is the verifier's; takes as long for a wrong one. */
export async function isPassword(verifier: PasswordVerifier, password: string): Promise<boolean> {
  if (verifier.kind === 'scram') {
    const { salt, iterations, serverKey } = verifier;
    const salted = await deriveScram(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
    return timingSafeEqual(createHmac('sha256', salted).update('Server Key').digest(), serverKey);
  }
  const hash = await derive(
    password.normalize('NFKC'),
    verifier.salt,
    verifier.hash.length,
    limits(verifier),
  );
  return timingSafeEqual(hash, verifier.hash);
}

function limits(cost: { cost: number; blockSize: number; parallelization: number }): object {
  return { ...cost, maxmem: 256 * cost.cost * cost.blockSize };
}
