import type pg from 'pg';
import { AllowanceStoppedError } from './errors.ts';
import { pause } from './pause.ts';

export interface RateLimiterOptions {
  readonly pool: pg.Pool;
  /** Who shares the allowance: one account of one source. */
  readonly bucket: string;
  readonly perSecond: number;
}

/** Leave to send one request now. */
export interface Grant {
  /** Call it as the request leaves: when that is later than granted, the ones after it are told. */
  sent(): void;
}

interface Waiter {
  readonly resolve: (grant: Grant) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
}

interface Slot {
  readonly slot: string;
  readonly wait_ms: number;
}

/**
 * What the way to the source may squeeze together: 12 ms, and twice what this process's own timers are late by, for a machine too busy to
 * keep time does so at both ends when the source is local. Costs 1.2 % of the allowance on an idle machine, up to 8 % on a hopeless one.
 */
const GUARD_MS = 12;
const MAX_LATENESS_MS = 35;
/** How fast a bad moment is forgotten: halved in 23 requests. */
const FORGET = 0.97;
/** A request that leaves this much after its slot is reported. */
const LATE_MS = 2;
/** A grant that is not used within this (a new connection is being made, the caller has gone) does not hold up the others. */
const UNUSED_MS = 400;
/** Above this pace grants come in batches and small delays do not matter: nobody but the demo's stand-in allows it. */
const SINGLY_UP_TO = 50;

/**
 * Never more than `perSecond` requests in any sliding second, over all processes that share the database: each request asks Postgres for
 * the moment it may leave (ops.reserve_rate_slots), by the database's clock, and reports when it left late. One grant at a time is out
 * per process, so a report is always in time for the request that looks back to it. A process that dies loses one slot.
 */
export class RateLimiter {
  readonly #pool: pg.Pool;
  readonly #bucket: string;
  readonly #limit: number;
  readonly #batch: number;
  #queue: Waiter[] = [];
  #granting: Promise<void> | undefined;
  #lateness = 10;

  constructor(options: RateLimiterOptions) {
    this.#pool = options.pool;
    this.#bucket = options.bucket;
    this.#limit = Math.max(1, Math.floor(options.perSecond));
    this.#batch = this.#limit <= SINGLY_UP_TO ? 1 : Math.ceil(this.#limit / 8);
  }

  /** Resolves at the moment a request may be sent: send it at once. Throws AllowanceStoppedError after `stop`. */
  async acquire(signal?: AbortSignal): Promise<Grant> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      this.#queue.push({ resolve, reject, signal });
      this.#granting ??= this.#grant().finally(() => (this.#granting = undefined));
    });
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

  async #grant(): Promise<void> {
    while (this.#queue.length > 0) {
      for (const gone of this.#queue.filter(({ signal }) => signal?.aborted))
        gone.reject(gone.signal?.reason);
      this.#queue = this.#queue.filter(({ signal }) => !signal?.aborted);
      const waiters = this.#queue.splice(0, this.#batch);
      if (waiters.length === 0) return;
      try {
        const { rows } = await this.#pool.query<Slot>(
          `select slot::text, wait_ms from ops.reserve_rate_slots($1, $2, $3, $4 * interval '1 ms')`,
          [this.#bucket, this.#limit, waiters.length, GUARD_MS + 2 * this.#lateness],
        );
        // Counted from the answer, so never too early.
        const answered = performance.now();
        if (rows.length < waiters.length) throw new AllowanceStoppedError(this.#bucket);
        const used = waiters.map((waiter, index) => this.#hand(waiter, rows[index]!, answered));
        await Promise.all(used);
      } catch (error) {
        for (const waiter of waiters) waiter.reject(error);
      }
    }
  }

  /** Resolves when the request has left, or when it is not worth waiting for. */
  async #hand(waiter: Waiter, { slot, wait_ms }: Slot, answered: number): Promise<void> {
    const due = answered + wait_ms;
    // Timers fire up to a millisecond early.
    for (let left = wait_ms; left > 0; left = due - performance.now()) await pause(Math.ceil(left));
    const left = new Promise<void>((resolve) => {
      waiter.resolve({
        sent: () => {
          const late = performance.now() - due;
          this.#lateness = Math.min(MAX_LATENESS_MS, Math.max(late, this.#lateness * FORGET));
          resolve(late > LATE_MS && this.#batch === 1 ? this.#report(slot, late) : undefined);
        },
      });
    });
    await Promise.race([left, pause(UNUSED_MS)]);
  }

  async #report(slot: string, late: number): Promise<void> {
    await this.#pool
      .query(`select ops.move_rate_slot($1, $2::timestamptz, $3 * interval '1 ms')`, [
        this.#bucket,
        slot,
        late,
      ])
      // The request has left; the next question to the database tells what is wrong with it.
      .catch(() => undefined);
  }
}
