import { outputColumns, type OutputColumn } from './output-columns.ts';
import { pivotQuery } from './pivot-query.ts';
import type {
  ColumnarRows,
  NormalizedQuery,
  QueryType,
  ResultData,
  ResultType,
  TransformRequest,
} from './transform-request.ts';

export interface MultiResultData {
  readonly queryType: QueryType;
  readonly results: readonly ResultData[];
  readonly slowQuery: boolean;
}

function toDefault(columns: readonly OutputColumn[], rowCount: number): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = [];
  for (let index = 0; index < rowCount; index++) {
    const row: Record<string, unknown> = {};
    for (const column of columns) row[column.name] = column.values[index];
    rows.push(row);
  }
  return rows;
}

function toCompact(columns: readonly OutputColumn[], rowCount: number): unknown {
  return {
    members: columns.map((column) => column.name),
    dataset: Array.from({ length: rowCount }, (_, index) => columns.map((column) => column.values[index])),
  };
}

function toColumnar(columns: readonly OutputColumn[]): unknown {
  return { members: columns.map((column) => column.name), columns: columns.map((column) => column.values) };
}

function shape(columns: readonly OutputColumn[], resType: ResultType = 'default'): unknown {
  const rowCount = columns[0]?.values.length ?? 0;
  if (resType === 'compact') return toCompact(columns, rowCount);
  if (resType === 'columnar') return toColumnar(columns);
  return toDefault(columns, rowCount);
}

const withoutNulls = (data: ResultData): ResultData =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null && value !== undefined));

function withData(request: TransformRequest, rowsBuffer: Uint8Array, data: ResultData): ResultData {
  const rows = JSON.parse(Buffer.from(rowsBuffer).toString('utf8')) as ColumnarRows;
  return { ...withoutNulls(data), data: shape(outputColumns(request, rows), request.resType) };
}

const encode = (answer: unknown): Buffer => Buffer.from(JSON.stringify(answer));

/**
 * The body of a `/v1/load` answer: `resultData` with the rows of the database under `data`.
 *
 * `rowsBuffer` is JSON `{members, columns}`. `data` is a list of row objects by member name (`default`), or
 * `{members, dataset}` with rows as arrays (`compact`), or `{members, columns}` (`columnar`).
 */
export async function getFinalQueryResult(
  request: TransformRequest,
  rowsBuffer: Uint8Array,
  resultData: ResultData,
): Promise<Buffer> {
  return Promise.resolve().then(() => encode(withData(request, rowsBuffer, resultData)));
}

/** The same for `queryType=multi`: one result per query (a compared date range, a blending) and the pivot they share. */
export async function getFinalQueryResultMulti(
  requests: readonly TransformRequest[],
  rowsBuffers: readonly Uint8Array[],
  responseData: MultiResultData,
): Promise<Buffer> {
  return Promise.resolve().then(() => {
    const results = requests.map((request, index) =>
      withData(request, rowsBuffers[index] ?? Buffer.from('{}'), responseData.results[index] ?? {}),
    );
    const queries = responseData.results.map((result) => result['query'] as NormalizedQuery);
    const { queryType, slowQuery } = responseData;
    return encode({ queryType, results, pivotQuery: pivotQuery(queryType, queries), slowQuery });
  });
}
