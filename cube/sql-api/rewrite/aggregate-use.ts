import type { FuncCall } from 'libpg-query';

import { refuseFormula, writeFormula } from './formula-call.ts';
import type { LeafAggregate } from './measure-sql.ts';
import type { Reading } from './reading.ts';
import { refuse } from './refusal.ts';
import { type Flow, type GroupedFlow, type Relation, type RowFlow } from './scope.ts';
import { isRowsRelation } from './select-reader.ts';
import { functionName } from './tree.ts';

/** An aggregate (or window) call in the statement that a measure goes into, or MEASURE(). */
export interface AggregateUse {
  readonly call: FuncCall;
  readonly isMeasure: boolean;
  /** What its only argument is, where it has one. */
  readonly argument: Flow | undefined;
  /** Everything that goes into its arguments. */
  readonly flows: readonly Flow[];
  /** FROM of its level. */
  readonly relations: readonly Relation[];
  /** Columns of FROM that its conditions name. */
  readonly mentioned: ReadonlyMap<Relation, ReadonlySet<string>>;
  /** Whether the call gives its name to a column. */
  keepsName: boolean;
}

/** What a plain aggregate may be put over, besides the measures that are that aggregate. */
const OVER_ROWS: Readonly<Record<string, readonly LeafAggregate[]>> = {
  sum: ['sum', 'count'],
  avg: ['avg', 'sum'],
  min: ['min', 'max', 'sum', 'avg'],
  max: ['min', 'max', 'sum', 'avg'],
  count: ['count'],
  count_distinct: ['count_distinct', 'sum', 'min', 'max', 'avg'],
};
const WRITTEN: Readonly<Record<LeafAggregate, string>> = {
  sum: 'SUM',
  count: 'COUNT',
  avg: 'AVG',
  min: 'MIN',
  max: 'MAX',
  count_distinct: 'COUNT(DISTINCT)',
};
const RE_EVALUATED = new Set(['sum', 'avg', 'min', 'max']);

const aggregateOf = (call: FuncCall): string =>
  call.agg_distinct ? `${functionName(call)}_distinct` : functionName(call);

/** What the result of the call is to a level above. */
export function grouped(use: AggregateUse): GroupedFlow {
  const { argument, call } = use;
  const label = argument?.kind === 'row' ? argument.measure.name : functionName(call);
  const isAdditive = (): boolean => {
    if (argument?.kind === 'row') {
      const measure = argument.source.measure(argument.measure.name);
      if (measure.kind === 'formula') return measure.isAdditive;
      if (use.isMeasure) return measure.aggregate === 'sum' || measure.aggregate === 'count';
    }
    const adds = ['sum', 'count'].includes(functionName(call)) && !call.agg_distinct;
    return (
      adds &&
      use.flows.every(
        (flow) => flow.kind !== 'grouped' || functionName(call) === 'count' || flow.isAdditive(),
      )
    );
  };
  return { kind: 'grouped', label, isAdditive };
}

/** Writes out the call, or leaves it to Postgres as it stands, or refuses it. To be called once the sources are compiled. */
export function applyAggregate(use: AggregateUse, reading: Reading): void {
  const { argument, call } = use;
  refuseRepeated(use);
  if (use.isMeasure) {
    applyMeasure(use, reading);
    return;
  }
  const name = aggregateOf(call);
  refuseAveraging(use, name);
  if (argument?.kind === 'row') {
    const measure = argument.source.measure(argument.measure.name);
    if (measure.kind === 'formula') {
      if (!RE_EVALUATED.has(name)) refuseFormula(argument, call);
      // What adds up is a total, not a ratio: its average is a question of its own, which the total does not answer.
      if (measure.isAdditive && name !== 'sum') refuseMismatch(argument, name, 'sum', []);
      writeFormula(use, argument, measure, reading);
      return;
    }
    refuseMismatch(argument, name, measure.aggregate);
    // A group in which nothing counts has 0 of them, not null.
    if (name === 'sum' && measure.aggregate === 'count' && !argument.isConditional) orZero(call, reading);
    return;
  }
  for (const row of rowsOf(use.flows)) {
    const measure = row.source.measure(row.measure.name);
    if (measure.kind === 'leaf') refuseMismatch(row, name, measure.aggregate);
    // What adds up may be added up row by row, also as a part of an expression.
    else if (name !== 'sum' || !measure.isAdditive) refuseFormula(row, call);
  }
}

