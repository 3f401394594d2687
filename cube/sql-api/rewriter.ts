import type { SecurityContext } from '../access.ts';
import type { ParsedStatement } from './parser.ts';

/** What a rewrite depends on besides the statement. */
export interface RewriteSession {
  readonly securityContext: SecurityContext;
  /** IANA name. Days, weeks and months of the KPIs are of this zone. */
  readonly timeZone: string;
}

/**
 * Turns statements over the views into statements over the marts, under the rights of a session.
 *
 * The front calls it for one statement at a time, only for those that name a view where a relation may stand (also within EXPLAIN,
 * DECLARE CURSOR, PREPARE, COPY (…) TO STDOUT), after it has refused what nobody may do and has put the filtered catalog
 * relations in. Names are views' when unqualified or `public.`-qualified (also `database.public.`), compared as Postgres folds them,
 * and case-insensitively where nothing matches exactly. A CTE of the same name hides a view.
 */
export interface StatementRewriter {
  rewrite(statement: ParsedStatement, session: RewriteSession): Promise<RewriteOutcome>;
}

export type RewriteOutcome = RewrittenStatement | RefusedStatement;

export interface RewrittenStatement {
  readonly kind: 'rewritten';
  /**
   * What the backend runs. `$n` of the client are kept with their numbers and types; parameters Cube's SQL brings along are
   * literals here. No relation of the views is left in it, and names of relations are qualified.
   */
  readonly text: string;
  /** Names of the views read, for the log. */
  readonly views: readonly string[];
  /** What Cube was asked, for EXPLAIN and the log: one entry per compiled query. */
  readonly compiled: readonly CompiledPart[];
}

export interface CompiledPart {
  readonly view: string;
  /** Members and grain in a line a person can read, for example `measures won_amount; by manager, month(won_at); where …`. */
  readonly summary: string;
  /** The SQL Cube compiled. */
  readonly sql: string;
}

/** What cannot be answered exactly, or may not be. The client gets the reason as the message of its error. */
export interface RefusedStatement {
  readonly kind: 'refused';
  /** Five characters: 0A000 not supported, 42501 not allowed, 42703 no such column, 42803 grouping. */
  readonly sqlState: string;
  /** A plain sentence. */
  readonly reason: string;
  /** What to write instead. */
  readonly hint?: string;
}
