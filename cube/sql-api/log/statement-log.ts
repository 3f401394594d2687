import type { Pool } from 'pg';

export interface LogEntry {
  readonly startedAt: Date;
  readonly user: string;
  readonly role: string;
  readonly client: string;
  readonly statement: string;
  readonly rewritten: string | undefined;
  readonly views: readonly string[];
  readonly outcome: 'answered' | 'failed' | 'refused' | 'cancelled';
  readonly sqlState: string | undefined;
  readonly message: string | undefined;
  readonly rows: number;
  readonly rewriteMs: number;
  readonly totalMs: number;
}

const FLUSH_MS = 1_000;
const TRIM_MS = 3_600_000;
const MOST_WAITING = 5_000;
const LONGEST = 20_000;

const INSERT = `
  insert into ops.sql_log (started_at, user_name, role, client, statement, rewritten, views, outcome, sqlstate, message, rows, rewrite_ms, total_ms)
  select started_at, user_name, role, client, statement, rewritten, array(select jsonb_array_elements_text(views)), outcome, sqlstate, message,
    rows, rewrite_ms, total_ms
  from jsonb_to_recordset($1::jsonb) as entry (started_at timestamptz, user_name text, role text, client text, statement text,
    rewritten text, views jsonb, outcome text, sqlstate text, message text, rows bigint, rewrite_ms real, total_ms real)`;

/**
 * Keeps the log of statements, once a second for all sessions together, so that no answer waits for it. Under a flood the oldest unwritten
 * entries are dropped; a database that cannot be written to does not stop the answers.
 */
export class StatementLog {
  readonly #pool: Pool;
  readonly #onError: (error: Error) => void;
  #waiting: LogEntry[] = [];
  #timer: NodeJS.Timeout;
  #trimmedAt = 0;
  #writing: Promise<void> | undefined;

  constructor(pool: Pool, onError: (error: Error) => void) {
    this.#pool = pool;
    this.#onError = onError;
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  add(entry: LogEntry): void {
    this.#waiting.push(entry);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.splice(0, MOST_WAITING / 2);
  }

  /** Writes what waits. Never throws. */
  async flush(): Promise<void> {
    await this.#writing;
    this.#writing = this.#write().finally(() => (this.#writing = undefined));
    await this.#writing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #write(): Promise<void> {
    const entries = this.#waiting.splice(0);
    try {
      if (entries.length > 0) await this.#pool.query(INSERT, [JSON.stringify(entries.map(rowOf))]);
      if (Date.now() - this.#trimmedAt > TRIM_MS) {
        this.#trimmedAt = Date.now();
        await this.#pool.query(`delete from ops.sql_log where started_at < now() - interval '30 days'`);
      }
    } catch (error) {
      this.#onError(error as Error);
    }
  }
}

const cut = (text: string | undefined): string | undefined => text?.slice(0, LONGEST).replaceAll('\0', '');

function rowOf(entry: LogEntry): Record<string, unknown> {
  return {
    started_at: entry.startedAt.toISOString(),
    user_name: cut(entry.user),
    role: entry.role,
    client: cut(entry.client),
    statement: cut(entry.statement),
    rewritten: cut(entry.rewritten),
    views: entry.views,
    outcome: entry.outcome,
    sqlstate: entry.sqlState,
    message: cut(entry.message),
    rows: entry.rows,
    rewrite_ms: entry.rewriteMs,
    total_ms: entry.totalMs,
  };
}
