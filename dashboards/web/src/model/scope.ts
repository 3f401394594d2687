import type { Filter, LoadQuery } from '../api/cube.ts';
import { FILTERS, useAddress, type Address, type FilterName } from '../controls/address.ts';
import { comparedWith, granularityFor, rangeOf, todayIn, type Range } from '../controls/periods.ts';
import { useAccount, useCatalog } from '../shell/account.ts';
import type { Catalog } from './catalog.ts';

/** What the controls say, as far as a view can hear it. */
export interface Scope {
  readonly range: Range;
  readonly compare: Range | undefined;
  readonly granularity: 'day' | 'week' | 'month' | 'quarter';
  readonly today: string;
  /** Filters of the view; what it cannot be filtered by is left out and told by {@link deaf}. */
  filters(view: string): Filter[];
  /** The filters in use that the view has no dimension for. */
  deaf(view: string): FilterName[];
  /** Whether the measure counts by the period; others are as of now. */
  isDated(measure: string): boolean;
  /** The period of a query, and for a measure as of now {@link now}. */
  dated(
    measure: string,
    range: Range,
    granularity?: string,
  ): Pick<LoadQuery, 'timeDimension'> | Pick<LoadQuery, 'segments'>;
  /** What is now, where a view holds also what was: the rows that measures as of now count, without the others that they would skip. */
  now(view: string): Pick<LoadQuery, 'segments'>;
  /** The days a measure is counted over: a plan is for months, so plan and fact are of the whole months that the period touches. */
  daysOf(measure: string, range: Range): Range;
  /** The dimension that says when for one measure: of the funnel's steps it depends on the switch. */
  dateOf(measure: string): string;
}

/** Counted by the deals' creation or by the day of the step, as the reader chooses. */
const EITHER_WAY = new Set(['funnel.deals_reached', 'funnel.deals_reached_next', 'funnel.step_conversion']);

const DIMENSIONS: Readonly<Record<FilterName, string>> = {
  team: 'team',
  manager: 'manager_id',
  pipeline: 'pipeline',
  source: 'source',
};

/** Stocks: what waits, is open or expected now. Their views have dates for other measures of theirs, or of now alone. */
const AS_OF_NOW = /^(?:regulation\.(?!stage_sla_rate|stays_)|forecast\.|early_warnings\.|data_health\.)/;

export function dimensionOf(catalog: Catalog, view: string, filter: FilterName): string | undefined {
  const found = catalog.find(`${view}.${DIMENSIONS[filter]}`);
  // In some views `source` is the phone system or the mailbox that rows came from: another thing than where the deal's lead came from.
  const isOther = filter === 'source' && found?.definition.en !== catalog.find('deals.source')?.definition.en;
  return isOther ? undefined : found?.name;
}

/** The end of the month of a day. */
const endOfMonth = (day: string): string =>
  new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).toISOString().slice(0, 10);

const daysOf = (measure: string, { from, to }: Range): Range =>
  viewOf(measure) === 'plan_fact' ? { from: `${from.slice(0, 8)}01`, to: endOfMonth(to) } : { from, to };

export const dateOf = (view: string): string => `${view}.date`;

export function makeScope(address: Address, catalog: Catalog, timeZone: string): Scope {
  const today = todayIn(timeZone);
  const range = rangeOf(address.period, today, {
    ...(address.from && { from: address.from }),
    ...(address.to && { to: address.to }),
  });
  const compare = comparedWith(address.compare, range, {
    ...(address.compareFrom && { from: address.compareFrom }),
    ...(address.compareTo && { to: address.compareTo }),
  });
  const isDated = (measure: string): boolean =>
    !AS_OF_NOW.test(measure) && catalog.has(dateOf(viewOf(measure)));
  const now: Scope['now'] = (view) =>
    catalog.has(`${view}.open_now`) ? { segments: [`${view}.open_now`] } : {};
  return {
    range,
    compare,
    today,
    now,
    granularity: granularityFor(address.by, range),
    isDated,
    daysOf,
    dateOf: (measure) =>
      EITHER_WAY.has(measure) && address.mode === 'cohort' ? 'funnel.created_at' : dateOf(viewOf(measure)),
    filters: (view) =>
      FILTERS.flatMap((filter) => {
        const member = dimensionOf(catalog, view, filter);
        const values = address[filter];
        return member !== undefined && values.length > 0
          ? [{ member, operator: 'equals', values } as const]
          : [];
      }),
    deaf: (view) =>
      FILTERS.filter(
        (filter) => address[filter].length > 0 && dimensionOf(catalog, view, filter) === undefined,
      ),
    dated: (measure, range, granularity) => {
      const { from, to } = daysOf(measure, range);
      return isDated(measure)
        ? {
            timeDimension: {
              dimension: dateOf(viewOf(measure)),
              dateRange: [from, to],
              ...(granularity !== undefined && { granularity }),
            },
          }
        : now(viewOf(measure));
    },
  };
}

/** All blocks and cards of a page have the same. */
let last: { readonly of: readonly unknown[]; readonly scope: Scope } | undefined;

export function useScope(): Scope {
  const address = useAddress();
  const catalog = useCatalog();
  const { timeZone } = useAccount();
  const of = [address, catalog, timeZone];
  if (last === undefined || last.of.some((one, index) => one !== of[index])) {
    last = { of, scope: makeScope(address, catalog, timeZone) };
  }
  return last.scope;
}

export const viewOf = (member: string): string => member.slice(0, member.indexOf('.'));
