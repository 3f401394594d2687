import type { Login } from '../auth/authenticate.ts';
import type { Finished } from '../session/pipeline.ts';
import type { LogEntry } from './statement-log.ts';

/** Query canceled, by a request or by the statement timeout. */
const CANCELLED = '57014';

/** What is worth an entry: statements over the views, and those that were refused or failed. Undefined for all others. */
export function logEntry(
  { statement, startedAt, rows, error }: Finished,
  { login, application }: { login: Login; application: string },
): LogEntry | undefined {
  if (statement.views.length === 0 && error === undefined) return undefined;
  return {
    startedAt: new Date(startedAt),
    user: login.name,
    role: login.securityContext.role,
    client: application,
    statement: statement.original.trim(),
    rewritten: statement.isChanged && !statement.refusal ? statement.sent : undefined,
    views: statement.views,
    outcome: outcomeOf(statement.refusal !== undefined, error?.sqlState),
    sqlState: error?.sqlState,
    message: error?.message,
    rows,
    rewriteMs: statement.rewriteMs,
    totalMs: Date.now() - startedAt,
  };
}

function outcomeOf(isRefused: boolean, sqlState: string | undefined): LogEntry['outcome'] {
  if (sqlState === undefined) return 'answered';
  if (sqlState === CANCELLED) return 'cancelled';
  return isRefused ? 'refused' : 'failed';
}
