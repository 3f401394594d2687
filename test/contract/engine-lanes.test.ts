import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { ListConnection, Page, PageRequest } from '../../pipelines/sources/engine/connection.ts';
import type { Round, Span } from '../../pipelines/sources/engine/cursor.ts';
import { readRound } from '../../pipelines/sources/engine/read-round.ts';
import { WHOLE, type StreamSpec } from '../../pipelines/sources/engine/stream.ts';

interface Item {
  readonly id: number;
  at: number;
}

const spec = (pageSize: number): StreamSpec => ({
  name: 'leads',
  parts: WHOLE,
  cursor: 'updated_at',
  order: 'oldest-first',
  readsFromBothEnds: true,
  pageSize,
  maxPages: 64,
  overlapSeconds: 0,
  deletions: 'none',
  history: 'none',
  needs: 'any',
  windowMayBeIgnored: true,
  schema: z.record(z.string(), z.unknown()),
  key: ({ id }) => String(id),
  cursorOf: ({ at }) => Number(at),
});

interface Behaviour {
  readonly concurrency: number;
  /** There is an allowance to wait for before each request. */
  readonly hasTurns: boolean;
}

/** A list in memory that answers after so many turns of the event loop, in no fixed order. */
function listOf(
  items: Item[],
  turns: () => number,
  happens: () => boolean = () => false,
  { concurrency, hasTurns }: Behaviour = { concurrency: 8, hasTurns: true },
): ListConnection & { asked: PageRequest[] } {
  const asked: PageRequest[] = [];
  // A reader that never lets anybody else run could not be stopped by a time limit: it is told here.
  let looks = 0;
  let rest: NodeJS.Immediate | undefined;
  const look = (): void => {
    rest ??= setImmediate(() => {
      looks = 0;
      rest = undefined;
    });
    if ((looks += 1) > 1_000) throw new Error('asks again and again without ever waiting');
  };
  const fetchPage = async (request: PageRequest): Promise<Page> => {
    asked.push(request);
    for (let turn = turns(); turn > 0; turn -= 1) await new Promise(setImmediate);
    // Before the list is looked at: one answer is one consistent state.
    const isLie = happens();
    const { window, order, page, limit } = request;
    const inside = items.filter(({ at }) => at >= (window?.from ?? 0) && at <= (window?.to ?? Infinity));
    inside.sort((left, right) =>
      order === 'by-id'
        ? left.id - right.id
        : (order === 'newest-first' ? -1 : 1) * (left.at - right.at) || right.id - left.id,
    );
    const found = isLie ? [] : inside.slice((page - 1) * limit, page * limit);
    const rows = found.map(({ id, at }) => ({ text: JSON.stringify({ id, at }), value: { id, at } }));
    return { rows, hasNext: rows.length === limit };
  };
  const account = { id: '1', name: 'memory', timeZone: null, currency: null, windowsHonoured: null };
  return {
    account,
    streams: [],
    concurrency,
    asked,
    now: () => 0,
    get turn(): NonNullable<ListConnection['turn']> {
      look();
      const turn = async () => {
        await new Promise(setImmediate);
        return { sent: () => undefined };
      };
      return (hasTurns ? turn : undefined) as typeof turn;
    },
    fetchPage,
    farEnd: () => Promise.resolve(null),
    fetchOne: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
}

type End = 'none' | 'killed' | 'told to stop';

/** Reads a round until `ends` says otherwise at a commit; what was landed by then, and what is left of it. */
async function read(connection: ListConnection, pageSize: number, round: Round, ends: () => End) {
  const stop = new AbortController();
  const landed = new Set<string>();
  const one = spec(pageSize);
  const outcome = await readRound({
    spec: one,
    part: WHOLE[0]!,
    connection,
    cursor: { watermark: null, completedAt: null, scans: false },
    round,
    maxPages: 10_000,
    signal: stop.signal,
    isFirst: true,
    extent: () => Promise.resolve({ floor: 0, ceiling: null }),
    commit: async (pages, { pending, newest }) => {
      await new Promise(setImmediate);
      const end = ends();
      if (end === 'killed') throw new Error('killed');
      for (const { rows } of pages) for (const { id } of rows.landing) landed.add(id);
      round.pending = pending;
      round.newest = newest;
      if (end === 'told to stop') stop.abort(new Error('told to stop'));
    },
  }).catch((error: Error) => {
    if (error.message === 'killed') return 'killed';
    if (!stop.signal.aborted || error.message.includes('without ever waiting')) throw error;
    return 'told to stop';
  });
  return { landed, outcome };
}

const roundUpTo = (upper: number): Round => {
  const whole: Span = { from: 0, to: null, seen: false, doubts: 0 };
  return { startedAt: 0, upper, newest: null, pending: [whole] };
};

it('asks for hardly more pages than there are, whatever order the answers come in', async () => {
  let seed = 12_345;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const rows = 100_000;
  const items = Array.from({ length: rows }, (_, id) => ({
    id,
    at: 1_700_000_000 + Math.floor(random() * 25_000_000),
  }));
  items.sort((left, right) => left.at - right.at);
  const connection = listOf(items, () => 2 + Math.floor(random() * 4));
  const { landed, outcome } = await read(connection, 250, roundUpTo(1_730_000_000), () => 'none');
  expect([outcome, landed.size]).toEqual(['done', rows]);
  console.log(`${connection.asked.length} requests for ${rows / 250} pages of rows`);
  expect(connection.asked.length).toBeLessThanOrEqual((rows / 250) * 1.02);
});

it('meets every row that stays where it is, from both ends at once, though rows move, answers lie and processes die', async () => {
  const moments = fc.array(fc.oneof(fc.nat(400), fc.constant(200)), { maxLength: 120 });
  const happening = fc.tuple(fc.nat(119), fc.constantFrom('edit', 'delete', 'nothing', 'nothing', 'lie'));
  const plan = fc.record({
    moments,
    happenings: fc.array(happening, { maxLength: 60 }),
    turns: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 20 }),
    ends: fc.array(fc.constantFrom<End>('none', 'killed', 'told to stop'), { maxLength: 20 }),
    behaviour: fc.record({ concurrency: fc.constantFrom(1, 2, 8), hasTurns: fc.boolean() }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ moments, happenings, turns, ends, behaviour }) => {
      const items: Item[] = moments.map((at, id) => ({ id, at }));
      const touched = new Set<number>();
      const steps = [...happenings];
      let lies = 0;
      let turn = 0;
      const happens = (): boolean => {
        const [place, what] = steps.shift() ?? [0, 'nothing'];
        const item = items[place];
        // An answer is asked for twice more before its emptiness is believed, and both heads may meet a lie.
        if (what === 'lie') return (lies += 1) <= 1;
        if (!item || what === 'nothing') return false;
        touched.add(item.id);
        if (what === 'delete') items.splice(place, 1);
        else item.at = 1_000;
        return false;
      };
      const connection = listOf(items, () => turns[(turn += 1) % turns.length]!, happens, behaviour);
      const round = roundUpTo(500);
      const met = new Set<string>();
      const deaths = [...ends];
      for (let lives = 0; ; lives += 1) {
        expect(lives).toBeLessThan(60);
        const { landed, outcome } = await read(connection, 4, round, () => deaths.shift() ?? 'none');
        for (const id of landed) met.add(id);
        if (outcome === 'done') break;
      }
      const lost = moments.flatMap((_, id) => (touched.has(id) || met.has(String(id)) ? [] : [id]));
      expect(lost).toEqual([]);
    }),
    { numRuns: 100 },
  );
});
