import type { Node, SelectStmt } from 'libpg-query';

import type { Column } from './scope.ts';
import { strings } from './tree.ts';

/** The columns of a SELECT that no two of its rows share all of, as far as it shows. */
export function keysOf(
  select: SelectStmt,
  isGrouped: boolean,
  columns: readonly Column[],
): readonly (string | undefined)[] | undefined {
  const { groupClause = [], distinctClause = [], targetList = [], limitCount } = select;
  if (limitCount !== undefined && 'A_Const' in limitCount && limitCount.A_Const.ival?.ival === 1) return [];
  if (isGrouped) return groupClause.map((key) => nameOfKey(key, targetList, columns));
  // SELECT DISTINCT says so with an empty node, DISTINCT ON with its expressions.
  const isDistinct =
    distinctClause.length > 0 && distinctClause.every((node) => Object.keys(node).length === 0);
  return isDistinct ? columns.map(({ name }) => name) : undefined;
}

function nameOfKey(key: Node, targets: readonly Node[], columns: readonly Column[]): string | undefined {
  // A star stands for several columns, and places in the list are not places in the result then.
  if (columns.length !== targets.length) return undefined;
  if ('A_Const' in key) return columns[(key.A_Const.ival?.ival ?? 0) - 1]?.name;
  const text = comparable(key);
  const last = 'ColumnRef' in key ? strings(key.ColumnRef.fields).at(-1) : undefined;
  const index = targets.findIndex((target) => {
    if (!('ResTarget' in target) || target.ResTarget.val === undefined) return false;
    const { name, val } = target.ResTarget;
    if (last !== undefined && name === last) return true;
    if (last !== undefined && 'ColumnRef' in val && strings(val.ColumnRef.fields).at(-1) === last)
      return true;
    return comparable(val) === text;
  });
  return columns[index]?.name;
}

/** The same expression in another place has the same text here. */
const comparable = (node: Node): string =>
  JSON.stringify(node, (name, value: unknown) => (name === 'location' ? undefined : value));
