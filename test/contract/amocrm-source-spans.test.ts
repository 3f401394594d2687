import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Span } from '../../pipelines/sources/engine/cursor.ts';
import { arrayElementTexts } from '../../pipelines/sources/engine/json-elements.ts';
import { afterKeyset, afterPage, WINDOW_IGNORED, type Left } from '../../pipelines/sources/engine/spans.ts';

const LIMIT = 4;
const UPPER = 100;

interface Item {
  readonly id: number;
  at: number;
}

/** A list by `order` inside a span, page by page, that hands out `next` links as amoCRM does: on every full page. */
function answer(items: readonly Item[], span: Span, order: 'asc' | 'desc' | 'id') {
  const inside = items.filter(({ at }) => at >= span.from && at <= (span.to ?? Infinity));
  inside.sort((left, right) =>
    order === 'id'
      ? left.id - right.id
      : (order === 'asc' ? 1 : -1) * (left.at - right.at) || right.id - left.id,
  );
  const page = span.pages?.next ?? 1;
  const rows = inside.slice((page - 1) * LIMIT, page * LIMIT);
  return {
    rows,
    values: rows.map(({ at }) => at),
    count: rows.length,
    hasNext: rows.length === LIMIT,
    limit: LIMIT,
  };
}

/** Reads a span to its end while `happens` changes the list after each request; returns the ids met. */
function readAll(items: Item[], order: 'asc' | 'desc' | 'id', happens: () => boolean): Set<number> {
  const met = new Set<number>();
  const byPage = { next: 1, found: 0, empty: null, isDescending: false };
  let open: Span[] = [
    { from: 0, to: null, seen: false, doubts: 0, ...(order === 'id' && { pages: byPage }) },
  ];
  let hasLied = false;
  for (let requests = 0; open.length > 0; requests += 1) {
    expect(requests).toBeLessThan(2_000);
    const [span, ...others] = open as [Span, ...Span[]];
    const isLie: boolean = requests > 0 && !hasLied && happens();
    hasLied = isLie;
    const { rows, ...given } = answer(isLie ? [] : items, span, span.pages ? 'id' : order);
    for (const { id } of rows) met.add(id);
    const left: Left | typeof WINDOW_IGNORED =
      span.pages || order === 'id'
        ? afterPage(span, given, { maxPages: 3, upper: UPPER })
        : afterKeyset(span, given, order === 'asc' ? 'oldest-first' : 'newest-first', UPPER);
    if (left === WINDOW_IGNORED) throw new Error('the window was honoured');
    open = [...left, ...others];
  }
  return met;
}

const list = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 });
/** What happens after each request: a row is edited (moves to the end), deleted, nothing, or the next answer is empty without reason. */
const happenings = fc.array(fc.tuple(fc.nat(59), fc.constantFrom('edit', 'delete', 'nothing', 'lie')), {
  maxLength: 40,
});

it.each(['asc', 'desc', 'id'] as const)(
  'meets every row that stays where it is, whatever moves around it (%s)',
  (order) => {
    fc.assert(
      fc.property(list, happenings, (moments, plan) => {
        const items: Item[] = moments.map((at, id) => ({ id, at }));
        const touched = new Set<number>();
        const steps = [...plan];
        let lies = 0;
        const met = readAll(items, order, () => {
          const [place, what] = steps.shift() ?? [0, 'nothing'];
          const item = items[place];
          // A page is asked for three times before its emptiness is believed.
          if (what === 'lie') return (lies += 1) <= 2;
          if (!item || what === 'nothing') return false;
          // Events are never edited; they only disappear with their card.
          if (what === 'delete' || order === 'desc') items.splice(place, 1);
          else item.at = UPPER + 1;
          touched.add(item.id);
          return false;
        });
        const expected = moments.map((_, id) => id).filter((id) => !touched.has(id));
        expect(expected.filter((id) => !met.has(id))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  },
);

it('cuts the elements of an array out of any JSON text exactly as they were written', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue()),
      fc.jsonValue(),
      fc.constantFrom(0, 1, 3),
      (elements, other, indent) => {
        const text = JSON.stringify(
          { before: other, _embedded: { x: other, leads: elements }, after: other },
          null,
          indent,
        );
        const cut = arrayElementTexts(text, ['_embedded', 'leads']);
        expect(cut?.map((element) => JSON.parse(element) as unknown)).toEqual(
          JSON.parse(JSON.stringify(elements)),
        );
        for (const element of cut ?? []) expect(text).toContain(element);
      },
    ),
  );
  const digits = '{"_embedded":{"leads":[{"id":12345678901234567890.1234567890,"name":"a\\\\\\"]"}]}}';
  expect(arrayElementTexts(digits, ['_embedded', 'leads'])).toEqual([
    '{"id":12345678901234567890.1234567890,"name":"a\\\\\\"]"}',
  ]);
  expect(arrayElementTexts('{"_embedded":{}}', ['_embedded', 'leads'])).toBeUndefined();
});
