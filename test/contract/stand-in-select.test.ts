import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Collection } from '../../demo/amocrm/state/collection.ts';
import type { Row } from '../../demo/amocrm/state/row.ts';
import { select, type Selection } from '../../demo/amocrm/state/select.ts';

const moment = fc.integer({ min: 0, max: 12 });
const row = fc
  .record({
    id: fc.integer({ min: 1, max: 30 }),
    createdAt: moment,
    updatedAt: moment,
    createdBy: fc.integer({ min: 0, max: 2 }),
  })
  .map((fields): Row => ({ ...fields, tie: fields.id, text: '{' }));
const change = fc.oneof(
  { weight: 4, arbitrary: row.map((put) => ({ put })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }).map((remove) => ({ remove })) },
  { weight: 1, arbitrary: fc.array(row, { maxLength: 5 }).map((putAll) => ({ putAll })) },
);
const by = fc.constantFrom('updatedAt', 'createdAt', 'tie');
const question = fc.record({
  order: fc.record({ by, desc: fc.boolean() }),
  window: fc.option(
    fc.record({
      by: fc.constantFrom('updatedAt', 'createdAt'),
      from: fc.option(moment, { nil: undefined }),
      to: fc.option(moment, { nil: undefined }),
    }),
    { nil: undefined },
  ),
  createdBy: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
  offset: fc.integer({ min: 0, max: 12 }),
  limit: fc.integer({ min: 1, max: 12 }),
});

type Question = typeof question extends fc.Arbitrary<infer Q> ? Q : never;

/** The same by looking at every row. */
function plainly(rows: Iterable<Row>, { order, window, createdBy, offset, limit }: Question): Row[] {
  const inWindow = (one: Row) =>
    window === undefined ||
    (one[window.by] >= (window.from ?? -Infinity) && one[window.by] <= (window.to ?? Infinity));
  const found = [...rows].filter(
    (one) => inWindow(one) && (createdBy === undefined || one.createdBy === createdBy),
  );
  const sign = order.desc ? -1 : 1;
  found.sort((left, right) => sign * (left[order.by] - right[order.by] || left.tie - right.tie));
  return found.slice(offset, offset + limit);
}

function asked(rows: Collection<Row>, { order, window, createdBy, offset, limit }: Question): Row[] {
  const selection: Selection<Row> = {
    order,
    ...(window === undefined ? {} : { window }),
    where: createdBy === undefined ? undefined : (one) => one.createdBy === createdBy,
    name: `created by ${createdBy ?? 'anybody'}`,
  };
  return select(rows, selection, offset, limit);
}

describe('a page of a selection', () => {
  it('is what looking at every row would give, whatever changed between the pages', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(change, question), { maxLength: 60 }), (steps) => {
        const rows = new Collection<Row>();
        for (const [step, ask] of steps) {
          if ('put' in step) rows.put(step.put);
          else if ('remove' in step) rows.remove(step.remove);
          else rows.putAll(step.putAll);
          expect(asked(rows, ask)).toEqual(plainly(rows.all(), ask));
        }
      }),
      { numRuns: 300 },
    );
  });
});
