export interface MangoLimits {
  /** Requests of the product a second; 0 for no limit. */
  readonly perSecond: number;
  /** Seconds between two starts of a statistic, and between two lists of users; 0 for no limit. */
  readonly apart: number;
}

/** Page "API ВАТС" of the limits: 10 a second, statistics and users once in two seconds. */
export const usualMangoLimits: MangoLimits = { perSecond: 10, apart: 2 };

const SLOW = ['/vpbx/stats/request', '/vpbx/config/users/request'];

/** By the machine's clock: a rate is about requests on a wire. */
export class MangoPace {
  readonly #limits: MangoLimits;
  #recent: number[] = [];
  readonly #last = new Map<string, number>();

  constructor(limits: MangoLimits) {
    this.#limits = limits;
  }

  isTooFast(path: string): boolean {
    const now = performance.now();
    this.#recent = this.#recent.filter((moment) => moment > now - 1_000);
    if (this.#limits.perSecond > 0 && this.#recent.length >= this.#limits.perSecond) return true;
    this.#recent.push(now);
    if (this.#limits.apart === 0 || !SLOW.includes(path)) return false;
    const last = this.#last.get(path) ?? -Infinity;
    if (now - last < this.#limits.apart * 1_000) return true;
    this.#last.set(path, now);
    return false;
  }
}
