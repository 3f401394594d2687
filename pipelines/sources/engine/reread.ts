import { ensureStream, land, rawTable, readCursor } from '../../warehouse/index.ts';
import { advanceStream } from './advance.ts';
import type { RawRow } from './connection.ts';
import { parseCursor } from './cursor.ts';
import { QuestionRefusedError, StreamMissingError } from './errors.ts';
import { noteDrift } from './drift.ts';
import { applyNews, settle } from './liveness.ts';
import { readRows } from './page-rows.ts';
import type { StreamKey } from './raw-rows.ts';
import { isListSession, type ListSession, type SourceSession } from './session.ts';
import type { StreamPart, StreamSpec } from './stream.ts';

export interface RereadResult {
  readonly asked: number;
  readonly requests: number;
  readonly found: number;
  /** Asked for and not there; whether they are deleted is for the recycle bin and the events to say. */
  readonly absent: number;
  readonly inserted: number;
  readonly updated: number;
  readonly rejected: number;
}

const NOTHING: RereadResult = {
  asked: 0,
  requests: 0,
  found: 0,
  absent: 0,
  inserted: 0,
  updated: 0,
  rejected: 0,
};

/** Ids in one question: 50 make an address of 1.6 kB, far below what gateways cut off. */
const IDS_PER_QUESTION = 50;
/** One by one this many at most, where the source ignores the filter by id and a scan of what is new is cheaper. */
const MOST_SINGLES = 50;

/**
 * Reads rows again by their ids and lands them by the rules of every landing: an older version overwrites nothing, a row that is not there
 * is not taken for deleted unless the list of deleted rows says so. Ids of a stream the source does not have, or cannot show, are
 * passed over. Throws what the source's connection throws.
 */
export async function rereadRows(
  session: SourceSession,
  streamName: string,
  ids: readonly string[],
  options: { readonly part?: string; readonly signal?: AbortSignal } = {},
): Promise<RereadResult> {
  const spec = session.connection.streams.find(({ name }) => name === streamName);
  const part = spec?.parts.find(({ name, tombstones }) =>
    options.part === undefined ? !tombstones : name === options.part,
  );
  const wanted = [...new Set(ids)];
  if (!spec || !part || wanted.length === 0 || !isListSession(session)) return NOTHING;
  const signal = options.signal ? AbortSignal.any([session.signal, options.signal]) : session.signal;
  try {
    return await new Reread(session, spec, part, signal).run(wanted);
  } catch (error) {
    if (error instanceof StreamMissingError) return { ...NOTHING, asked: wanted.length };
    throw error;
  }
}

/** Pages of news per call: 5,000 events. What is deeper is left to the sync, which goes on from its own position. */
const MOST_NEWS_PAGES = 50;

/**
 * Reads what the streams that tell of others (events: stage history, deletions, restorations) have of the last seconds, newest first, until
 * a page has nothing new. It neither needs nor moves the position of the sync, whose overlap is what catches events that show late.
 */
export async function readNews(
  session: SourceSession,
  lookBackSeconds: number,
  signal?: AbortSignal,
): Promise<{ readonly requests: number; readonly inserted: number }> {
  if (!isListSession(session)) return { requests: 0, inserted: 0 };
  const { connection, warehouse } = session;
  const ends = signal ? AbortSignal.any([session.signal, signal]) : session.signal;
  let requests = 0;
  let inserted = 0;
  for (const spec of connection.streams.filter(({ news, order }) => news && order === 'newest-first')) {
    const part = spec.parts[0];
    if (!part) continue;
    const key = { source: session.type, account: session.account.id, stream: spec.name };
    await ensureStream(warehouse, key);
    const window = { from: connection.now() - Math.ceil(lookBackSeconds), to: null };
    const question = { stream: spec.name, part: part.name, window, order: 'newest-first' } as const;
    const fresh = new Map<string, RawRow>();
    for (let page = 1; page <= MOST_NEWS_PAGES; page += 1) {
      const answer = await connection.fetchPage({ ...question, page, limit: spec.pageSize }, ends);
      requests += 1;
      // Rows that come in meanwhile push the others to later pages: what this call has met before says nothing of what lies behind it.
      const unmet = answer.rows.filter((row) => !fresh.has(idOf(row)));
      for (const row of unmet) fresh.set(idOf(row), row);
      if (answer.rows.length === 0 || !answer.hasNext) break;
      const known = await knownOf(session, key, unmet.map(idOf));
      if (unmet.length > 0 && known.length === unmet.length) break;
    }
    // Together, so that a known row stands for all that lie behind it, whenever a process died.
    const rows = readRows(spec, part, [...fresh.values()]);
    await applyNews(session, rows.news);
    await noteDrift(warehouse.pool, key, rows.drift);
    inserted += (await land(warehouse, { ...key, rows: rows.landing, rejects: rows.rejects })).inserted;
  }
  return { requests, inserted };
}

