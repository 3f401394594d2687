import { crashPoint } from '../../crash-points.ts';
import { land } from '../../warehouse/index.ts';
import type { AdvanceOptions, Counts } from './advance.ts';
import type { ChangeBatch, FeedConnection } from './connection.ts';
import { partCursor, type StreamCursor } from './cursor.ts';
import { noteDrift } from './drift.ts';
import { StreamMissingError } from './errors.ts';
import { readRows } from './page-rows.ts';
import { tombstone } from './raw-rows.ts';
import type { SourceSession } from './session.ts';
import type { StreamPart, StreamSpec } from './stream.ts';

interface FeedOptions extends AdvanceOptions {
  /** Batches to be read at most. */
  readonly budget: number;
}

/**
 * Reads the parts of an `opaque` stream side by side, each from the state its last committed batch left. Every batch is landed in one
 * transaction with the state after it: killed anywhere, what is read again is one batch a part. A part that fails holds up no other;
 * the first failure is thrown when all have been read. Resolves to false when the budget was used up first.
 */
export async function readFeed(
  session: SourceSession,
  spec: StreamSpec,
  cursor: StreamCursor,
  counts: Counts,
  options: FeedOptions,
): Promise<boolean> {
  const signal = options.signal ? AbortSignal.any([session.signal, options.signal]) : session.signal;
  const reading = new FeedReading(session as SourceSession<FeedConnection>, spec, cursor, counts, options);
  const { connection } = session;
  const parts =
    (spec.hasListedParts ? await connection.partsOf?.(spec.name, signal) : undefined) ?? spec.parts;
  const waiting = parts.filter((part) => !reading.isRead(part));
  let failure: { readonly error: unknown } | undefined;
  let isWhole = true;
  const worker = async (): Promise<void> => {
    for (let part = waiting.shift(); part; part = waiting.shift()) {
      try {
        isWhole = (await reading.read(part, signal)) && isWhole;
      } catch (error) {
        failure ??= { error };
        signal.throwIfAborted();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(connection.concurrency, waiting.length) }, worker));
  if (failure) throw failure.error;
  if (isWhole) await reading.finish(parts);
  return isWhole;
}

class FeedReading {
  readonly #session: SourceSession<FeedConnection>;
  readonly #spec: StreamSpec;
  readonly #cursor: StreamCursor;
  readonly #counts: Counts;
  readonly #options: FeedOptions;
  /** Batches of different parts share the stream's cursor: one is committed at a time. */
  #committing: Promise<void> = Promise.resolve();
  #expected = 0;

  constructor(
    session: SourceSession<FeedConnection>,
    spec: StreamSpec,
    cursor: StreamCursor,
    counts: Counts,
    options: FeedOptions,
  ) {
    this.#session = session;
    this.#spec = spec;
    this.#cursor = cursor;
    this.#counts = counts;
    this.#options = options;
    const { range } = options;
    if (range) {
      const [from, to] = [range.from, range.to].map((moment) => Math.floor(moment.getTime() / 1_000)) as [
        number,
        number,
      ];
      // A feed knows no ranges: reading one again is reading everything again.
      if (cursor.range?.from !== from || cursor.range.to !== to) {
        cursor.range = { from, to, rounds: {}, feeds: {} };
      }
    }
  }

  isRead({ name }: StreamPart): boolean {
    if (this.#options.range) return this.#cursor.range?.feeds?.[name]?.isRead === true;
    const { until } = this.#options;
    const completedAt = this.#cursor.parts[name]?.completedAt;
    return until !== undefined && completedAt != null && completedAt >= until.getTime();
  }

  /** Resolves to false when the budget ended before the part. */
  async read(part: StreamPart, signal: AbortSignal): Promise<boolean> {
    const startedAt = Date.now();
    const { connection } = this.#session;
    const question = { stream: this.#spec.name, part: part.name, state: this.#stateOf(part) };
    try {
      for await (const batch of connection.fetchChanges(question, signal)) {
        crashPoint('page.received');
        await this.#commit(part, batch);
        if (this.#counts.pages >= this.#options.budget) return false;
      }
    } catch (error) {
      if (!(error instanceof StreamMissingError)) throw error;
      partCursor(this.#cursor, part.name).missing = error.reason;
      this.#markRead(part, startedAt);
      return true;
    }
    delete partCursor(this.#cursor, part.name).missing;
    this.#markRead(part, startedAt);
    return true;
  }

  /** Commits that everything is read. Parts that are no longer listed are forgotten; their rows stay. */
  async finish(parts: readonly StreamPart[]): Promise<void> {
    if (this.#options.range) delete this.#cursor.range;
    const listed = new Set(parts.map(({ name }) => name));
    for (const name of Object.keys(this.#cursor.parts)) {
      if (!listed.has(name)) delete this.#cursor.parts[name];
    }
    await land(this.#session.warehouse, { ...this.#key(), rows: [], cursor: this.#cursor });
  }

  #key() {
    const { type, account } = this.#session;
    return { source: type, account: account.id, stream: this.#spec.name };
  }

  #stateOf({ name }: StreamPart): unknown {
    return this.#options.range
      ? (this.#cursor.range?.feeds?.[name]?.state ?? null)
      : (partCursor(this.#cursor, name).feed ?? null);
  }

  #markRead({ name }: StreamPart, startedAt: number): void {
    const feeds = this.#options.range && this.#cursor.range?.feeds;
    if (feeds) feeds[name] = { state: feeds[name]?.state ?? null, isRead: true };
    partCursor(this.#cursor, name).completedAt = startedAt;
  }

  #keep({ name }: StreamPart, state: unknown): void {
    const feeds = this.#options.range && this.#cursor.range?.feeds;
    if (feeds) feeds[name] = { state, isRead: false };
    // Also when read again on request: what was read is read.
    partCursor(this.#cursor, name).feed = state;
  }

  async #commit(part: StreamPart, batch: ChangeBatch): Promise<void> {
    const before = this.#committing;
    const commit = (async () => {
      await before;
      await this.#land(part, batch);
    })();
    // The next one waits for the end of this one, whatever the end is.
    this.#committing = commit.catch(() => undefined);
    await commit;
  }

  async #land(part: StreamPart, batch: ChangeBatch): Promise<void> {
    const { warehouse } = this.#session;
    const key = this.#key();
    const rows = readRows(this.#spec, part, batch.rows);
    await noteDrift(warehouse.pool, key, rows.drift);
    this.#keep(part, batch.state);
    const gone = (batch.deleted ?? []).map(({ id, at }) => tombstone(id, at, at ?? new Date()));
    const landed = await land(warehouse, {
      ...key,
      rows: [...rows.landing, ...gone],
      rejects: [...rows.rejects, ...(batch.rejects ?? [])],
      cursor: this.#cursor,
    });
    const counts = this.#counts;
    counts.pages += 1;
    counts.rows += batch.rows.length + gone.length;
    counts.inserted += landed.inserted;
    counts.updated += landed.updated;
    counts.rejected += landed.rejected;
    if (batch.expectedRows !== undefined) this.#expected = Math.max(this.#expected, batch.expectedRows);
    this.#session.onProgress?.({
      stream: this.#spec.name,
      pages: counts.pages,
      rows: counts.rows,
      expectedRows: this.#expected > 0 ? Math.max(this.#expected, counts.rows) : null,
    });
  }
}
