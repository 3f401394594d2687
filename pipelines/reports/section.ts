import type { Language } from './document.ts';

export type Words = Readonly<Record<Language, string>>;

/** A part of a report as data: what is asked of one view, and how it is shown. Members are named without their view. */
export interface Section {
  readonly title: Words;
  readonly view: string;
  /** Those that the model lacks, or that the reader may not see, are left out. */
  readonly measures: readonly string[];
  readonly dimensions?: readonly string[];
  /** Time dimension of the period; null: the view is of now. */
  readonly dated?: string | null;
  /** A row per day, week or month, instead of the period as a whole. */
  readonly granularity?: 'day' | 'week' | 'month';
  /** So many days (or weeks or months, of the granularity) up to the end of the period, instead of the period. */
  readonly back?: number;
  /** From the first of the month to the end of the period. */
  readonly isSinceMonth?: boolean;
  /** Only rows where one of these is more than 0. */
  readonly having?: readonly string[];
  readonly filters?: readonly object[];
  readonly order?: readonly (readonly [string, 'asc' | 'desc'])[];
  readonly limit?: number;
  /** Below the rows: the same without its dimensions, and the average over the teams' managers where the view has it. */
  readonly footer?: boolean;
  readonly chart?: { readonly kind: 'bar' | 'line'; readonly measures: readonly string[] };
  /** The chart alone says it. */
  readonly isChartOnly?: boolean;
  /** How many measures a mail has room for. */
  readonly inMail?: number;
  /** Page of the dashboard that shows it. */
  readonly page?: string;
}

export interface ReportSpec {
  readonly name: string;
  readonly title: Words;
  /** What a single date stands for. */
  readonly period: 'day' | 'week' | 'month';
  readonly page: string;
  /** Key numbers on top. */
  readonly tiles: readonly string[];
  /** With sentences on what changed most. */
  readonly explains?: boolean;
  readonly sections: readonly Section[];
}
