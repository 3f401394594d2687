import type pg from 'pg';
import { AllowanceStoppedError } from './errors.ts';
import { pause } from './pause.ts';

export interface RateLimiterOptions {
  readonly pool: pg.Pool;
  /** Who shares the allowance: one account of one source. */
  readonly bucket: string;
  readonly perSecond: number;
}

interface Waiter {
  readonly resolve: (slot: Slot) => void;
  readonly reject: (error: unknown) => void;
  readonly toleranceMs: number;
}

interface Slot {
  /** performance.now() from which to send, and the last moment to do so. */
  readonly from: number;
  readonly until: number;
}

/** How late a request may leave after its slot begins. Doubled and more for one that was too late, so that a slow machine gets through. */
const TOLERANCE_MS = 10;
/** What the way to the source may squeeze together. */
const GUARD_MS = 5;
const MAX_TOLERANCE_MS = 640;

/**
 * Never more than `perSecond` requests in any sliding second, over all processes that share the database: each request asks Postgres for
 * the moment it may be sent (ops.reserve_rate_slots), by the database's clock. Waiters are granted in batches, one round trip each. A
 * process that dies loses the slots it was granted and nothing else.
 *
 * Costs 1.5 % of the allowance: slots are 15 ms further apart than a second.
 */
export class RateLimiter {
  readonly #pool: pg.Pool;
  readonly #bucket: string;
  readonly #limit: number;
  readonly #batch: number;
  #queue: Waiter[] = [];
  #granting: Promise<void> | undefined;
  #quickest = Number.POSITIVE_INFINITY;

  constructor(options: RateLimiterOptions) {
    this.#pool = options.pool;
    this.#bucket = options.bucket;
    this.#limit = Math.max(1, Math.floor(options.perSecond));
    this.#batch = Math.max(1, Math.ceil(this.#limit / 8));
  }

  /** Resolves at the moment a request may be sent: send it at once. */
  async acquire(signal?: AbortSignal): Promise<void> {
    for (let tolerance = TOLERANCE_MS; ; tolerance = Math.min(tolerance * 4, MAX_TOLERANCE_MS)) {
      signal?.throwIfAborted();
      const slot = await this.#slot(tolerance);
      // Timers fire up to a millisecond early.
      for (let left = slot.from - performance.now(); left > 0; left = slot.from - performance.now()) {
        await pause(Math.ceil(left), signal);
      }
      if (performance.now() <= slot.until) return;
    }
  }

  /** Nobody sends for so long. */
  async pauseFor(milliseconds: number): Promise<void> {
    await this.#pool.query(
      `insert into ops.rate_slots as kept (bucket, paused_until) values ($1, clock_timestamp() + $2 * interval '1 ms')
       on conflict (bucket) do update set paused_until = greatest(kept.paused_until, excluded.paused_until)`,
      [this.#bucket, milliseconds],
    );
  }

  /** Nobody sends at all, in any process, until `resume`. */
  async stop(): Promise<void> {
    await this.#setPause(`'infinity'`);
  }

  async resume(): Promise<void> {
    await this.#setPause('null');
  }

  async #setPause(until: `'infinity'` | 'null'): Promise<void> {
    await this.#pool.query(
      `insert into ops.rate_slots (bucket, paused_until) values ($1, ${until})
       on conflict (bucket) do update set paused_until = excluded.paused_until`,
      [this.#bucket],
    );
  }

  #slot(toleranceMs: number): Promise<Slot> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ resolve, reject, toleranceMs });
      this.#granting ??= this.#grant().finally(() => (this.#granting = undefined));
    });
  }

  async #grant(): Promise<void> {
    while (this.#queue.length > 0) {
      const waiters = this.#queue.splice(0, this.#batch);
      const tolerance = Math.max(...waiters.map(({ toleranceMs }) => toleranceMs));
      try {
        const asked = performance.now();
        const { rows } = await this.#pool.query<{ waits: number[] | null }>(
          `select ops.reserve_rate_slots($1, $2, $3, $4 * interval '1 ms', $5 * interval '1 ms') as waits`,
          [this.#bucket, this.#limit, waiters.length, tolerance, GUARD_MS],
        );
        const answered = performance.now();
        const waits = rows[0]?.waits;
        if (!waits) throw new AllowanceStoppedError(this.#bucket);
        this.#quickest = Math.min(this.#quickest, answered - asked);
        // The grant was counted somewhere between question and answer. Waiting from the answer is never too early; how much of the
        // tolerance is used up is counted from as early as it can have been.
        const unknown = answered - asked - this.#quickest;
        waiters.forEach((waiter, index) => {
          const from = answered + (waits[index] ?? 0);
          waiter.resolve({ from, until: from + tolerance - Math.min(unknown, tolerance / 2) });
        });
      } catch (error) {
        for (const waiter of waiters) waiter.reject(error);
      }
    }
  }
}
