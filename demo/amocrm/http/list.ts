import type { Collection } from '../state/collection.ts';
import type { Row } from '../state/row.ts';
import { select, type Selection } from '../state/select.ts';
import { wireOf, type WireText } from '../wire-text.ts';
import { hal, noContent, notValid, type Answer } from './answer.ts';
import type { Call } from './call.ts';
import { buildQuery, type PhpQuery } from './php-query.ts';

export interface Page {
  readonly number: number;
  readonly limit: number;
}

/** Page and limit; a limit above the maximum gives `above` rows, without an error (facts §3.1). */
export function pageOf(call: Call, maximum = 250, above = 50): Page | Answer {
  const number = call.query['page'] === undefined ? 1 : Number(call.query['page']);
  const asked = call.query['limit'] === undefined ? 50 : Number(call.query['limit']);
  for (const [name, value] of [
    ['page', number],
    ['limit', asked],
  ] as const) {
    if (Number.isInteger(value) && value >= 1) continue;
    call.unexpected(`${name}=${JSON.stringify(call.query[name])}`);
    return notValid(name, 'This value should be a positive integer.');
  }
  const limit = asked > maximum ? above : asked;
  return { number, limit: call.faults.state('limit-falls-to-50') ? Math.min(limit, 50) : limit };
}

export function isAnswer(value: object): value is Answer {
  return 'status' in value;
}

export interface Totals {
  readonly items: number;
}

/** One page of a list in the envelope of facts §2.1; 204 when it is empty. */
export function listAnswer(
  call: Call,
  key: string,
  rows: readonly WireText[],
  page: Page,
  totals?: Totals,
): Answer {
  if (rows.length === 0) return noContent;
  const counted = totals === undefined ? '' : `"_total_items":${totals.items},`;
  const pages =
    totals === undefined ? '' : `"_page_count":${Math.max(1, Math.ceil(totals.items / page.limit))},`;
  // The link is given without looking whether a row follows: after a full last page it leads to an empty one.
  const hasNext = rows.length >= page.limit && call.faults.state('no-links') === undefined;
  return hal(
    `{${counted}"_page":${page.number},${pages}"_links":${links(call, page, hasNext)},"_embedded":{"${key}":[${rows.join(',')}]}}`,
  );
}

/** A list without pages: pipelines, links, webhooks, event types. */
export function wholeAnswer(call: Call, key: string, rows: readonly unknown[]): Answer {
  const { page: _, limit: __, ...query } = call.query;
  const tail = Object.keys(query).length === 0 ? '' : `?${buildQuery(query)}`;
  const self = wireOf({ self: { href: `${call.origin}${call.path}${tail}` } });
  return hal(`{"_total_items":${rows.length},"_links":${self},"_embedded":{"${key}":${wireOf(rows)}}}`);
}

function links(call: Call, page: Page, hasNext: boolean): WireText {
  const { page: _, limit: __, ...rest } = call.query;
  const to = (number: number) => ({
    href: address(call, { ...rest, page: String(number), limit: String(page.limit) }),
  });
  return wireOf({
    self: to(page.number),
    ...(hasNext ? { next: to(page.number + 1) } : {}),
    ...(page.number > 1 ? { first: to(1), prev: to(page.number - 1) } : {}),
  });
}

function address(call: Call, query: PhpQuery): string {
  return `${call.origin}${call.path}?${buildQuery(query)}`;
}

/** Reads a page of a collection and writes it, with the faults that concern any list. */
export function collectionAnswer<R extends Row>(
  call: Call,
  key: string,
  rows: Collection<R>,
  selection: Selection<R>,
  page: Page,
  textOf: (row: R) => WireText,
): Answer {
  const { faults } = call;
  const on = { path: call.path, page: page.number };
  if (faults.strikes('premature-204', on, 2)) return noContent;
  const shuffled = faults.state('reorder-ties') ? { ...selection, shuffleTies: call.serial } : selection;
  const late = faults.state('late-rows');
  const chosen =
    late !== undefined && selection.window !== undefined && key !== 'events'
      ? { ...shuffled, name: undefined, where: shownBy(call.now - (late.seconds ?? 60), shuffled.where) }
      : shuffled;
  const offset = (page.number - 1) * page.limit;
  let found: readonly R[];
  if (page.number > 1 && faults.strikes('duplicate-rows', on, 2))
    found = select(rows, chosen, offset - 1, page.limit);
  else found = select(rows, chosen, offset, page.limit);
  const short = found.length > 0 ? faults.strikes('short-list', on) : undefined;
  if (short !== undefined)
    found = found.slice(0, Math.min(found.length - 1, Math.ceil(found.length * (short.share ?? 0.5))));
  for (const row of found) call.shown.push(row.id);
  return listAnswer(call, key, found.map(textOf), page);
}

function shownBy<R extends Row>(
  moment: number,
  also: ((row: R) => boolean) | undefined,
): (row: R) => boolean {
  return (row) => row.updatedAt <= moment && (also === undefined || also(row));
}
