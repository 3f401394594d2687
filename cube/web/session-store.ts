import { createHash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { SecurityContext } from '../access.ts';
import type { WebUsers } from './web-users.ts';

/** Somebody who is logged in. */
export interface Session {
  /** The name of a user of the configuration; undefined for who came with a token. */
  readonly user: string | undefined;
  readonly context: SecurityContext;
}

export interface NewSession extends Session {
  /** See {@link WebUsers.credentialHash}; undefined for a token. */
  readonly credentialHash: Buffer | undefined;
  /** A session does not outlive the token it came with. */
  readonly notAfter?: Date | undefined;
}

/** A screen on the wall is looked at for weeks; one that nobody opened for a week logs in again. */
const LIFETIME_DAYS = 30;
const IDLE_DAYS = 7;

const hashOf = (cookie: string): Buffer => createHash('sha256').update(cookie).digest();

/** Sessions in Postgres, so that they outlive a restart and several processes share them. */
export class SessionStore {
  readonly #pool: pg.Pool;
  readonly #users: WebUsers;

  constructor(pool: pg.Pool, users: WebUsers) {
    this.#pool = pool;
    this.#users = users;
  }

  /** Returns the cookie, 256 random bits that are kept nowhere, and when it ends. */
  async create(session: NewSession): Promise<{ cookie: string; expiresAt: Date }> {
    const cookie = randomBytes(32).toString('base64url');
    const { role, teams, managers } = session.context;
    const { rows } = await this.#pool.query<{ expires_at: Date }>(
      `with old as (delete from ops.web_sessions where expires_at < now())
       insert into ops.web_sessions (session_hash, user_name, credential_hash, role, teams, managers, expires_at)
       values ($1, $2, $3, $4, $5, $6, least(now() + make_interval(days => $7), $8))
       returning expires_at`,
      [
        hashOf(cookie),
        session.user ?? null,
        session.credentialHash ?? null,
        role,
        [...teams],
        [...managers],
        LIFETIME_DAYS,
        session.notAfter ?? null,
      ],
    );
    return { cookie, expiresAt: rows[0]!.expires_at };
  }

  /**
   * The session of a cookie, undefined when there is none, it has ended, or its user is gone or has another password. What a user of
   * the configuration may see is what the configuration says now.
   */
  async find(cookie: string): Promise<Session | undefined> {
    const { rows } = await this.#pool.query<{
      user_name: string | null;
      credential_hash: Buffer | null;
      role: SecurityContext['role'];
      teams: string[];
      managers: string[];
      is_stale: boolean;
    }>(
      `select user_name, credential_hash, role, teams, managers, seen_at < now() - interval '10 minutes' as is_stale
       from ops.web_sessions
       where session_hash = $1 and expires_at > now() and seen_at > now() - make_interval(days => $2)`,
      [hashOf(cookie), IDLE_DAYS],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    if (row.is_stale) {
      await this.#pool.query('update ops.web_sessions set seen_at = now() where session_hash = $1', [
        hashOf(cookie),
      ]);
    }
    if (row.user_name === null) {
      return { user: undefined, context: { role: row.role, teams: row.teams, managers: row.managers } };
    }
    const known = this.#users.find(row.user_name);
    if (known === undefined || !row.credential_hash?.equals(known.credentialHash)) return undefined;
    return { user: row.user_name, context: known.securityContext };
  }

  async end(cookie: string): Promise<void> {
    await this.#pool.query('delete from ops.web_sessions where session_hash = $1', [hashOf(cookie)]);
  }
}
