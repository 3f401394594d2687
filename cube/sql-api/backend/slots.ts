/** A session that may give its backend up while it has nothing to do. */
export interface Parkable {
  /** False when it could not. */
  park(): Promise<boolean>;
}

/**
 * So many backends there may be at once, however many sessions, and so many of them of one user. One more is had by parking the session
 * that has been idle longest (of that user's own, where it is the user who has too many); when all are at work, by waiting.
 */
export class BackendSlots {
  #free: number;
  readonly #perUser: number;
  readonly #held = new Map<string, number>();
  /** With the user each belongs to. */
  readonly #idle = new Map<Parkable, string>();
  readonly #waiting: (() => void)[] = [];

  constructor(count: number, perUser: number = count) {
    this.#free = count;
    this.#perUser = perUser;
  }

  /** Resolves to false when none came free in time. */
  async acquire(user: string, waitMs: number): Promise<boolean> {
    const until = Date.now() + waitMs;
    for (;;) {
      const isUserFull = (this.#held.get(user) ?? 0) >= this.#perUser;
      if (this.#free > 0 && !isUserFull) {
        this.#free -= 1;
        this.#held.set(user, (this.#held.get(user) ?? 0) + 1);
        return true;
      }
      const longest = [...this.#idle].find(([, owner]) => !isUserFull || owner === user)?.[0];
      if (longest !== undefined) {
        this.#idle.delete(longest);
        await longest.park();
        continue;
      }
      if (Date.now() >= until || !(await this.#wait(until - Date.now()))) return false;
    }
  }

  release(user: string): void {
    this.#free += 1;
    const left = (this.#held.get(user) ?? 1) - 1;
    if (left > 0) this.#held.set(user, left);
    else this.#held.delete(user);
    this.#wake();
  }

  /** Says that a session with a backend has nothing to do, and since now. */
  idle(session: Parkable, user: string): void {
    this.#idle.delete(session);
    this.#idle.set(session, user);
    this.#wake();
  }

  busy(session: Parkable): void {
    this.#idle.delete(session);
  }

  /** All of them: what came free may be of no use to the one that waits longest. */
  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #wait(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        const index = this.#waiting.indexOf(wake);
        if (index >= 0) this.#waiting.splice(index, 1);
        resolve(false);
      }, milliseconds);
      this.#waiting.push(wake);
    });
  }
}
