const FREE = 3;
const LONGEST_MS = 10_000;
const FORGET_MS = 600_000;
const MOST_REMEMBERED = 10_000;

/** Slows down who guesses: after three failures from an address as one user, each further try waits, up to ten seconds. */
export class FailedLogins {
  readonly #failures = new Map<string, { count: number; at: number }>();

  async wait(guesser: string): Promise<void> {
    const found = this.#failures.get(guesser);
    if (found === undefined || found.count < FREE) return;
    if (Date.now() - found.at > FORGET_MS) {
      this.#failures.delete(guesser);
      return;
    }
    const pause = Math.min(LONGEST_MS, 250 * 2 ** (found.count - FREE));
    await new Promise((resolve) => setTimeout(resolve, pause).unref());
  }

  add(guesser: string): void {
    if (this.#failures.size >= MOST_REMEMBERED) this.#failures.clear();
    this.#failures.set(guesser, { count: (this.#failures.get(guesser)?.count ?? 0) + 1, at: Date.now() });
  }

  forget(guesser: string): void {
    this.#failures.delete(guesser);
  }
}
