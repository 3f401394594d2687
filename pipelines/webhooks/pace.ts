/** How a post is to be treated: looked into, taken as "something changed" without a look, or turned away. */
export type Treatment = 'read' | 'unseen' | 'refuse';

export interface PaceLimits {
  /** Posts a second of one source that are looked into. */
  readonly read: number;
  /** …and answered at all. */
  readonly answered: number;
}

/**
 * amoCRM gives up an address for good after a hundred refusals in two hours, so a mass edit (one post a row) must not be refused: above
 * the first limit posts are answered without a look, and all of them together mean "read everything that is new". That costs hardly more
 * than a refusal; the second limit is beyond what any account sends, and about what one process can answer at all.
 */
export const PACE: PaceLimits = { read: 500, answered: 20_000 };

/** Counts the posts of each source in the running second. */
export class Pace {
  readonly #limits: PaceLimits;
  readonly #now: () => number;
  readonly #counts = new Map<string, { second: number; posts: number }>();

  constructor(limits: PaceLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  next(source: string): Treatment {
    const second = Math.floor(this.#now() / 1_000);
    let count = this.#counts.get(source);
    if (count?.second !== second) this.#counts.set(source, (count = { second, posts: 0 }));
    count.posts += 1;
    if (count.posts > this.#limits.answered) return 'refuse';
    return count.posts > this.#limits.read ? 'unseen' : 'read';
  }
}
