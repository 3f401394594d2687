export interface Cte {
  readonly name: string;
  readonly sql: string;
}

/** Puts common table expressions in front of a query, joining its own `with` when it has one. */
export function injectCtes(sql: string, ctes: readonly Cte[]): string {
  if (ctes.length === 0) return sql;
  const list = ctes.map((cte) => `${cte.name} as (\n${cte.sql}\n)`).join(',\n');
  // Leading blanks and comments, then perhaps `with [recursive]`.
  const own = /^((?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)*)with(\s+recursive)?\b/i.exec(sql);
  if (own === null) return `with ${list}\n${sql}`;
  return `${own[1] ?? ''}with${own[2] ?? ''} ${list},${sql.slice(own[0].length)}`;
}
