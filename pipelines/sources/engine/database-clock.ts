/** Samples kept: about a minute at 7 requests/s, so that a clock that is set goes unnoticed no longer. */
const SAMPLES = 400;

/**
 * The database's clock in terms of this process's performance.now(). The database looked at its clock somewhere between question and
 * answer; over many of them the bounds close in to a fraction of a millisecond, however slow a single answer is.
 */
export class DatabaseClock {
  #samples: { readonly least: number; readonly most: number }[] = [];
  #least = Number.NEGATIVE_INFINITY;
  #most = Number.POSITIVE_INFINITY;

  /** `databaseNow` (ms since the epoch) was read between `asked` and `answered` (performance.now()). */
  learn(databaseNow: number, asked: number, answered: number): void {
    this.#samples.push({ least: asked - databaseNow, most: answered - databaseNow });
    if (this.#samples.length > SAMPLES) this.#samples.splice(0, SAMPLES / 2);
    this.#least = Math.max(...this.#samples.map(({ least }) => least));
    this.#most = Math.min(...this.#samples.map(({ most }) => most));
    // The bounds cross when one of the clocks was set: only the newest sample is true then.
    if (this.#least > this.#most) {
      this.#samples = this.#samples.slice(-1);
      this.#least = asked - databaseNow;
      this.#most = answered - databaseNow;
    }
  }

  /** The earliest this moment of the database's clock can be, by performance.now(). */
  earliest(databaseTime: number): number {
    return databaseTime + this.#least;
  }

  /** …and the latest. */
  latest(databaseTime: number): number {
    return databaseTime + this.#most;
  }
}
