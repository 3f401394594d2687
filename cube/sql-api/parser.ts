import { loadModule, parseSync, hasSqlDetails, type Node, type ParseResult } from 'libpg-query';

export type { Node } from 'libpg-query';

/** One statement of a message, parsed by Postgres' own parser. */
export interface ParsedStatement {
  /** Its text without the semicolon; comments before it belong to it. */
  readonly text: string;
  /** Its tree. Every `location` in it counts BYTES of the text's UTF-8 form, from 0. */
  readonly node: Node;
}

/** A text Postgres' parser does not take. */
export class SqlSyntaxError extends Error {
  /** Characters (not bytes) from 1, as the `P` field of an ErrorResponse counts them; undefined when unknown. */
  readonly position: number | undefined;

  constructor(message: string, position?: number) {
    super(message);
    this.name = 'SqlSyntaxError';
    this.position = position;
  }
}

/** Loads the parser (WASM, 65 ms). Must have settled before {@link parseStatements}; idempotent. */
export function loadParser(): Promise<void> {
  return loadModule();
}

/** Deeper nests end the WASM stack rather than in an error of their own. */
const LONGEST_TEXT = 1_000_000;

/**
 * The statements of a Query or Parse message, in order; none for an empty text. Each is parsed on its own text, so that a
 * splice of one never moves another. Throws {@link SqlSyntaxError}.
 */
export function parseStatements(sql: string): ParsedStatement[] {
  if (sql.length > LONGEST_TEXT) {
    throw new SqlSyntaxError(`The statement is longer than ${LONGEST_TEXT} characters`);
  }
  const statements = parseText(sql).stmts ?? [];
  if (statements.length === 1 && (statements[0]?.stmt_location ?? 0) === 0) {
    const [only] = statements;
    return only?.stmt ? [{ text: cut(sql, 0, only.stmt_len), node: only.stmt }] : [];
  }
  const bytes = Buffer.from(sql);
  return statements.flatMap(({ stmt_location: from = 0, stmt_len: length }) => {
    const text = bytes.toString('utf8', from, length ? from + length : bytes.length);
    const node = parseText(text).stmts?.[0]?.stmt;
    return node ? [{ text, node }] : [];
  });
}

function cut(sql: string, from: number, length: number | undefined): string {
  return length ? Buffer.from(sql).toString('utf8', from, from + length) : sql;
}

function parseText(sql: string): ParseResult {
  // The parser refuses an empty text; Postgres takes it as a query of nothing.
  if (sql.trim() === '') return { version: 0, stmts: [] };
  try {
    return parseSync(sql);
  } catch (error) {
    if (!hasSqlDetails(error)) throw new SqlSyntaxError((error as Error).message);
    const { message, cursorPosition } = error.sqlDetails ?? { message: error.message, cursorPosition: -1 };
    // It counts from 0.
    throw new SqlSyntaxError(message, cursorPosition >= 0 ? cursorPosition + 1 : undefined);
  }
}
