import type { Pool } from 'pg';

export interface LoggedStatement {
  readonly startedAt: Date;
  readonly user: string;
  readonly role: string;
  readonly client: string;
  readonly statement: string;
  /** What Postgres ran, when it was another text. */
  readonly rewritten: string | null;
  readonly views: string[];
  readonly outcome: 'answered' | 'failed' | 'refused' | 'cancelled';
  readonly sqlState: string | null;
  readonly message: string | null;
  readonly rows: number;
  readonly rewriteMs: number;
  readonly totalMs: number;
}

export interface LogFilter {
  readonly limit: number;
  /** Then the slowest come first, else the latest. */
  readonly slowerThanMs?: number;
  readonly user?: string;
  readonly outcome?: LoggedStatement['outcome'];
}

/** Statements of the last month, as {@link StatementLog} kept them. */
export async function readStatements(pool: Pool, filter: LogFilter): Promise<LoggedStatement[]> {
  const { rows } = await pool.query<LoggedStatement>(
    `select started_at as "startedAt", user_name as "user", role, client, statement, rewritten, views, outcome, sqlstate as "sqlState",
       message, rows::float8 as rows, rewrite_ms as "rewriteMs", total_ms as "totalMs"
     from ops.sql_log
     where ($1::real is null or total_ms > $1) and ($2::text is null or user_name = $2) and ($3::text is null or outcome = $3)
     order by case when $1::real is null then null else total_ms end desc, started_at desc, sql_log_id desc
     limit $4`,
    [filter.slowerThanMs ?? null, filter.user ?? null, filter.outcome ?? null, filter.limit],
  );
  return rows;
}
