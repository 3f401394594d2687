/** How many requests the account takes. */
export interface RateLimits {
  /** Requests of one integration in any second; 0 = unlimited. */
  readonly perSecond: number;
  /** Requests of all integrations in any second (facts §4.1); 0 = unlimited. */
  readonly accountPerSecond: number;
  /** So many refusals within `banWithinSeconds` end in a block; 0 = never. */
  readonly banAfter: number;
  readonly banWithinSeconds: number;
}

export const usualLimits: RateLimits = {
  perSecond: 7,
  accountPerSecond: 50,
  banAfter: 50,
  banWithinSeconds: 30,
};

/**
 * The second over which requests are counted, in ms. Ten ms short of a second: a client that spaces its requests by exactly a
 * second must not be refused because the loopback delivered one of them a little earlier than another.
 */
const secondMs = 990;

/** A sliding second for each integration and for the account; refusals are not counted as requests. */
export class RateLimiter {
  limits: RateLimits;
  isBanned = false;
  readonly #taken = new Map<string, number[]>();
  #refusals: number[] = [];

  constructor(limits: RateLimits) {
    this.limits = limits;
  }

  /** `at` in milliseconds of any steady clock. */
  ask(integration: string, at: number): 'taken' | 'too many' | 'banned' {
    if (this.isBanned) return 'banned';
    const { perSecond, accountPerSecond, banAfter, banWithinSeconds } = this.limits;
    if (perSecond === 0) return 'taken';
    const own = this.#recent(integration, at);
    const all = this.#recent('', at);
    if (own.length < perSecond && (accountPerSecond === 0 || all.length < accountPerSecond)) {
      own.push(at);
      all.push(at);
      return 'taken';
    }
    this.#refusals = this.#refusals.filter((moment) => moment > at - banWithinSeconds * 1000);
    this.#refusals.push(at);
    if (banAfter > 0 && this.#refusals.length > banAfter) {
      this.isBanned = true;
      return 'banned';
    }
    return 'too many';
  }

  /** What support does after a letter. */
  lift(): void {
    this.isBanned = false;
    this.#refusals = [];
  }

  #recent(name: string, at: number): number[] {
    const moments = (this.#taken.get(name) ?? []).filter((moment) => moment > at - secondMs);
    this.#taken.set(name, moments);
    return moments;
  }
}
