/** Postgres' trees as they are: objects with one key, the node's type, over its fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is a node of this type, as `{ FuncCall: {…} }`. */
export function fieldsOf(value: unknown, type: string): Fields | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = (value as Record<string, unknown>)[type];
  return typeof found === 'object' && found !== null ? (found as Fields) : undefined;
}

/** The texts of a list of String nodes: names, in their parts. */
export function texts(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) => {
    const text = fieldsOf(item, 'String')?.['sval'];
    return typeof text === 'string' ? [text] : [];
  });
}

/** Type and fields of a statement: the only key of its node. */
export function statementOf(node: unknown): { readonly type: string; readonly fields: Fields } {
  const [type = '', fields = {}] = Object.entries(node as Record<string, Fields>)[0] ?? [];
  return { type, fields };
}
