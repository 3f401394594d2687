import type { TimeKind } from '../leg.ts';

export interface TableColumn {
  readonly name: string;
  /** What its values mean if it holds times. */
  readonly timeKind: TimeKind;
}

export interface RowQuestion {
  readonly columns: readonly string[];
  /** The column of the start, which rows are ordered by; then by these. */
  readonly start: string;
  readonly tieBreakers: readonly string[];
  /** Rows that start here or later, as the column's own text; null: from the first row on. Rows without a start are left out. */
  readonly from: string | null;
  readonly skip: number;
  readonly limit: number;
}

/** Values as the database writes them, in the order of the columns asked for. */
export type TextRow = readonly (string | null)[];

/** A connection that can only read, to one table of CDRs. */
export interface CdrTable {
  /** Of the table; never empty. */
  readonly columns: readonly TableColumn[];
  rows(question: RowQuestion): Promise<readonly TextRow[]>;
  /** Rows without a start: no order reaches them. */
  startless(question: Pick<RowQuestion, 'columns' | 'start' | 'limit'>): Promise<readonly TextRow[]>;
  count(): Promise<number>;
  /** Also in the middle of a query. */
  close(): Promise<void>;
}

export interface TableAddress {
  readonly url: URL;
  readonly table: string;
  /** `host/database`, for messages: never the password. */
  readonly server: string;
}

export function selectRows(
  question: RowQuestion,
  table: string,
  quote: (name: string) => string,
  placeholder: string,
): string {
  const start = quote(question.start);
  const order = [question.start, ...question.tieBreakers].map(quote).join(', ');
  const reached = question.from === null ? `${start} is not null` : `${start} >= ${placeholder}`;
  return (
    `select ${question.columns.map(quote).join(', ')} from ${table} where ${reached} order by ${order} ` +
    `limit ${question.limit} offset ${question.skip}`
  );
}

export function selectStartless(
  question: Pick<RowQuestion, 'columns' | 'start' | 'limit'>,
  table: string,
  quote: (name: string) => string,
): string {
  const columns = question.columns.map(quote).join(', ');
  return `select ${columns} from ${table} where ${quote(question.start)} is null limit ${question.limit}`;
}
