import type { ColumnRef, FuncCall, Node, SelectStmt } from 'libpg-query';

/** A part of Postgres' parse tree, looked at without knowing its kind. */
export type Part = Readonly<Record<string, unknown>>;

export const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The parts right below one, in the order of its fields. An array: generators cost half of a rewrite. */
export function childrenOf(part: Part): Part[] {
  const children: Part[] = [];
  for (const field in part) {
    const value = part[field];
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) if (isPart(item)) children.push(item);
    } else children.push(value as Part);
  }
  return children;
}

/** Every part below one, itself first. */
export function partsOf(part: Part): Part[] {
  const parts = [part];
  for (let index = 0; index < parts.length; index += 1) {
    for (const child of childrenOf(parts[index] as Part)) parts.push(child);
  }
  return parts;
}

/** Of a list of `String` nodes, as names are written in the tree. */
export function strings(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));
}

export const isStar = ({ fields }: ColumnRef): boolean => {
  const last = fields?.at(-1);
  return last !== undefined && 'A_Star' in last;
};

/** The function's own name, without a schema, in lower case. */
export function functionName(call: FuncCall): string {
  return (strings(call.funcname).at(-1) ?? '').toLowerCase();
}

export const isSetOperation = ({ op }: SelectStmt): boolean => op !== undefined && op !== 'SETOP_NONE';

/** The expression without the casts around it. */
export function withoutCasts(node: Node | undefined): Node | undefined {
  let inner = node;
  while (inner !== undefined && 'TypeCast' in inner) inner = inner.TypeCast.arg;
  return inner;
}

export function isNullConstant(node: Node | undefined): boolean {
  const inner = withoutCasts(node);
  return inner !== undefined && 'A_Const' in inner && inner.A_Const.isnull === true;
}
