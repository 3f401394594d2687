import { notValid, type Answer } from './answer.ts';
import type { Call } from './call.ts';
import { listedValuesOf, valuesOf, type PhpQuery } from './php-query.ts';

/** The parameters a list documents. */
export interface Documented {
  readonly filter?: readonly string[];
  readonly with?: readonly string[];
  readonly order?: readonly string[];
  /** Beside page, limit, with, filter and order. */
  readonly plain?: readonly string[];
}

/** The filter's tree; empty when there is none. */
export function filterOf(call: Call): PhpQuery {
  const filter = call.query['filter'];
  return typeof filter === 'object' ? filter : {};
}

export function withOf(call: Call): string[] {
  return listedValuesOf(call.query['with']);
}

/** Answers 400 to a parameter nobody documented, and notes it, so that a test can fail on it. */
export function undocumented(call: Call, documented: Documented): Answer | undefined {
  const plain = ['page', 'limit', ...(documented.plain ?? [])];
  if (documented.filter) plain.push('filter');
  if (documented.with) plain.push('with');
  for (const name of Object.keys(call.query)) {
    if (name === 'order' || plain.includes(name)) continue;
    return refused(call, name, `parameter ${name}`);
  }
  if (typeof call.query['filter'] === 'string')
    return refused(call, 'filter', 'a filter that is not filter[…]');
  for (const name of Object.keys(filterOf(call))) {
    if (!documented.filter?.includes(name)) return refused(call, `filter.${name}`, `filter[${name}]`);
  }
  for (const name of withOf(call)) {
    if (!documented.with?.includes(name)) return refused(call, 'with', `with=${name}`);
  }
  return undefined;
}

function refused(call: Call, path: string, what: string): Answer {
  call.unexpected(`${what} is not documented for ${call.path}`);
  return notValid(path, 'The value you selected is not a valid choice.');
}

export interface Order<K extends string> {
  readonly by: K;
  readonly desc: boolean;
}

/**
 * The order asked for. What a list does not document is ignored (nobody has seen an error; whether it works is unknown), and noted.
 */
export function orderOf<K extends string>(
  call: Call,
  documented: Readonly<Record<string, K>>,
  otherwise: Order<K>,
): Order<K> {
  const order = call.query['order'];
  if (order === undefined) return otherwise;
  const [name, direction] = typeof order === 'object' ? (Object.entries(order)[0] ?? []) : [];
  const by = name === undefined ? undefined : documented[name];
  if (by === undefined || (direction !== 'asc' && direction !== 'desc')) {
    call.unexpected(`order ${JSON.stringify(order)} is not documented for ${call.path}`);
    return otherwise;
  }
  return { by, desc: direction === 'desc' };
}

export interface Range {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** `[from]`/`[to]` as numbers; undefined when the value is not a range of numbers. */
export function rangeOf(value: string | PhpQuery | undefined): Range | undefined {
  if (typeof value !== 'object') return undefined;
  const from = value['from'] === undefined ? undefined : Number(value['from']);
  const to = value['to'] === undefined ? undefined : Number(value['to']);
  if (from === undefined && to === undefined) return undefined;
  if (Number.isNaN(from ?? 0) || Number.isNaN(to ?? 0)) return undefined;
  return { from, to };
}

/** Scalar = "changed after that moment"; otherwise a range (facts §2.9–2.11). */
export function momentOrRangeOf(value: string | PhpQuery | undefined): Range | undefined {
  if (typeof value === 'string') {
    const [from, to] = value.split(',').map(Number);
    if (from === undefined || Number.isNaN(from) || Number.isNaN(to ?? 0)) return undefined;
    return to === undefined ? { from: from + 1 } : { from, to };
  }
  return rangeOf(value);
}

export function idsOf(value: string | PhpQuery | undefined): Set<number> | undefined {
  return value === undefined ? undefined : new Set(valuesOf(value).map(Number));
}

/** All tests together, or undefined when there are none. */
export function allOf<R>(
  tests: readonly (((row: R) => boolean) | undefined)[],
): ((row: R) => boolean) | undefined {
  const given = tests.filter((test) => test !== undefined);
  if (given.length <= 1) return given[0];
  return (row) => given.every((test) => test(row));
}
