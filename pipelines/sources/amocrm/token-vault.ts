import type pg from 'pg';
import { z } from 'zod';

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

export interface Seal {
  readonly seal: (text: string) => string;
  readonly open: (sealed: string) => string;
}

const pairSchema = z.object({ accessToken: z.string(), refreshToken: z.string(), expiresAt: z.number() });

/** A source's OAuth pair in ops.oauth_tokens, encrypted, changed by one process at a time. */
export class TokenVault {
  readonly #pool: pg.Pool;
  readonly #source: string;
  readonly #seal: Seal;

  constructor(pool: pg.Pool, source: string, seal: Seal) {
    this.#pool = pool;
    this.#source = source;
    this.#seal = seal;
  }

  async read(): Promise<TokenPair | undefined> {
    return this.#read(this.#pool);
  }

  /**
   * Holds the lock of this source over all processes, gives `change` the pair as it is now, and commits what it returns before returning
   * it. When `change` fails nothing is written. The lock goes with the connection, so a process that dies releases it.
   */
  async rotate(change: (kept: TokenPair | undefined) => Promise<TokenPair>): Promise<TokenPair> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      await client.query(`select pg_advisory_xact_lock(hashtextextended('voronka oauth ' || $1, 0))`, [
        this.#source,
      ]);
      const kept = await this.#read(client);
      const next = await change(kept);
      if (next !== kept) {
        await client.query(
          `insert into ops.oauth_tokens as kept (source, sealed) values ($1, $2)
           on conflict (source) do update set sealed = excluded.sealed, version = kept.version + 1, rotated_at = now()`,
          [this.#source, this.#seal.seal(JSON.stringify(next))],
        );
      }
      // A pair lost in a crash of the server is lost for good: this commit waits for the disk whatever the server's setting is.
      await client.query('set local synchronous_commit = on');
      await client.query('commit');
      return next;
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => (broken = failure));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async #read(via: Pick<pg.Pool, 'query'>): Promise<TokenPair | undefined> {
    const { rows } = await via.query<{ sealed: string }>(
      'select sealed from ops.oauth_tokens where source = $1',
      [this.#source],
    );
    const sealed = rows[0]?.sealed;
    return sealed === undefined ? undefined : pairSchema.parse(JSON.parse(this.#seal.open(sealed)));
  }
}
