import type pg from 'pg';
import { accountOf, keepHints } from './hint-store.ts';
import { EVERYTHING, type Hint } from './hint.ts';

interface Waiting {
  posts: number;
  foreign: number;
  unread: number;
  readonly hints: Map<string, Hint & { readonly account: string; posts: number }>;
  readonly answered: PromiseWithResolvers;
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Rows in memory per source at most, while the database is busy with the group before. */
const MOST_WAITING = 5_000;

/**
 * Group commit: while one group is being written, the posts that arrive make up the next one. However many come, there is one commit on
 * its way and one group in memory, duplicates in it collapsed.
 */
export class HintBuffer {
  readonly #pool: pg.Pool;
  readonly #accounts = new Map<string, string>();
  readonly #waiting = new Map<string, Waiting>();
  #writing: Promise<void> | undefined;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Resolves when what the post said is on disk; rejects when the database did not take it. A post of another account is only counted. */
  keep(source: string, account: string | undefined, hints: readonly Hint[]): Promise<void> {
    const group = this.#groupOf(source);
    group.posts += 1;
    const known = this.#accounts.get(source);
    if (account === undefined || (known !== undefined && account !== known)) group.foreign += 1;
    else if (hints.length === 0) group.unread += 1;
    else for (const hint of hints) add(group, hint, account);
    return this.#write(group);
  }

  /** A post that was not looked into because too many came at once. */
  keepUnseen(source: string): Promise<void> {
    const group = this.#groupOf(source);
    group.posts += 1;
    add(group, EVERYTHING, '');
    return this.#write(group);
  }

  async flushed(): Promise<void> {
    await this.#writing;
  }

  #groupOf(source: string): Waiting {
    let group = this.#waiting.get(source);
    if (!group) {
      group = { posts: 0, foreign: 0, unread: 0, hints: new Map(), answered: withResolvers() };
      this.#waiting.set(source, group);
    }
    return group;
  }

  #write(group: Waiting): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined));
    return group.answered.promise;
  }

  async #writeAll(): Promise<void> {
    // Posts of the same turn of the loop come into the same commit.
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      const [source, group] = next;
      this.#waiting.delete(source);
      const { posts, foreign, unread } = group;
      try {
        const account = await keepHints(this.#pool, {
          source,
          posts,
          foreign,
          unread,
          hints: [...group.hints.values()],
        });
        if (account !== null) this.#accounts.set(source, account);
        group.answered.resolve();
      } catch (error) {
        group.answered.reject(error);
      }
    }
  }

  /** What is known of a source's account from an earlier life. */
  async learnAccounts(sources: readonly string[]): Promise<void> {
    for (const source of sources) {
      const account = await accountOf(this.#pool, source);
      if (account !== null) this.#accounts.set(source, account);
    }
  }
}

function add(group: Waiting, hint: Hint, account: string): void {
  const key = `${account} ${hint.kind} ${hint.id}`;
  const known = group.hints.get(key);
  if (known) known.posts += 1;
  else if (group.hints.size < MOST_WAITING) group.hints.set(key, { ...hint, account, posts: 1 });
  else {
    const everything = group.hints.get(' * 0');
    if (everything) everything.posts += 1;
    else group.hints.set(' * 0', { ...EVERYTHING, account: '', posts: 1 });
  }
}

function withResolvers(): PromiseWithResolvers {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  // Each sender waits for it; with none left (all were answered late) a failure is nobody's.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
