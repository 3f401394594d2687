import type { Node } from 'libpg-query';

import { functionName, strings } from './tree.ts';

/** The name Postgres gives to a column without an alias (`FigureColname` of its parser), `?column?` where it has no idea. */
export function outputName(node: Node | undefined): string {
  return figure(node) ?? '?column?';
}

function figure(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if ('ColumnRef' in node) return strings(node.ColumnRef.fields).at(-1);
  if ('FuncCall' in node) return functionName(node.FuncCall);
  if ('TypeCast' in node) return figure(node.TypeCast.arg) ?? strings(node.TypeCast.typeName?.names).at(-1);
  if ('CollateClause' in node) return figure(node.CollateClause.arg);
  if ('CaseExpr' in node) return figure(node.CaseExpr.defresult) ?? 'case';
  if ('CoalesceExpr' in node) return 'coalesce';
  if ('MinMaxExpr' in node) return node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest';
  if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_NULLIF') return 'nullif';
  if ('SubLink' in node) {
    const { subLinkType, subselect } = node.SubLink;
    if (subLinkType === 'EXISTS_SUBLINK') return 'exists';
    if (subLinkType === 'ARRAY_SUBLINK') return 'array';
    if (subLinkType !== 'EXPR_SUBLINK' || subselect === undefined || !('SelectStmt' in subselect))
      return undefined;
    const first = subselect.SelectStmt.targetList?.[0];
    if (first === undefined || !('ResTarget' in first)) return undefined;
    return first.ResTarget.name ?? figure(first.ResTarget.val);
  }
  return undefined;
}