async function knownOf(
  { warehouse }: SourceSession,
  key: StreamKey,
  ids: readonly string[],
): Promise<string[]> {
  const { rows } = await warehouse.pool.query<{ id: string }>(
    `select id from raw.${rawTable(key)} where account_id = $1 and id = any($2)`,
    [key.account, ids],
  );
  return rows.map(({ id }) => id);
}

async function wasRead(session: SourceSession, spec: StreamSpec): Promise<boolean> {
  const key = { source: session.type, account: session.account.id, stream: spec.name };
  const { parts } = parseCursor(spec.name, await readCursor(session.warehouse, key));
  return spec.parts.every(({ name }) => parts[name]?.completedAt != null);
}

class Reread {
  readonly #session: ListSession;
  readonly #spec: StreamSpec;
  readonly #part: StreamPart;
  readonly #signal: AbortSignal;
  readonly #key: StreamKey;
  #ignoresIds: boolean;
  #requests = 0;

  constructor(session: ListSession, spec: StreamSpec, part: StreamPart, signal: AbortSignal) {
    this.#session = session;
    this.#spec = spec;
    this.#part = part;
    this.#signal = signal;
    this.#key = { source: session.type, account: session.account.id, stream: spec.name };
    this.#ignoresIds = spec.windowMayBeIgnored && session.account.windowsHonoured === false;
  }

