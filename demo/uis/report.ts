import { mix } from '../stand-in/random.ts';
import type { Json } from '../stand-in/json.ts';
import { reportFields, type UisList } from './fields.ts';
import { invalidParameter, parameterMissed, RpcError, unexpectedParameters } from './rpc-error.ts';

const LOCAL = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
/** "3 months" by the error, 90 days by the page of the reports: the shorter one. */
const LONGEST_DAYS = 90;
const common = ['access_token', 'user_id', 'limit', 'offset', 'filter', 'fields', 'sort'];
const known: Readonly<Record<UisList, readonly string[]>> = {
  calls: [...common, 'date_from', 'date_till', 'include_ongoing_calls'],
  call_legs: [...common, 'date_from', 'date_till'],
  employees: common,
};

export interface Question {
  readonly from: string;
  readonly till: string;
  readonly limit: number;
  readonly offset: number;
  readonly fields: readonly string[];
  readonly sort: readonly { readonly field: string; readonly isDescending: boolean }[];
  readonly ongoing: boolean;
}

/** The parameters of a report, or the RpcError they deserve. */
export function questionOf(list: UisList, params: Json): Question {
  for (const name of Object.keys(params)) {
    if (!known[list].includes(name)) throw unexpectedParameters(name, params[name]);
  }
  const limit = whole('limit', params['limit'] ?? 1_000, 10_000);
  const offset = whole('offset', params['offset'] ?? 0, 100_000);
  const window = list === 'employees' ? { from: '', till: '￿' } : windowOf(params);
  const { all, byDefault, sortable } = reportFields[list];
  const fields = (params['fields'] ?? byDefault) as readonly string[];
  if (!Array.isArray(fields)) throw invalidParameter('fields', fields);
  for (const name of fields) if (!(name in all)) throw unexpectedParameters('fields', name);
  const sort = ((params['sort'] ?? []) as readonly Json[]).map(({ field, order }) => {
    if (typeof field !== 'string' || !(sortable as readonly string[]).includes(field))
      throw new RpcError(-32602, 'sort_prohibited', 'Sort by parameter is prohibited', {
        field,
        value: field,
      });
    return { field, isDescending: order === 'desc' };
  });
  return { ...window, limit, offset, fields, sort, ongoing: params['include_ongoing_calls'] === true };
}

function windowOf(params: Json): { from: string; till: string } {
  const [from, till] = ['date_from', 'date_till'].map((name) => {
    const value = params[name];
    if (value === undefined) throw parameterMissed(name);
    if (typeof value !== 'string' || !LOCAL.test(value)) throw invalidParameter(name, value);
    return value;
  }) as [string, string];
  const days =
    (Date.parse(`${till.replace(' ', 'T')}Z`) - Date.parse(`${from.replace(' ', 'T')}Z`)) / 86_400_000;
  if (days > LONGEST_DAYS)
    throw new RpcError(
      -32602,
      'date_interval_limit_reached',
      'Max value of requested date interval is 3 months',
    );
  return { from, till };
}

function whole(name: string, value: unknown, most: number): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > most)
    throw invalidParameter(name, value);
  return value as number;
}

/** Sorted as asked; the order of equals, and of rows nobody asked to sort, means nothing and differs from one `salt` to the next. */
export function sorted(rows: readonly Json[], { sort }: Question, salt: number): Json[] {
  return [...rows].sort((left, right) => {
    for (const { field, isDescending } of sort) {
      const order = compare(left[field], right[field]);
      if (order !== 0) return isDescending ? -order : order;
    }
    return mix(left['id'] as number, salt) - mix(right['id'] as number, salt);
  });
}

function compare(left: unknown, right: unknown): number {
  const [one, other] = [left ?? '', right ?? ''] as [string | number, string | number];
  return one < other ? -1 : one > other ? 1 : 0;
}
