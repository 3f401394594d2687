import type pg from 'pg';
import { DatabaseClock } from './database-clock.ts';
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
  /** The same in milliseconds since the epoch, by the database's clock. */
  readonly at: number;
  readonly wait_ms: number;
}

/** What the way to the source may squeeze together. Costs 1.7 % of the allowance. */
const GUARD_MS = 17;
/** A source that has refused for haste all the same is farther away than thought: each refusal adds so much, up to so much in all. */
const GUARD_STEP_MS = 10;
const MAX_GUARD_MS = 60;
/** A request that leaves this much after its slot is reported. */
const LATE_MS = 3;
/** Woken up this late, a request does not leave in its slot: until others have heard of it, it may be too late for them. */
const TOO_LATE_MS = 40;
/** After so many slots thrown away the machine is taken for what it is. */
const MAX_TRIES = 4;
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
  readonly #clock = new DatabaseClock();
  #guardMs = GUARD_MS;
  #pausedUntil = 0;
  #queue: Waiter[] = [];
  #granting: Promise<void> | undefined;

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

  /** The source has refused for haste: nobody sends for so long, and this process leaves more room from then on. */
  async backOff(milliseconds: number): Promise<void> {
    this.#guardMs = Math.min(this.#guardMs + GUARD_STEP_MS, MAX_GUARD_MS);
    await this.pauseFor(milliseconds);
  }

  /** Nobody sends for so long. */
  async pauseFor(milliseconds: number): Promise<void> {
    // What has a slot already is held back here; what asks for one, in any process, by the database.
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + milliseconds);
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
        for (let tries = 1; ; tries += 1) {
          const slots = await this.#reserve(waiters.length);
          await this.#until(slots[0]!);
          if (await this.#satOut()) continue;
          // Too late to be put right in time: this slot is thrown away and another one asked for.
          if (tries < MAX_TRIES && this.#latenessOf(slots[0]!) > TOO_LATE_MS) continue;
          await Promise.all(waiters.map((waiter, index) => this.#hand(waiter, slots[index]!)));
          break;
        }
      } catch (error) {
        for (const waiter of waiters) waiter.reject(error);
      }
    }
  }

  async #reserve(count: number): Promise<readonly Slot[]> {
    const asked = performance.now();
    const { rows } = await this.#pool.query<Slot>(
      `select slot::text, (extract(epoch from slot) * 1000)::double precision as at, wait_ms
       from ops.reserve_rate_slots($1, $2, $3, $4 * interval '1 ms')`,
      [this.#bucket, this.#limit, count, this.#guardMs],
    );
    const [first] = rows;
    if (!first || rows.length < count) throw new AllowanceStoppedError(this.#bucket);
    this.#clock.learn(first.at - first.wait_ms, asked, performance.now());
    return rows;
  }

  /** Waits for the moment of a slot; timers fire up to a millisecond early. */
  async #until({ at }: Slot): Promise<void> {
    for (;;) {
      const left = this.#clock.latest(at) - performance.now();
      if (left <= 0) return;
      await pause(Math.ceil(left));
    }
  }

  /** Waits for the end of a pause that began here; whether there was one. */
  async #satOut(): Promise<boolean> {
    const left = this.#pausedUntil - performance.now();
    if (left > 0) await pause(Math.ceil(left));
    return left > 0;
  }

  #latenessOf({ at }: Slot): number {
    return performance.now() - this.#clock.earliest(at);
  }

  /** Resolves when the request has left, or when it is not worth waiting for. */
  async #hand(waiter: Waiter, slot: Slot): Promise<void> {
    await this.#until(slot);
    if (this.#batch > 1) await this.#satOut();
    const left = new Promise<void>((resolve) => {
      waiter.resolve({
        sent: () => {
          const late = this.#latenessOf(slot);
          resolve(late > LATE_MS && this.#batch === 1 ? this.#report(slot.slot, late) : undefined);
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
