import type { Json } from '../stand-in/json.ts';

export interface PointLimits {
  readonly day: number;
  readonly minute: number;
}

/** The vendor does not publish the numbers; these are small enough to be met by a reader that does not look. */
export const usualPoints: PointLimits = { day: 6_000, minute: 200 };

/** Points of the account: every successful call costs one. Days and minutes are of the stand-in's clock. */
export class Points {
  readonly #limits: PointLimits;
  readonly #now: () => number;
  #spent = { day: -1, inDay: 0, minute: -1, inMinute: 0 };

  constructor(limits: PointLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Which limit stands in the way, if any. */
  exceeded(): 'minute' | 'day' | undefined {
    this.#turn();
    if (this.#spent.inDay >= this.#limits.day) return 'day';
    return this.#spent.inMinute >= this.#limits.minute ? 'minute' : undefined;
  }

  spend(): void {
    this.#turn();
    this.#spent.inDay += 1;
    this.#spent.inMinute += 1;
  }

  /** The part `limits` of the metadata. */
  metadata(): Json {
    this.#turn();
    const now = this.#now();
    return {
      day_limit: this.#limits.day,
      day_remaining: this.#limits.day - this.#spent.inDay,
      day_reset: 86_400 - (now % 86_400),
      minute_limit: this.#limits.minute,
      minute_remaining: this.#limits.minute - this.#spent.inMinute,
      minute_reset: 60 - (now % 60),
    };
  }

  #turn(): void {
    const now = this.#now();
    const day = Math.floor(now / 86_400);
    const minute = Math.floor(now / 60);
    const isNewDay = day !== this.#spent.day;
    const isNewMinute = minute !== this.#spent.minute;
    this.#spent = {
      day,
      inDay: isNewDay ? 0 : this.#spent.inDay,
      minute,
      inMinute: isNewMinute ? 0 : this.#spent.inMinute,
    };
  }
}
