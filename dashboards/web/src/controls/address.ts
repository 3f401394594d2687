import { useSyncExternalStore } from 'react';
import {
  COMPARISONS,
  GRANULARITIES,
  isDay,
  PERIODS,
  type Comparison,
  type Granularity,
  type Period,
} from './periods.ts';

/** What a page shows, all of it in its address: to be sent, saved, and gone back to. */
export interface Address {
  readonly page: string;
  readonly period: Period;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly compare: Comparison;
  readonly compareFrom?: string | undefined;
  readonly compareTo?: string | undefined;
  readonly by: Granularity;
  readonly team: readonly string[];
  /** Ids. */
  readonly manager: readonly string[];
  readonly pipeline: readonly string[];
  readonly source: readonly string[];
  /** The measure whose drawer is open. */
  readonly open?: string | undefined;
  /** Narrows the drawer: `dimension~value`. */
  readonly slice: readonly string[];
  readonly wall: boolean;
  /** Whether the funnel follows the deals created in the period, or counts what happened in it. */
  readonly mode: FunnelMode;
}

export const FUNNEL_MODES = ['cohort', 'period'] as const;
export type FunnelMode = (typeof FUNNEL_MODES)[number];

export const FILTERS = ['team', 'manager', 'pipeline', 'source'] as const;
export type FilterName = (typeof FILTERS)[number];

const oneOf = <T extends string>(all: readonly T[], value: string | null, fallback: T): T =>
  all.find((one) => one === value) ?? fallback;
const dayOf = (value: string | null): string | undefined => (isDay(value) ? value : undefined);

export function parseAddress(path: string, search: string): Address {
  const query = new URLSearchParams(search);
  return {
    page: path.replace(/^\/+/, '') || 'overview',
    period: oneOf(PERIODS, query.get('period'), 'month'),
    from: dayOf(query.get('from')),
    to: dayOf(query.get('to')),
    compare: oneOf(COMPARISONS, query.get('compare'), 'previous'),
    compareFrom: dayOf(query.get('compare-from')),
    compareTo: dayOf(query.get('compare-to')),
    by: oneOf(GRANULARITIES, query.get('by'), 'auto'),
    team: query.getAll('team'),
    manager: query.getAll('manager'),
    pipeline: query.getAll('pipeline'),
    source: query.getAll('source'),
    open: query.get('open') ?? undefined,
    slice: query.getAll('slice'),
    wall: query.has('wall'),
    mode: oneOf(FUNNEL_MODES, query.get('mode'), 'cohort'),
  };
}

export function printAddress(address: Address): string {
  const query = new URLSearchParams();
  const put = (name: string, value: string | undefined, fallback?: string): void => {
    if (value !== undefined && value !== fallback) query.append(name, value);
  };
  put('period', address.period, 'month');
  if (address.period === 'custom') {
    put('from', address.from);
    put('to', address.to);
  }
  put('compare', address.compare, 'previous');
  if (address.compare === 'custom') {
    put('compare-from', address.compareFrom);
    put('compare-to', address.compareTo);
  }
  put('by', address.by, 'auto');
  put('mode', address.mode, 'cohort');
  for (const name of FILTERS) for (const value of address[name]) query.append(name, value);
  put('open', address.open);
  for (const value of address.slice) query.append('slice', value);
  if (address.wall) query.append('wall', '');
  const search = query.toString();
  return `/${address.page === 'overview' ? '' : address.page}${search === '' ? '' : `?${search}`}`;
}

const listeners = new Set<() => void>();
const tell = (): void => listeners.forEach((listener) => listener());
window.addEventListener('popstate', tell);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let last: { readonly text: string; readonly address: Address } | undefined;
function current(): Address {
  const text = location.pathname + location.search;
  if (last?.text !== text) last = { text, address: parseAddress(location.pathname, location.search) };
  return last.address;
}

export const useAddress = (): Address => useSyncExternalStore(subscribe, current);

/** Goes where the changed address says; `replace` leaves no step in the history. */
export function go(change: Partial<Address>, { replace = false } = {}): void {
  goTo(printAddress({ ...current(), ...change }), { replace });
}

export function goTo(address: string, { replace = false } = {}): void {
  if (address === location.pathname + location.search) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  tell();
}

export const addressOfPage = (page: string): string =>
  printAddress({ ...current(), page, open: undefined, slice: [] });
