import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import type { ChangeBatch, FeedConnection } from '../../pipelines/sources/engine/connection.ts';
import { DEFAULT_SETTINGS } from '../../pipelines/sources/engine/session.ts';
import type { StreamPart, StreamSpec } from '../../pipelines/sources/engine/stream.ts';
import {
  advanceStream,
  type AdvanceOptions,
  StreamMissingError,
  type SourceSession,
} from '../../pipelines/sources/index.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase } from '../harness/database.ts';

/** A source that is a growing log per part: what it says has changed is what was appended since the state. */
class Log implements FeedConnection {
  readonly account = { id: 'log', name: 'log', timeZone: null, currency: null, windowsHonoured: null };
  readonly concurrency = 2;
  readonly streams: readonly StreamSpec[];
  entries: Record<string, { id: string; text?: string; isGone?: boolean }[]> = {};
  failing: Record<string, Error> = {};
  readonly asked: unknown[] = [];
  /** Ends the reading after so many batches, as a killed process would. */
  diesAfter = Infinity;
  #batches = 0;

  constructor(batchSize: number) {
    this.batchSize = batchSize;
    this.streams = [
      {
        name: 'entries',
        parts: [],
        hasListedParts: true,
        cursor: 'opaque',
        order: 'by-id',
        pageSize: 0,
        maxPages: 0,
        overlapSeconds: 0,
        deletions: 'feed',
        history: 'none',
        needs: 'any',
        windowMayBeIgnored: false,
        schema: z.looseObject({ id: z.string(), text: z.string() }),
        key: (row) => row['id'] as string,
        cursorOf: () => null,
      },
    ];
  }

  readonly batchSize: number;

  now = (): number => Date.now() / 1_000;
  partsOf = (): Promise<readonly StreamPart[]> =>
    Promise.resolve(
      [...new Set([...Object.keys(this.entries), ...Object.keys(this.failing)])].map((name) => ({ name })),
    );
  close = (): Promise<void> => Promise.resolve();

  async *fetchChanges({ part, state }: { part: string; state: unknown }): AsyncIterable<ChangeBatch> {
    this.asked.push([part, state]);
    const failure = this.failing[part];
    if (failure) throw failure;
    const all = this.entries[part] ?? [];
    for (let at = (state as number | null) ?? 0; at < all.length; at += this.batchSize) {
      if (this.#batches >= this.diesAfter) throw new Error('killed');
      this.#batches += 1;
      const batch = all.slice(at, at + this.batchSize);
      const rows = batch.filter(({ isGone }) => !isGone);
      await Promise.resolve();
      yield {
        rows: rows.map((value) => ({ text: JSON.stringify(value), value })),
        deleted: batch.filter(({ isGone }) => isGone).map(({ id }) => ({ id, at: null })),
        state: at + batch.length,
      };
    }
  }

  revive(): void {
    this.diesAfter = Infinity;
  }
}

let warehouse: Warehouse;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase('engine_feed');
  warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
});
afterAll(async () => {
  await warehouse.close();
  await database.drop();
});

let log: Log;
let session: SourceSession;
let type = 0;
beforeEach(() => {
  log = new Log(3);
  type += 1;
  session = {
    source: 'log',
    type: `log${type}`,
    account: log.account,
    streams: [{ name: 'entries' }],
    connection: log,
    warehouse,
    settings: DEFAULT_SETTINGS,
    signal: new AbortController().signal,
    close: () => Promise.resolve(),
  };
});

const texts = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, at) => ({ id: `${prefix}${at}`, text: `${prefix} ${at}` }));

async function readAll(options: AdvanceOptions = {}): Promise<number> {
  let rows = 0;
  for (;;) {
    const step = await advanceStream(session, 'entries', options);
    rows += step.rows;
    if (step.done) return rows;
  }
}

async function raw(): Promise<Record<string, string | null>> {
  const { rows } = await warehouse.pool.query<{ id: string; text: string; is_deleted: boolean }>(
    `select id, payload ->> 'text' as text, is_deleted from raw.${session.type}__entries order by id`,
  );
  return Object.fromEntries(rows.map(({ id, text, is_deleted }) => [id, is_deleted ? null : text]));
}

it('lands every part, goes on from where each ended, and marks what the source says is gone', async () => {
  log.entries = { a: texts(7, 'a'), b: texts(2, 'b') };
  expect(await readAll()).toBe(9);
  log.entries['a']?.push({ id: 'a1', isGone: true }, { id: 'a2', text: 'again' });
  expect(await readAll()).toBe(2);
  expect(await raw()).toMatchObject({ a0: 'a 0', a1: null, a2: 'again', b1: 'b 1' });
  expect(log.asked.slice(2)).toEqual([
    ['a', 7],
    ['b', 2],
  ]);
});

it('reads at most one batch a part again after a death, and loses nothing', async () => {
  log.entries = { a: texts(20, 'a'), b: texts(20, 'b') };
  log.diesAfter = 5;
  await expect(readAll()).rejects.toThrow('killed');
  log.revive();
  expect(await readAll()).toBe(40 - 5 * 3);
  expect(Object.keys(await raw())).toHaveLength(40);
});

it('does what the budget allows and goes on in the next call', async () => {
  log.entries = { a: texts(10, 'a') };
  const first = await advanceStream(session, 'entries', { maxPages: 2 });
  expect(first).toMatchObject({ done: false, rows: 6 });
  expect(await readAll()).toBe(4);
});

it('reads the other parts when one fails or cannot be seen, and says so', async () => {
  log.entries = { b: texts(2, 'b') };
  log.failing = { a: new StreamMissingError('entries', 'access to the mailbox was refused') };
  const seen = await advanceStream(session, 'entries');
  expect(seen).toMatchObject({ done: true, note: 'a: access to the mailbox was refused' });
  log.failing = { a: new Error('the wire was cut') };
  log.entries['b']?.push(...texts(1, 'c'));
  await expect(readAll()).rejects.toThrow('the wire was cut');
  expect(Object.keys(await raw())).toEqual(['b0', 'b1', 'c0']);
});

it('keeps what fails its schema, with the reason, and lands the rest', async () => {
  log.entries = { a: [{ id: 'x' }, { id: 'y', text: 'fine' }] };
  await readAll();
  expect(await raw()).toEqual({ y: 'fine' });
  const { rows } = await warehouse.pool.query(`select id, reason from ops.rejects where source = $1`, [
    session.type,
  ]);
  expect(rows).toEqual([{ id: 'x', reason: expect.stringMatching(/^text: /) as string }]);
});

it('reads everything again on request, once, and does not move the position back by it', async () => {
  log.entries = { a: texts(5, 'a') };
  await readAll();
  const range = { from: new Date(0), to: new Date() };
  expect(await readAll({ range })).toBe(5);
  expect(await readAll()).toBe(0);
});