  async run(ids: readonly string[]): Promise<RereadResult> {
    const { warehouse } = this.#session;
    const spec = this.#spec;
    await ensureStream(warehouse, this.#key);
    const rows = this.#ignoresIds ? undefined : await this.#byFilter(this.#part, ids);
    if (rows === undefined) {
      if (ids.length > MOST_SINGLES && (await wasRead(this.#session, spec))) return this.#scan(ids);
    }
    const found = rows ?? (await this.#oneByOne(ids));
    let absent = without(ids, found);
    if (!this.#ignoresIds && absent.length > 0) {
      // An answer may lack rows that are there. Asked again only for rows we know alive, so that made-up ids cost nothing.
      const doubtful = await this.#knownAlive(absent);
      if (doubtful.length > 0) found.push(...((await this.#byFilter(this.#part, doubtful)) ?? []));
      absent = without(ids, found);
    }
    const bin = spec.parts.find(({ tombstones }) => tombstones);
    const deleted =
      bin && absent.length > 0 && !this.#ignoresIds ? await this.#byFilter(bin, absent) : undefined;

    const alive = readRows(spec, this.#part, found);
    const dead = bin ? readRows(spec, bin, deleted ?? []).landing.filter(({ isDeleted }) => isDeleted) : [];
    await noteDrift(warehouse.pool, this.#key, alive.drift);
    const landed = await land(warehouse, {
      ...this.#key,
      rows: [...alive.landing, ...dead],
      rejects: alive.rejects,
    });
    if (spec.deletions === 'feed') await settle(this.#session, spec, ids);
    return {
      asked: ids.length,
      requests: this.#requests,
      found: found.length,
      absent: absent.length,
      inserted: landed.inserted,
      updated: landed.updated,
      rejected: landed.rejected,
    };
  }

  /** Everything that is new, where ids cannot be asked for together and are too many to be asked for singly. */
  async #scan(ids: readonly string[]): Promise<RereadResult> {
    const until = new Date();
    const total = { pages: 0, rows: 0, inserted: 0, updated: 0, rejected: 0 };
    for (let done = false; !done;) {
      const result = await advanceStream(this.#session, this.#spec.name, { until, signal: this.#signal });
      done = result.done;
      for (const count of ['pages', 'rows', 'inserted', 'updated', 'rejected'] as const)
        total[count] += result[count];
    }
    const { pages, rows, ...counts } = total;
    return { ...counts, asked: ids.length, requests: this.#requests + pages, found: rows, absent: 0 };
  }

  /** The rows with these ids; undefined when the answer shows that the source ignores the filter. */
  async #byFilter(part: StreamPart, ids: readonly string[]): Promise<RawRow[] | undefined> {
    const batches: string[][] = [];
    for (let at = 0; at < ids.length; at += IDS_PER_QUESTION)
      batches.push(ids.slice(at, at + IDS_PER_QUESTION));
    const rows: RawRow[] = [];
    await this.#sideBySide(batches, async (batch) => {
      const answer = this.#ignoresIds ? [] : await this.#ask(part, batch);
      const known = new Set(batch);
      const asked = answer.filter((row) => known.has(idOf(row)));
      if (asked.length < answer.length && this.#spec.windowMayBeIgnored) this.#ignoresIds = true;
      rows.push(...asked);
    });
    return this.#ignoresIds ? undefined : rows;
  }

  /** A question that is refused is halved until the id that spoils it stands alone; that one is not there. */
  async #ask(part: StreamPart, ids: readonly string[]): Promise<readonly RawRow[]> {
    const { connection } = this.#session;
    this.#requests += 1;
    try {
      const limit = this.#spec.pageSize;
      const page = await connection.fetchPage(
        { stream: this.#spec.name, part: part.name, order: 'by-id', page: 1, limit, ids },
        this.#signal,
      );
      return page.rows;
    } catch (error) {
      if (!(error instanceof QuestionRefusedError)) throw error;
      if (ids.length === 1) return [];
      const half = ids.length >> 1;
      return [...(await this.#ask(part, ids.slice(0, half))), ...(await this.#ask(part, ids.slice(half)))];
    }
  }

  async #oneByOne(ids: readonly string[]): Promise<RawRow[]> {
    const rows: RawRow[] = [];
    await this.#sideBySide(ids, async (id) => {
      this.#requests += 1;
      const row = await this.#session.connection.fetchOne(this.#spec.name, id, this.#signal).catch(refused);
      if (row && idOf(row) === id) rows.push(row);
    });
    return rows;
  }

  async #sideBySide<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    const queue = [...items];
    const worker = async (): Promise<void> => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    };
    const workers = Array.from(
      { length: Math.min(this.#session.connection.concurrency, items.length) },
      worker,
    );
    // All are waited for, so that none goes on after its caller has failed.
    const outcomes = await Promise.allSettled(workers);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #knownAlive(ids: readonly string[]): Promise<string[]> {
    const { rows } = await this.#session.warehouse.pool.query<{ id: string }>(
      `select id from raw.${rawTable(this.#key)} where account_id = $1 and id = any($2) and not is_deleted`,
      [this.#key.account, ids],
    );
    return rows.map(({ id }) => id);
  }
}

function without(ids: readonly string[], rows: readonly RawRow[]): string[] {
  const found = new Set(rows.map(idOf));
  return ids.filter((id) => !found.has(id));
}

function idOf({ value }: RawRow): string {
  const { id } = (value ?? {}) as { id?: unknown };
  return typeof id === 'number' || typeof id === 'string' ? String(id) : '';
}

function refused(error: unknown): null {
  if (error instanceof QuestionRefusedError) return null;
  throw error;
}
