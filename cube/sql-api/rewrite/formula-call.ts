import type { CaseExpr, FuncCall } from 'libpg-query';

import type { AggregateUse } from './aggregate-use.ts';
import type { FormulaMeasure } from './measure-sql.ts';
import type { Reading } from './reading.ts';
import { refuse } from './refusal.ts';
import { reach, type RowFlow } from './scope.ts';
import { functionName, isNullConstant } from './tree.ts';

/**
 * Puts the formula in the place of the call. What stands after the call's parentheses (FILTER, OVER), or as a condition within
 * them (`CASE WHEN … THEN m END`), is said of each aggregate of the formula: a ratio of the rows that fulfil it.
 */
export function writeFormula(
  use: AggregateUse,
  flow: RowFlow,
  measure: FormulaMeasure,
  reading: Reading,
): void {
  const { text } = reading;
  const { call } = use;
  const hidden = flow.source.hiddenColumns(measure);
  const from = call.location ?? 0;
  const { open, close, end } = text.call(from);
  const hasClauses = end > close + 1;
  if (flow.isConditional && (hasClauses || !turnIntoCondition(call, reading))) refuseFormula(flow, call);
  if ((hasClauses || flow.isConditional) && !measure.canBeFiltered) {
    refuse(
      '0A000',
      `A condition cannot be applied to "${flow.measure.name}" alone`,
      'Put the condition into WHERE.',
    );
  }
  const columns = new Map([...hidden].map(([column, name]) => [column, reach(flow, name)]));
  const alias = use.keepsName ? ` AS ${functionName(call)}` : '';
  text.replace(from, end, (piece) => {
    const clauses = flow.isConditional ? ` FILTER (WHERE ${piece(open + 1, close)})` : piece(close + 1, end);
    const parts = measure.pieces.map((part) => {
      if (typeof part === 'string') return part;
      return 'column' in part ? (columns.get(part.column) ?? '') : clauses;
    });
    return `(${parts.join('')})${alias}`;
  });
}

/** Makes `CASE WHEN … THEN m END` a condition, with TRUE in the place of the measure. Whether that is possible. */
function turnIntoCondition({ args }: FuncCall, { text, columns }: Reading): boolean {
  const argument = args?.[0];
  if (argument === undefined || !('CaseExpr' in argument)) return false;
  const { args: whens = [], defresult }: CaseExpr = argument.CaseExpr;
  const results = [
    ...whens.map((when) => ('CaseWhen' in when ? when.CaseWhen.result : undefined)),
    defresult,
  ];
  for (const result of results) {
    if (result === undefined || isNullConstant(result)) continue;
    if (!('ColumnRef' in result) || columns.get(result.ColumnRef)?.flow?.kind !== 'row') return false;
    const from = result.ColumnRef.location ?? 0;
    text.replace(from, text.nameEnd(from), 'TRUE');
  }
  return true;
}

export function refuseFormula({ measure: { name } }: RowFlow, call: FuncCall): never {
  refuse(
    '42809',
    `"${name}" is computed from other measures of the whole group; ${functionName(call).toUpperCase()} over its parts would be another number`,
    `Write MEASURE(${name}), with conditions in WHERE or in FILTER (WHERE …).`,
  );
}
