import type { Filter } from '../api/cube.ts';
import type { Words } from '../i18n/language.ts';

interface Titled {
  readonly title: Words;
  /** Said below the title: how to read it. */
  readonly hint?: Words;
  /** Of the page's width; default half. */
  readonly width?: 'full' | 'half' | 'third' | 'two-thirds';
}

/** Numbers side by side, each to be opened. */
export interface CardsBlock {
  readonly kind: 'cards';
  readonly title?: Words;
  readonly measures: readonly string[];
  /** Larger, for the first row of a page. */
  readonly isHero?: boolean;
}

/** Measures of one view over the period. */
export interface TrendBlock extends Titled {
  readonly kind: 'trend';
  readonly chart: 'line' | 'bar' | 'stack';
  readonly measures: readonly string[];
  /** One series a value of this dimension, of a single measure. */
  readonly by?: string;
  /** All there is by month, whatever the period. */
  readonly isAlways?: boolean;
}

/** A measure by the values of a dimension, the largest first or in the dimension's own order. */
export interface BarsBlock extends Titled {
  readonly kind: 'bars';
  readonly measures: readonly string[];
  readonly by: string;
  /** A dimension to order by instead of the size. */
  readonly orderBy?: string;
  /** What the values belong to: those of one stay together, and two of one name are told apart by it. */
  readonly within?: string;
  readonly limit?: number;
  readonly filters?: readonly Filter[];
  /** Stacked measures that sum to a whole. */
  readonly isStacked?: boolean;
}

/** Cohorts step by step: how many reached each, and the share that went on. */
export interface FunnelBlock extends Titled {
  readonly kind: 'funnel';
}

export interface HeatmapBlock extends Titled {
  readonly kind: 'heatmap';
  readonly measure: string;
  readonly x: string;
  readonly y: string;
}

export interface TableBlock extends Titled {
  readonly kind: 'table';
  readonly by: readonly string[];
  readonly measures: readonly string[];
  /** Average over the rows, and how far each is from it: for people. */
  readonly hasAverage?: boolean;
  readonly sortBy?: string;
  readonly direction?: 'asc' | 'desc';
  /** Rows with none of these are left out. */
  readonly only?: string;
  readonly filters?: readonly Filter[];
  /** measure → measure of the same view that is its norm. */
  readonly norms?: Readonly<Record<string, string>>;
  /** All there is, whatever the period. */
  readonly isAlways?: boolean;
  /** Not shown at all when empty: not everybody has competitions. */
  readonly isOptional?: boolean;
}

/** Rows as they are, not sums: the deals, messages or streams themselves. */
export interface RecordsBlock extends Titled {
  readonly kind: 'records';
  readonly columns: readonly string[];
  readonly filters?: readonly Filter[];
  readonly sortBy: string;
  readonly direction?: 'asc' | 'desc';
  readonly limit?: number;
  /** Whatever the period. */
  readonly isNow?: boolean;
}

/** Plan, fact and where the fact should be by now, for the company, teams and managers. */
export interface PlanBlock extends Titled {
  readonly kind: 'plan';
}

/** What somebody has to do something about today; a zero is good news. */
export interface AttentionBlock extends Titled {
  readonly kind: 'attention';
  readonly items: readonly { readonly measure: string; readonly page: string; readonly isNow?: boolean }[];
}

/** Managers side by side, number by number. */
export interface CompareBlock extends Titled {
  readonly kind: 'compare';
  readonly measures: readonly string[];
}

export type Block =
  | CardsBlock
  | TrendBlock
  | BarsBlock
  | FunnelBlock
  | HeatmapBlock
  | TableBlock
  | RecordsBlock
  | PlanBlock
  | AttentionBlock
  | CompareBlock;

/** A page is a list of blocks; whatever of it a session's model lacks is left out. */
export interface Page {
  readonly id: string;
  readonly title: Words;
  readonly icon: string;
  readonly group: 'result' | 'work' | 'order' | 'future';
  /** Shows what is, whatever the period: its control is not offered. */
  readonly isAsOfNow?: boolean;
  readonly blocks: readonly Block[];
}
