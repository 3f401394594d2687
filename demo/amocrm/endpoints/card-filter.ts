import { objectsOf, type Json } from '../../stand-in/json.ts';
import { badFilter, noContent, type Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { allOf, filterOf, idsOf, rangeOf, type Range } from '../http/parameters.ts';
import { valuesOf, type PhpQuery } from '../http/php-query.ts';
import type { CardKind } from '../state/cards.ts';
import type { CardRow } from '../state/row.ts';
import { fromWire } from '../wire-text.ts';

type Test = (row: CardRow) => boolean;

export interface CardFilter {
  readonly window?: { readonly by: 'updatedAt' | 'createdAt' } & Range;
  readonly where?: Test | undefined;
}

const lists: Readonly<
  Record<string, 'id' | 'pipeline' | 'status' | 'responsible' | 'createdBy' | 'updatedBy'>
> = {
  id: 'id',
  pipeline_id: 'pipeline',
  status_id: 'status',
  responsible_user_id: 'responsible',
  created_by: 'createdBy',
  updated_by: 'updatedBy',
};
const ranges: Readonly<Record<string, 'createdAt' | 'updatedAt' | 'closedAt' | 'closestTaskAt' | 'price'>> = {
  created_at: 'createdAt',
  updated_at: 'updatedAt',
  closed_at: 'closedAt',
  closest_task_at: 'closestTaskAt',
  price: 'price',
};

const common = [
  'id',
  'name',
  'created_by',
  'updated_by',
  'responsible_user_id',
  'created_at',
  'updated_at',
  'closest_task_at',
  'custom_fields_values',
];

/** Documented filters by kind (filters-api; facts §3.3). */
export const cardFilters: Readonly<Record<CardKind, readonly string[]>> = {
  leads: [...common, 'price', 'statuses', 'pipeline_id', 'closed_at'],
  contacts: common,
  companies: common,
  customers: [...common, 'status_id', 'next_date', 'next_price'],
};

/** The paid filter of leads, contacts, companies and customers. A scalar where a range belongs finds nothing (issue 358). */
export function cardFilter(call: Call): CardFilter | Answer {
  const tests: (Test | undefined)[] = [];
  let window: CardFilter['window'];
  for (const [name, value] of Object.entries(filterOf(call))) {
    const listed = lists[name];
    const ranged = ranges[name];
    if (listed !== undefined) {
      const wanted = idsOf(value);
      tests.push((row) => wanted?.has(row[listed] as number) ?? true);
    } else if (ranged !== undefined) {
      const range = rangeOf(value);
      if (range === undefined) {
        call.unexpected(`filter[${name}] is a scalar; only [from] and [to] work`);
        return noContent;
      }
      if (window === undefined && (ranged === 'updatedAt' || ranged === 'createdAt'))
        window = { by: ranged, ...range };
      else tests.push(within(ranged, range));
    } else if (name === 'name') {
      const names = new Set(valuesOf(value));
      tests.push((row) => names.has(String(cardOf(row)['name'])));
    } else if (name === 'statuses') {
      const test = statusesTest(value);
      if (test === undefined) return badFilter();
      tests.push(test);
    } else if (name === 'custom_fields_values' && typeof value === 'object') {
      for (const [field, wanted] of Object.entries(value)) tests.push(customFieldTest(Number(field), wanted));
    }
  }
  return { ...(window === undefined ? {} : { window }), where: allOf(tests) };
}

function within(
  field: 'createdAt' | 'updatedAt' | 'closedAt' | 'closestTaskAt' | 'price',
  range: Range,
): Test {
  const { from = -Infinity, to = Infinity } = range;
  const nullable = field === 'closedAt' || field === 'closestTaskAt';
  return (row) => row[field] >= from && row[field] <= to && (!nullable || row[field] !== 0);
}

/** `filter[statuses][0][pipeline_id]` with `filter[statuses][0][status_id]`: each pair needs both. */
function statusesTest(value: string | PhpQuery): Test | undefined {
  if (typeof value === 'string') return undefined;
  const pairs = new Set<string>();
  for (const pair of Object.values(value)) {
    if (typeof pair === 'string') return undefined;
    const { pipeline_id: pipeline, status_id: status } = pair;
    if (typeof pipeline !== 'string' || typeof status !== 'string') return undefined;
    pairs.add(`${pipeline}:${status}`);
  }
  return (row) => pairs.has(`${row.pipeline}:${row.status}`);
}

function customFieldTest(field: number, wanted: string | PhpQuery): Test {
  const range = rangeOf(wanted);
  const values = new Set(valuesOf(wanted));
  return (row) => {
    const found = objectsOf(cardOf(row)['custom_fields_values']).find((one) => one['field_id'] === field);
    return objectsOf(found?.['values']).some((one) => {
      if (range === undefined) {
        const value = typeof one['value'] === 'boolean' ? Number(one['value']) : one['value'];
        return values.has(String(one['enum_id'] ?? value));
      }
      const number = Number(one['value']);
      return number >= (range.from ?? -Infinity) && number <= (range.to ?? Infinity);
    });
  };
}

/** The fields of a card; its row is cut inside `_embedded`. */
function cardOf(row: CardRow): Json {
  return JSON.parse(fromWire(`${row.text}}}`)) as Json;
}

/** `query=`: a word anywhere in the card (documented as going away). */
export function queryTest(word: string): Test {
  const wanted = word.toLowerCase();
  return (row) => fromWire(row.text).toLowerCase().includes(wanted);
}
