import type { RawRow } from '../engine/connection.ts';
import { readLeg, type CdrRecord, type LegRules } from './leg.ts';

export interface Reject {
  readonly id: string | null;
  readonly reason: string;
  readonly payload: string;
}

/** Rows of one batch, sorted into what lands and what is rejected, with what the clocks of the batch say. */
export class LegBatch {
  readonly rows: RawRow[] = [];
  readonly rejects: Reject[] = [];
  readonly clocks: { startedAt: number; channelCreatedAt: number | null }[] = [];
  /** The latest start met, in unix seconds. */
  newest: number | null = null;
  readonly #rules: LegRules;

  constructor(rules: LegRules) {
    this.#rules = rules;
  }

  get size(): number {
    return this.rows.length + this.rejects.length;
  }

  /** `text`: the record as it came, for the rejects; without it, what may be stored of it. */
  add(record: CdrRecord, text?: string): void {
    const read = readLeg(record, this.#rules);
    if ('reason' in read) {
      this.reject(read.reason, text ?? JSON.stringify({ row: read.row }));
      return;
    }
    const { leg, startedAt, channelCreatedAt } = read;
    this.rows.push({ text: JSON.stringify(leg), value: leg });
    this.clocks.push({ startedAt, channelCreatedAt });
    this.newest = Math.max(this.newest ?? startedAt, startedAt);
  }

  reject(reason: string, payload: string): void {
    this.rejects.push({ id: null, reason, payload });
  }
}
