import type { FuncCall, Node } from 'libpg-query';

import { selectOf } from './cube-select.ts';
import { refuse } from './refusal.ts';
import { SourceText } from './source-text.ts';
import { functionName, isPart, partsOf, withoutCasts } from './tree.ts';

export type LeafAggregate = 'sum' | 'count' | 'avg' | 'min' | 'max' | 'count_distinct';

/** One aggregate over a value that every row has, as most measures are. */
export interface LeafMeasure {
  readonly kind: 'leaf';
  readonly aggregate: LeafAggregate;
  /** The row's value: what is summed; 1 or null where rows are counted. */
  readonly row: string;
}

/** Anything else: a ratio, a median, a sum that is 0 over nothing. */
export interface FormulaMeasure {
  readonly kind: 'formula';
  readonly pieces: readonly FormulaPiece[];
  /** Whether values of parts add up to the value of the whole. */
  readonly isAdditive: boolean;
  /** Whether every aggregate can be given a FILTER or OVER: some have a FILTER already. */
  readonly canBeFiltered: boolean;
}

/** SQL; a column of Cube's relations; or the end of an aggregate call, where a FILTER may stand. */
export type FormulaPiece = string | { readonly column: string } | { readonly endOfAggregate: true };

export type MeasureSql = LeafMeasure | FormulaMeasure;

const AGGREGATES = new Set(
  (
    'sum count avg min max array_agg string_agg bool_and bool_or every bit_and bit_or bit_xor json_agg jsonb_agg json_object_agg ' +
    'jsonb_object_agg xmlagg any_value range_agg corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2 ' +
    'regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp variance var_pop var_samp mode percentile_cont ' +
    'percentile_disc rank dense_rank percent_rank cume_dist grouping'
  ).split(' '),
);
/** These are window functions unless they have WITHIN GROUP. */
const HYPOTHETICAL = new Set(['rank', 'dense_rank', 'percent_rank', 'cume_dist']);

export function isAggregate(call: FuncCall): boolean {
  if (call.over !== undefined) return false;
  const name = functionName(call);
  if (call.agg_within_group || call.agg_star || call.agg_distinct || call.agg_filter || call.agg_order)
    return true;
  return AGGREGATES.has(name) && !HYPOTHETICAL.has(name);
}

/** Takes apart what Cube writes for a measure. `name` is for the message of a refusal. */
export function readMeasure(sql: string, name: string): MeasureSql {
  const wrapped = `SELECT ${sql}`;
  const target = selectOf(wrapped)?.targetList?.[0];
  const node = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
  if (node === undefined) refuse('0A000', `The measure "${name}" cannot be read from Cube's SQL`);
  const text = new SourceText(wrapped);
  return leaf(node, text) ?? formula(node, text, name);
}

function leaf(node: Node, text: SourceText): LeafMeasure | undefined {
  if (!('FuncCall' in node) || !isAggregate(node.FuncCall)) return undefined;
  const call = node.FuncCall;
  const aggregate = functionName(call);
  if (!['sum', 'count', 'avg', 'min', 'max'].includes(aggregate)) return undefined;
  if (call.agg_filter ?? call.agg_order ?? call.agg_within_group) return undefined;
  if (call.agg_star) return { kind: 'leaf', aggregate: 'count', row: '1::bigint' };
  const { open, close } = text.call(call.location ?? 0);
  const argument = text.slice(open + 1, close);
  if (call.agg_distinct) {
    if (aggregate !== 'count') return undefined;
    return { kind: 'leaf', aggregate: 'count_distinct', row: argument.replace(/^\s*distinct\b/i, '') };
  }
  if (aggregate === 'count') {
    return { kind: 'leaf', aggregate, row: `CASE WHEN (${argument}) IS NOT NULL THEN 1::bigint END` };
  }
  return { kind: 'leaf', aggregate: aggregate as LeafAggregate, row: argument };
}

