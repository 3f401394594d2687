import { verifyToken, TokenRefusedError, type SecurityContext } from '../../auth.ts';
import { parseVerifier, type PasswordVerifier } from './password.ts';

/** A user of `users:` in voronka.yaml. */
export interface SqlUser {
  readonly name: string;
  /** Text of a verifier; `voronka user password` makes one. */
  readonly password: string;
  readonly role: SecurityContext['role'];
  readonly teams: readonly string[];
  readonly managers: readonly string[];
  readonly max_sessions?: number | undefined;
}

export interface KnownUser {
  readonly verifier: PasswordVerifier;
  readonly securityContext: SecurityContext;
  readonly maxSessions: number | undefined;
}

/** Who may come in: the users of the configuration with their passwords, anybody else with a token as the password. */
export class Users {
  readonly #users = new Map<string, KnownUser>();
  readonly #secret: string;

  constructor(users: readonly SqlUser[], secret: string) {
    this.#secret = secret;
    for (const { name, password, role, teams, managers, max_sessions: maxSessions } of users) {
      const verifier = parseVerifier(password);
      if (verifier) {
        this.#users.set(name, { verifier, securityContext: { role, teams, managers }, maxSessions });
      }
    }
  }

  find(name: string): KnownUser | undefined {
    return this.#users.get(name);
  }

  /** The context of a token, or why it is refused. */
  byToken(token: string): SecurityContext | string {
    try {
      return verifyToken(token, this.#secret);
    } catch (error) {
      if (error instanceof TokenRefusedError) return error.message;
      throw error;
    }
  }
}
