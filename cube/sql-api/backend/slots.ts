/** A session that may give its backend up while it has nothing to do. */
export interface Parkable {
  /** False when it could not. */
  park(): Promise<boolean>;
}

/**
 * So many backends there may be at once, however many sessions. One more is had by parking the session that has been idle longest; when
 * all are at work, by waiting.
 */
export class BackendSlots {
  #free: number;
  readonly #idle = new Set<Parkable>();
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves to false when none came free in time. */
  async acquire(waitMs: number): Promise<boolean> {
    const until = Date.now() + waitMs;
    for (;;) {
      if (this.#free > 0) {
        this.#free -= 1;
        return true;
      }
      const [longest] = this.#idle;
      if (longest !== undefined) {
        this.#idle.delete(longest);
        await longest.park();
        continue;
      }
      if (Date.now() >= until || !(await this.#wait(until - Date.now()))) return false;
    }
  }

  release(): void {
    this.#free += 1;
    this.#waiting.shift()?.();
  }

  /** Says that a session with a backend has nothing to do, and since now. */
  idle(session: Parkable): void {
    this.#idle.delete(session);
    this.#idle.add(session);
    this.#waiting.shift()?.();
  }

  busy(session: Parkable): void {
    this.#idle.delete(session);
  }

  #wait(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        resolve(false);
      }, milliseconds);
      this.#waiting.push(wake);
    });
  }
}
