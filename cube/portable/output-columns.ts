import { HiddenMemberError } from './hidden-member-error.ts';
import { formatTimeValue } from './time-value.ts';
import type {
  ColumnarRows,
  MemberReference,
  NormalizedQuery,
  TransformRequest,
} from './transform-request.ts';

/** One column of the answer: its name there and its values, row by row. */
export interface OutputColumn {
  readonly name: string;
  readonly values: readonly unknown[];
}

// From the finest to the coarsest; a granularity of the model's own sorts behind them.
const GRANULARITIES = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];

const coarseness = (granularity: string): number => {
  const index = GRANULARITIES.indexOf(granularity);
  return index === -1 ? GRANULARITIES.length : index;
};

const nameOf = (member: MemberReference): string | undefined =>
  typeof member === 'string' ? member : (member.expressionName ?? member.name);

/** Without rows there are no columns to check, but a hidden member must not pass for "no data" either. */
function refuseHiddenMembers(request: TransformRequest): void {
  const { measures = [], dimensions = [], timeDimensions = [] } = request.query;
  // A time dimension without a granularity only filters; it has no annotation, and no column either.
  const grouping = timeDimensions.filter(({ granularity }) => granularity != null);
  const names = [...measures, ...dimensions].map(nameOf).concat(grouping.map(({ dimension }) => dimension));
  for (const name of names) {
    if (name !== undefined && !(name in request.annotation)) throw new HiddenMemberError(name);
  }
}

function transformColumn(values: readonly unknown[], type: string | undefined): readonly unknown[] {
  if (type !== 'time') return values;
  return values.map((value) => (typeof value === 'string' ? formatTimeValue(value) : value));
}

/**
 * A time dimension asked for with a granularity comes back under `cube.dimension.granularity` and, as older clients
 * expect, again under `cube.dimension`; with several granularities of one dimension the finest takes the short name.
 */
function shortNamed(columns: readonly OutputColumn[], query: NormalizedQuery): OutputColumn[] {
  const asked = new Set((query.dimensions ?? []).map(nameOf));
  const finest = new Map<string, { granularity: string; values: readonly unknown[] }>();
  for (const { name, values } of columns) {
    const [cube, dimension, granularity] = name.split('.');
    if (granularity === undefined) continue;
    const short = `${cube}.${dimension}`;
    if (asked.has(short)) continue;
    const known = finest.get(short);
    if (known === undefined || coarseness(granularity) <= coarseness(known.granularity)) {
      finest.set(short, { granularity, values });
    }
  }
  return [...finest].map(([name, { values }]) => ({ name, values }));
}

function compareDateRangeColumn(query: NormalizedQuery, rowCount: number): OutputColumn {
  const range = query.timeDimensions?.[0]?.dateRange;
  if (!Array.isArray(range) || range.length !== 2) {
    throw new Error(`A compared date range has two ends, this one is ${JSON.stringify(range)}`);
  }
  return { name: 'compareDateRange', values: new Array<string>(rowCount).fill(range.join(' - ')) };
}

/** Blended queries may have different time dimensions; `time.<granularity>` is the name they share. */
function blendingColumn(columns: readonly OutputColumn[], query: NormalizedQuery): OutputColumn[] {
  const [time] = query.timeDimensions ?? [];
  if (time?.granularity == null)
    throw new Error('Every query of a blending needs a time dimension with a granularity');
  const source = columns.find((column) => column.name === `${time.dimension}.${time.granularity}`);
  return source === undefined ? [] : [{ name: `time.${time.granularity}`, values: source.values }];
}

/**
 * The columns of the answer in their order there: those of the database, then the short names of time dimensions, then
 * what the kind of query adds. Throws {@link HiddenMemberError} for a member without annotation.
 */
export function outputColumns(request: TransformRequest, rows: ColumnarRows): OutputColumn[] {
  if (rows.members.length === 0) {
    refuseHiddenMembers(request);
    return [];
  }
  const columns = rows.members.map((alias, index): OutputColumn => {
    const name = request.aliasToMemberNameMap[alias];
    if (name === undefined)
      throw new Error(`Column '${alias}' of the database's answer belongs to no member`);
    const annotation = request.annotation[name];
    if (annotation === undefined) throw new HiddenMemberError(name);
    return { name, values: transformColumn(rows.columns[index] ?? [], annotation.type) };
  });
  columns.push(...shortNamed(columns, request.query));

  const rowCount = rows.columns[0]?.length ?? 0;
  if (request.queryType === 'compareDateRangeQuery')
    columns.push(compareDateRangeColumn(request.query, rowCount));
  if (request.queryType === 'blendingQuery') columns.push(...blendingColumn(columns, request.query));
  return columns;
}