function rowsOf(flows: readonly Flow[]): RowFlow[] {
  return flows.flatMap((flow) => (flow.kind === 'row' ? [flow] : flow.kind === 'mixed' ? flow.rows : []));
}

function applyMeasure(use: AggregateUse, reading: Reading): void {
  const { argument, call } = use;
  const { text } = reading;
  if (argument?.kind === 'grouped') {
    refuse(
      '42803',
      `MEASURE(${argument.label}): the query inside has aggregated it already`,
      'Leave the measure as it is inside, and put MEASURE into the outermost query.',
    );
  }
  if (argument?.kind !== 'row' || call.agg_distinct || call.agg_order) {
    refuse(
      '42809',
      'MEASURE takes one measure of a view',
      'For a dimension, use COUNT, MIN, MAX or another aggregate.',
    );
  }
  const measure = argument.source.measure(argument.measure.name);
  if (measure.kind === 'formula') {
    writeFormula(use, argument, measure, reading);
    return;
  }
  const from = call.location ?? 0;
  const { open, end } = text.call(from);
  text.replace(
    from,
    open + 1,
    measure.aggregate === 'count_distinct' ? 'count(DISTINCT ' : `${measure.aggregate}(`,
  );
  if (use.keepsName) text.insert(end, ' AS measure');
}

function orZero(call: FuncCall, { text }: Reading): void {
  const { open, close } = text.call(call.location ?? 0);
  text.insert(open + 1, 'COALESCE(');
  text.insert(close, ', 0)');
}

function refuseMismatch(
  flow: RowFlow,
  aggregate: string,
  type: LeafAggregate,
  allowed: readonly LeafAggregate[] | undefined = OVER_ROWS[aggregate],
): void {
  if (aggregate === type || allowed?.includes(type)) return;
  const { name } = flow.measure;
  refuse(
    '42809',
    `Measure aggregation type doesn't match: "${name}" is ${WRITTEN[type]} of its rows, and ${aggregate.replace('_', ' ').toUpperCase()} ` +
      'of that would be another number',
    `Write MEASURE(${name})${type === 'count_distinct' ? ` or COUNT(DISTINCT ${name})` : ` or ${WRITTEN[type]}(${name})`}.`,
  );
}

/** Sums and averages of ratios, averages and distinct counts are not the ratio, average or distinct count of the whole. */
function refuseAveraging({ flows }: AggregateUse, aggregate: string): void {
  if (aggregate !== 'sum' && aggregate !== 'avg') return;
  const wrong = flows.find((flow) => flow.kind === 'grouped' && !flow.isAdditive());
  if (wrong?.kind !== 'grouped') return;
  refuse(
    '42803',
    `${aggregate.toUpperCase()} over "${wrong.label}" of each group is not "${wrong.label}" of them together: its values do not add up`,
    'Ask for the measure at the outer grouping, without the query between.',
  );
}

/** Joined to what has several rows for one of its own, a row comes as often, and sums grow with it. */
function refuseRepeated({ flows, relations, mentioned, call, isMeasure }: AggregateUse): void {
  const rows = rowsOf(flows);
  const [first] = rows;
  if (first === undefined || (isMeasure ? isImmuneMeasure(first) : isImmune(aggregateOf(call)))) return;
  const own = new Set(rows.map(({ relation }) => relation));
  const repeats = relations.some((relation) => {
    if (own.has(relation)) return false;
    if (isRowsRelation(relation)) return true;
    const names = mentioned.get(relation);
    return relation.level?.keys?.some((key) => key === undefined || !names?.has(key)) === true;
  });
  if (!repeats && own.size < 2) return;
  refuse(
    '0A000',
    `"${first.measure.name}" over this join would count a row once for each of its partners`,
    'Join by every column that the other side is grouped by; or group each side in a subquery of its own, and join the results.',
  );
}

const isImmune = (aggregate: string): boolean => ['min', 'max', 'count_distinct'].includes(aggregate);

function isImmuneMeasure({ source, measure: { name } }: RowFlow): boolean {
  const measure = source.measure(name);
  return measure.kind === 'leaf' && isImmune(measure.aggregate);
}
