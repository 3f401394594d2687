/** The answers to the questions asked last. A question that fails is asked again. */
export class Recent<T> {
  readonly #limit: number;
  readonly #answers = new Map<string, T>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  of(key: string, ask: () => T): T {
    const known = this.#answers.get(key);
    if (known !== undefined) {
      // A Map goes through its keys in the order they were set: the last used is last.
      this.#answers.delete(key);
      this.#answers.set(key, known);
      return known;
    }
    const answer = ask();
    this.#answers.set(key, answer);
    if (answer instanceof Promise) answer.catch(() => this.#answers.delete(key));
    if (this.#answers.size > this.#limit) {
      const [oldest] = this.#answers.keys();
      if (oldest !== undefined) this.#answers.delete(oldest);
    }
    return answer;
  }
}