function formula(node: Node, text: SourceText, name: string): FormulaMeasure {
  let canBeFiltered = true;
  // A query inside that reads what the aggregates give it, and no relation: its own names are not columns of the view.
  const own = namesOfQueriesIn(node, name);
  if (own !== undefined) canBeFiltered = false;
  const cuts: { from: number; to: number; piece: FormulaPiece }[] = [];
  for (const part of partsOf(node)) {
    if (isPart(part['ColumnRef']) && !isOwn(part['ColumnRef'], own)) {
      const from = (part['ColumnRef']['location'] as number | undefined) ?? 0;
      const to = text.nameEnd(from);
      cuts.push({ from, to, piece: { column: text.slice(from, to) } });
    }
    if (isPart(part['FuncCall']) && isAggregate(part['FuncCall'])) {
      const call = part['FuncCall'] as FuncCall;
      if (call.agg_filter !== undefined) canBeFiltered = false;
      const { end } = text.call(call.location ?? 0);
      cuts.push({ from: end, to: end, piece: { endOfAggregate: true } });
    }
  }
  cuts.sort((a, b) => a.from - b.from);
  const pieces: FormulaPiece[] = [];
  let at = 'SELECT '.length;
  for (const { from, to, piece } of cuts) {
    pieces.push(text.slice(at, from), piece);
    at = to;
  }
  pieces.push(text.slice(at, Buffer.byteLength(text.text)));
  return { kind: 'formula', pieces, isAdditive: isAdditive(node), canBeFiltered };
}

/** The aliases that queries inside a measure give; undefined where there is no such query. Refuses one that reads a relation. */
function namesOfQueriesIn(node: Node, name: string): ReadonlySet<string> | undefined {
  let holdsOne = false;
  const aliases = new Set<string>();
  for (const part of partsOf(node)) {
    if ('SubLink' in part) holdsOne = true;
    if ('RangeVar' in part)
      refuse('0A000', `The measure "${name}" reads a table of its own; ask for it over the REST API`);
    const alias = isPart(part['alias']) ? part['alias']['aliasname'] : undefined;
    if (typeof alias === 'string') aliases.add(alias);
  }
  return holdsOne ? aliases : undefined;
}

/** Cube names the columns of its cubes with their table; a bare name, or one of an alias inside, is the inner query's own. */
function isOwn(column: Record<string, unknown>, aliases: ReadonlySet<string> | undefined): boolean {
  if (aliases === undefined) return false;
  const fields = column['fields'] as { String?: { sval?: string } }[];
  return fields.length < 2 || aliases.has(fields[0]?.String?.sval ?? '');
}

/** Sums and counts, their sums and differences, multiples by a constant, and 0 in place of a missing one. */
export function isAdditive(node: Node | undefined): boolean {
  const inner = withoutCasts(node);
  if (inner === undefined) return false;
  if ('FuncCall' in inner) {
    const call = inner.FuncCall;
    return isAggregate(call) && ['sum', 'count'].includes(functionName(call)) && !call.agg_distinct;
  }
  if ('CoalesceExpr' in inner) {
    const [first, ...rest] = inner.CoalesceExpr.args ?? [];
    return isAdditive(first) && rest.every(isZero);
  }
  if ('A_Expr' in inner && inner.A_Expr.kind === 'AEXPR_OP') {
    const { name, lexpr, rexpr } = inner.A_Expr;
    const operator = name?.[0] !== undefined && 'String' in name[0] ? name[0].String.sval : undefined;
    if (operator === '+' || operator === '-') return isAdditive(lexpr) && isAdditive(rexpr);
    if (operator === '*') {
      return (isAdditive(lexpr) && isConstant(rexpr)) || (isConstant(lexpr) && isAdditive(rexpr));
    }
    return operator === '/' && isAdditive(lexpr) && isConstant(rexpr);
  }
  return false;
}

function isConstant(node: Node | undefined): boolean {
  const inner = withoutCasts(node);
  return inner !== undefined && 'A_Const' in inner;
}

function isZero(node: Node): boolean {
  const inner = withoutCasts(node);
  return (
    inner !== undefined && 'A_Const' in inner && inner.A_Const.ival !== undefined && !inner.A_Const.ival.ival
  );
}
