/** The shapes Cube 1.7 hands to `getFinalQueryResult`, reduced to what the answer depends on. */

export type QueryType = 'regularQuery' | 'compareDateRangeQuery' | 'blendingQuery';
export type ResultType = 'default' | 'compact' | 'columnar';

export interface TimeDimension {
  readonly dimension: string;
  readonly granularity?: string | null;
  readonly dateRange?: readonly string[] | string | null;
}

/** A member is a name, or an expression object of the SQL API with a name of its own. */
export type MemberReference = string | { readonly name?: string; readonly expressionName?: string };

export interface NormalizedQuery {
  readonly measures?: readonly MemberReference[];
  readonly dimensions?: readonly MemberReference[];
  readonly timeDimensions?: readonly TimeDimension[];
  readonly [key: string]: unknown;
}

export interface TransformRequest {
  /** SQL alias of a column → member name, with the granularity as a third part for a time dimension. */
  readonly aliasToMemberNameMap: Readonly<Record<string, string>>;
  /** Only members the caller may see have an entry; that is what keeps hidden ones hidden. */
  readonly annotation: Readonly<Record<string, { readonly type?: string }>>;
  readonly query: NormalizedQuery;
  readonly queryType?: QueryType;
  readonly resType?: ResultType;
}

/** Rows as Cube sends them across: one array per column, columns named by SQL alias. No columns when there are no rows. */
export interface ColumnarRows {
  readonly members: readonly string[];
  readonly columns: readonly (readonly unknown[])[];
}

export type ResultData = Readonly<Record<string, unknown>>;
