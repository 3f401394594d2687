/** One wrong request in two minutes; one more, and everything is refused until two minutes after the first. */
const WINDOW_S = 120;

export class Refusals {
  readonly #now: () => number;
  #first = -Infinity;
  #isBlocked = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  isBlocked(): boolean {
    if (this.#now() - this.#first >= WINDOW_S) this.#isBlocked = false;
    return this.#isBlocked;
  }

  /** Counts a wrong request; true when it is one too many. */
  wrong(): boolean {
    const now = this.#now();
    if (now - this.#first >= WINDOW_S) {
      this.#first = now;
      return false;
    }
    this.#isBlocked = true;
    return true;
  }
}
