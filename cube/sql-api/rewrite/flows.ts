import type { CaseExpr, ColumnRef, FuncCall, Node } from 'libpg-query';

import type { Flow, Found, GroupedFlow, RowFlow } from './scope.ts';
import { isNullConstant, isPart, childrenOf, withoutCasts, type Part } from './tree.ts';

/** What is known of the columns and calls of a statement once they were looked at. */
export interface Known {
  readonly columns: ReadonlyMap<ColumnRef, Found>;
  readonly aggregates: ReadonlyMap<FuncCall, GroupedFlow>;
}

/** What becomes of measures in an expression. */
export function flowOf(node: Node | undefined, known: Known): Flow | undefined {
  const inner = withoutCasts(node);
  if (inner === undefined) return undefined;
  if ('ColumnRef' in inner) return known.columns.get(inner.ColumnRef)?.flow;
  if ('CaseExpr' in inner) {
    const conditional = conditionalFlow(inner.CaseExpr, known);
    if (conditional !== undefined) return conditional;
  }
  const inside = flowsInside(inner, known);
  const grouped = inside.filter((flow) => flow.kind === 'grouped');
  if (grouped[0] !== undefined) {
    return { kind: 'grouped', label: grouped[0].label, isAdditive: () => isAdditive(inner, known) };
  }
  const rows = inside.flatMap((flow) =>
    flow.kind === 'row' ? [flow] : flow.kind === 'mixed' ? flow.rows : [],
  );
  return rows.length > 0 ? { kind: 'mixed', rows } : undefined;
}

/** `CASE … THEN m [ELSE NULL] END`, where the conditions are not about measures. */
function conditionalFlow({ args = [], defresult, arg }: CaseExpr, known: Known): RowFlow | undefined {
  const whens = args.flatMap((when) => ('CaseWhen' in when ? [when.CaseWhen] : []));
  const conditions = [arg, ...whens.map(({ expr }) => expr)];
  if (conditions.some((condition) => flowOf(condition, known) !== undefined)) return undefined;
  const results = [...whens.map(({ result }) => result), defresult].filter(
    (result): result is Node => result !== undefined && !isNullConstant(result),
  );
  const flows = results.map((result) => flowOf(result, known));
  const [first] = flows;
  if (first?.kind !== 'row') return undefined;
  const same = flows.every(
    (flow) =>
      flow?.kind === 'row' && flow.source === first.source && flow.measure.name === first.measure.name,
  );
  return same ? { ...first, isConditional: true } : undefined;
}

/** Of the columns and aggregates in an expression, but not of queries in it. */
export function flowsInside(part: Part, known: Known, found: Flow[] = []): Flow[] {
  if (isPart(part['SubLink'])) return found;
  const column = part['ColumnRef'];
  const call = part['FuncCall'];
  const flow = isPart(column)
    ? known.columns.get(column)?.flow
    : isPart(call)
      ? known.aggregates.get(call)
      : undefined;
  if (flow !== undefined) found.push(flow);
  if (flow !== undefined || isPart(column)) return found;
  for (const child of childrenOf(part)) flowsInside(child, known, found);
  return found;
}

function isAdditive(node: Node | undefined, known: Known): boolean {
  const inner = withoutCasts(node);
  if (inner === undefined || isNullConstant(inner)) return true;
  if ('A_Const' in inner) return inner.A_Const.ival !== undefined && !inner.A_Const.ival.ival;
  if ('ColumnRef' in inner || 'FuncCall' in inner) {
    const flow =
      'ColumnRef' in inner ? known.columns.get(inner.ColumnRef)?.flow : known.aggregates.get(inner.FuncCall);
    return flow?.kind === 'grouped' && flow.isAdditive();
  }
  if ('CoalesceExpr' in inner) return (inner.CoalesceExpr.args ?? []).every((arg) => isAdditive(arg, known));
  if ('CaseExpr' in inner) {
    const { args = [], defresult } = inner.CaseExpr;
    const results = args.map((when) => ('CaseWhen' in when ? when.CaseWhen.result : undefined));
    return [...results, defresult].every((result) => isAdditive(result, known));
  }
  if ('A_Expr' in inner && inner.A_Expr.kind === 'AEXPR_OP') {
    const { name, lexpr, rexpr } = inner.A_Expr;
    const operator = name?.[0] !== undefined && 'String' in name[0] ? name[0].String.sval : '';
    if (operator === '+' || operator === '-') return isAdditive(lexpr, known) && isAdditive(rexpr, known);
    const isConstant = (side: Node | undefined): boolean => 'A_Const' in (withoutCasts(side) ?? {});
    if (operator === '/') return isAdditive(lexpr, known) && isConstant(rexpr);
    if (operator === '*') {
      return (
        (isAdditive(lexpr, known) && isConstant(rexpr)) || (isConstant(lexpr) && isAdditive(rexpr, known))
      );
    }
  }
  return false;
}
