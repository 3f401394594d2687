/** Mixes whole numbers and text into 32 bits (FNV-1a with a final avalanche); the same parts give the same seed everywhere. */
export function hash(...parts: readonly (number | string)[]): number {
  let mixed = 0x811c9dc5;
  for (const part of parts) {
    if (typeof part === 'number') {
      mixed = Math.imul(mixed ^ (part & 0xffff), 0x01000193);
      mixed = Math.imul(mixed ^ (part >>> 16), 0x01000193);
    } else {
      for (let index = 0; index < part.length; index += 1) {
        mixed = Math.imul(mixed ^ part.charCodeAt(index), 0x01000193);
      }
    }
    mixed = Math.imul(mixed ^ 0x1f, 0x01000193);
    mixed ^= mixed >>> 15;
  }
  mixed ^= mixed >>> 16;
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * A seeded source of chance (sfc32). Every lead has one of its own, seeded by its number: what happens to one lead never
 * shifts the dice of the next, so an earlier history stays the same when a rule for later leads is added.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(...seed: readonly (number | string)[]) {
    this.a = hash('a', ...seed);
    this.b = hash('b', ...seed);
    this.c = hash('c', ...seed);
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** Uniform in [0, 1). */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    this.c |= 0;
    return (sum >>> 0) / 4294967296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new RangeError('cannot pick from an empty list');
    return item;
  }

  weighted<T>(items: readonly (readonly [T, number])[]): T {
    let total = 0;
    for (const [, weight] of items) total += weight;
    let left = this.next() * total;
    for (const [item, weight] of items) {
      left -= weight;
      if (left < 0) return item;
    }
    const last = items[items.length - 1];
    if (last === undefined) throw new RangeError('cannot pick from an empty list');
    return last[0];
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  logNormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal());
  }

  /** How many happen when `mean` are expected (Poisson; a rounded normal above 60). */
  count(mean: number): number {
    if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let product = this.next();
    let happened = 0;
    while (product > limit) {
      product *= this.next();
      happened += 1;
    }
    return happened;
  }
}

/** The probability `base` moved along the logistic curve: +1 roughly turns 50 % into 73 %. */
export function shifted(base: number, shift: number): number {
  return 1 / (1 + ((1 - base) / base) * Math.exp(-shift));
}
