import { parseStatements, SqlSyntaxError, type ParsedStatement } from '../parser.ts';
import type { CompiledPart, RewriteSession, StatementRewriter } from '../rewriter.ts';
import { checkStatement, type CheckSettings } from '../statements/check.ts';
import { Refusal } from '../statements/refusal.ts';
import type { ErrorFields } from '../wire/messages.ts';

/** One statement of a message, ready to be sent to the backend. */
export interface PreparedStatement {
  readonly original: string;
  /** What the backend gets; for a refused one, something that fails there as `refusal` says, so that its transaction does, too. */
  readonly sent: string;
  readonly isChanged: boolean;
  readonly views: readonly string[];
  readonly refusal: ErrorFields | undefined;
  /** Lines EXPLAIN adds to the plan. */
  readonly explained: readonly string[];
  readonly rewriteMs: number;
}

export interface PreparedText {
  readonly statements: readonly PreparedStatement[];
  /** The text to send; undefined when it is the one that came. */
  readonly text: string | undefined;
  /** The time zone after it; undefined when it sets none. */
  readonly timeZone: string | undefined;
}

export interface PrepareSession extends RewriteSession {
  /** The time zone RESET returns to. */
  readonly firstTimeZone: string;
}

const KEPT = 1_000;
const LONGEST_KEPT = 20_000;
/** Appears in the backend's error, by which the front knows whose it is. */
export const REFUSED = 'voronka: refused';

/** Checks and rewrites the texts of a server's sessions; the last thousand are remembered, for tools repeat themselves. */
export class Preparer {
  readonly #rewriter: StatementRewriter;
  readonly #check: CheckSettings;
  readonly #kept = new Map<string, PreparedText>();

  constructor(rewriter: StatementRewriter, check: CheckSettings) {
    this.#rewriter = rewriter;
    this.#check = check;
  }

  async prepare(sql: string, session: PrepareSession): Promise<PreparedText> {
    const key = JSON.stringify([session.securityContext, session.timeZone, session.firstTimeZone, sql]);
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const prepared = await this.#prepare(sql, session);
    if (key.length > LONGEST_KEPT) return prepared;
    this.#kept.set(key, {
      ...prepared,
      statements: prepared.statements.map((one) => ({ ...one, rewriteMs: 0 })),
    });
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return prepared;
  }

  async #prepare(sql: string, session: PrepareSession): Promise<PreparedText> {
    const started = performance.now();
    let parsed: ParsedStatement[];
    try {
      parsed = parseStatements(sql);
    } catch (error) {
      const refused = refusedStatement(sql, syntaxError(error), performance.now() - started);
      return { statements: [refused], text: refused.sent, timeZone: undefined };
    }
    const statements: PreparedStatement[] = [];
    let timeZone: string | undefined;
    for (const statement of parsed) {
      const begun = performance.now();
      try {
        const zone = timeZone ?? session.timeZone;
        const result = await this.#one(statement, { ...session, timeZone: zone });
        if (result.timeZone !== undefined) timeZone = result.timeZone ?? session.firstTimeZone;
        statements.push({ ...result.prepared, rewriteMs: performance.now() - begun });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const { message, sqlState, hint } = error;
        const fields = { sqlState, message, ...(hint !== undefined && { hint }) };
        statements.push(refusedStatement(statement.text, fields, performance.now() - begun));
      }
    }
    const isChanged = statements.some((statement) => statement.isChanged);
    // On a line of its own: what is before may end in a comment.
    const text = isChanged ? statements.map(({ sent }) => sent).join('\n;') : undefined;
    return { statements, text, timeZone };
  }

  async #one(
    statement: ParsedStatement,
    session: PrepareSession,
  ): Promise<{ prepared: PreparedStatement; timeZone: string | null | undefined }> {
    const checked = checkStatement(statement, this.#check);
    const plain: PreparedStatement = {
      original: statement.text,
      sent: checked.text,
      isChanged: checked.isChanged,
      views: [],
      refusal: undefined,
      explained: [],
      rewriteMs: 0,
    };
    if (checked.viewsRead.size === 0) return { prepared: plain, timeZone: checked.timeZone };
    assertZone(session.timeZone);
    const input = checked.isChanged ? parseStatements(checked.text)[0]! : statement;
    const outcome = await this.#rewriter.rewrite(input, session);
    if (outcome.kind === 'refused') {
      const { sqlState, reason, hint } = outcome;
      throw new Refusal(reason, { sqlState, ...(hint !== undefined && { hint }) });
    }
    return {
      prepared: {
        ...plain,
        sent: outcome.text,
        isChanged: true,
        views: outcome.views,
        explained: checked.isTextExplain ? outcome.compiled.flatMap(compiledLines) : [],
      },
      timeZone: undefined,
    };
  }
}

function compiledLines({ view, summary, sql }: CompiledPart): string[] {
  return ['', `Cube: ${view}: ${summary}`, ...sql.split('\n').map((line) => `  ${line}`)];
}

/** An unknown literal of a type that takes none fails while the statement is analysed, at Parse as well as in a Query. */
function refusedStatement(original: string, refusal: ErrorFields, rewriteMs: number): PreparedStatement {
  return {
    original,
    sent: `select '${REFUSED}'::pg_catalog.int4`,
    isChanged: true,
    views: [],
    refusal,
    explained: [],
    rewriteMs,
  };
}

function syntaxError(error: unknown): ErrorFields {
  if (!(error instanceof SqlSyntaxError)) throw error;
  const { message, position } = error;
  return { sqlState: '42601', message, ...(position !== undefined && { position }) };
}

function assertZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new Refusal(`Days of the KPIs cannot be those of "${timeZone}".`, {
      sqlState: '22023',
      hint: 'Set a time zone by its name, like Europe/Moscow.',
    });
  }
}
