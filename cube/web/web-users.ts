import { createHash, randomBytes } from 'node:crypto';
import type { SecurityContext } from '../access.ts';
import { isPassword, parseVerifier, type PasswordVerifier } from '../sql-api/auth/password.ts';
import type { SqlUser } from '../sql-api/auth/users.ts';

export interface WebUser {
  readonly securityContext: SecurityContext;
  readonly verifier: PasswordVerifier;
  readonly credentialHash: Buffer;
}

/** Checked for names nobody has, so that an unknown name takes as long as a wrong password. */
const NOBODY: PasswordVerifier = {
  kind: 'scram',
  iterations: 4096,
  salt: randomBytes(16),
  storedKey: randomBytes(32),
  serverKey: randomBytes(32),
};

/** `users` of voronka.yaml, as the dashboard needs them. */
export class WebUsers {
  readonly #users = new Map<string, WebUser>();

  constructor(users: readonly SqlUser[]) {
    for (const { name, password, role, teams, managers } of users) {
      const verifier = parseVerifier(password);
      if (verifier === undefined) continue;
      this.#users.set(name, {
        verifier,
        securityContext: { role, teams, managers },
        credentialHash: createHash('sha256').update(password).digest(),
      });
    }
  }

  find(name: string): WebUser | undefined {
    return this.#users.get(name);
  }

  /** The user, when the password is theirs. */
  async check(name: string, password: string): Promise<WebUser | undefined> {
    const user = this.#users.get(name);
    const isRight = await isPassword(user?.verifier ?? NOBODY, password);
    return isRight ? user : undefined;
  }
}
