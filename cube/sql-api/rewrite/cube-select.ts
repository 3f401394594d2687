import { parseSync, type Node, type SelectStmt } from 'libpg-query';

import type { MeasureSql } from './measure-sql.ts';
import { refuse } from './refusal.ts';
import { SourceText } from './source-text.ts';
import { isSetOperation } from './tree.ts';

/** Cube's SELECT over members of a view, taken apart. */
export interface CubeSelect {
  /** What Cube computes for a member, by its name within the view: SQL over the relations of `from`. */
  readonly expressions: ReadonlyMap<string, string>;
  /** `FROM … [WHERE …]`, with the joins and with the filters of the access policies. */
  readonly from: string;
  /** Whether rows are filtered, which a client's own conditions must not run before. */
  readonly isFiltered: boolean;
  /** Measures that were read from their expressions, kept because a SELECT is used by many statements. */
  readonly measures: Map<string, MeasureSql>;
  readonly sql: string;
}

/**
 * Cube writes `SELECT expr "alias", … FROM … [WHERE …] [GROUP BY 1, …] [ORDER BY …] [LIMIT …]`. Everything after WHERE is
 * about Cube's own grouping, and goes. Throws Refusal when it wrote anything else.
 */
export function splitSelect(
  sql: string,
  aliases: Readonly<Record<string, string>>,
  view: string,
): CubeSelect {
  const select = selectOf(sql);
  if (
    select === undefined ||
    isSetOperation(select) ||
    select.withClause !== undefined ||
    select.distinctClause !== undefined ||
    select.havingClause !== undefined ||
    select.fromClause?.length !== 1
  ) {
    refuse(
      '0A000',
      `Cube reads these columns of "${view}" in a way the SQL API cannot put into a larger statement`,
    );
  }
  const text = new SourceText(sql);
  const { tokens } = text;
  const { items, next } = text.list(tokens[1]?.start ?? 0);
  const targets = select.targetList ?? [];
  if (items.length !== targets.length)
    refuse('0A000', `The columns of "${view}" cannot be told apart in Cube's SQL`);
  const expressions = new Map<string, string>();
  for (const [index, { from, to }] of items.entries()) {
    const target = targets[index];
    const alias = target !== undefined && 'ResTarget' in target ? target.ResTarget.name : undefined;
    const member = alias === undefined ? undefined : aliases[alias];
    const end = tokens[text.tokenAt(to) - 2]?.end;
    if (member === undefined || end === undefined) continue;
    expressions.set(member.slice(member.indexOf('.') + 1), text.slice(from, end));
  }
  const start = tokens[next]?.start ?? 0;
  return {
    expressions,
    from: text.slice(start, endOfWhere(text, next)),
    isFiltered: select.whereClause !== undefined,
    measures: new Map(),
    sql,
  };
}

export function selectOf(sql: string): SelectStmt | undefined {
  const statements = parseSync(sql).stmts ?? [];
  const node: Node | undefined = statements.length === 1 ? statements[0]?.stmt : undefined;
  return node !== undefined && 'SelectStmt' in node ? node.SelectStmt : undefined;
}

function endOfWhere(text: SourceText, from: number): number {
  const { tokens } = text;
  let depth = 0;
  for (let index = from; index < tokens.length; index += 1) {
    const { text: word } = tokens[index] ?? { text: '' };
    if (word === '(') depth += 1;
    else if (word === ')') depth -= 1;
    else if (depth === 0 && /^(group|order|limit|offset|fetch)$/i.test(word))
      return tokens[index - 1]?.end ?? 0;
  }
  return tokens.at(-1)?.end ?? 0;
}
