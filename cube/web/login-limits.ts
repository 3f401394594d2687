import type pg from 'pg';

/** Failures within a quarter of an hour after which no further try is looked at. */
export interface LoginLimits {
  /** As one user from one address. */
  readonly perUserAndAddress: number;
  /** From one address, whatever the names. */
  readonly perAddress: number;
  /** As one user, whatever the addresses: more, so that nobody is easily locked out by others. */
  readonly perUser: number;
}

export const LOGIN_LIMITS: LoginLimits = { perUserAndAddress: 5, perAddress: 30, perUser: 50 };

/** Counts tries to log in, in Postgres: over all processes, and past a restart. */
export class LoginAttempts {
  readonly #pool: pg.Pool;
  readonly #limits: LoginLimits;

  constructor(pool: pg.Pool, limits: LoginLimits = LOGIN_LIMITS) {
    this.#pool = pool;
    this.#limits = limits;
  }

  /**
   * Notes a try and says in how many seconds the next one is looked at; 0 when this one is. Noted before the password is checked:
   * a burst of tries at once is counted as well.
   */
  async begin(user: string, address: string): Promise<number> {
    await this.#pool.query(
      `with old as (delete from ops.web_login_attempts where attempted_at < now() - interval '1 day')
       insert into ops.web_login_attempts (user_name, address) values ($1, $2)`,
      [user, address],
    );
    const { rows } = await this.#pool.query<{ both: number; by_address: number; by_user: number }>(
      `select count(*) filter (where user_name = $1 and address = $2)::int as both,
              count(*) filter (where address = $2)::int as by_address,
              count(*) filter (where user_name = $1)::int as by_user
       from ops.web_login_attempts
       where attempted_at > now() - interval '15 minutes'`,
      [user, address],
    );
    const { both, by_address, by_user } = rows[0]!;
    const { perUserAndAddress, perAddress, perUser } = this.#limits;
    return both > perUserAndAddress || by_address > perAddress || by_user > perUser ? 15 * 60 : 0;
  }

  /** Forgets the failures of who has now come in. */
  async succeed(user: string, address: string): Promise<void> {
    await this.#pool.query('delete from ops.web_login_attempts where user_name = $1 and address = $2', [
      user,
      address,
    ]);
  }
}
