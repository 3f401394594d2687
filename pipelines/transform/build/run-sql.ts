import type { ClientBase, QueryResult, QueryResultRow } from 'pg';
import { DatabaseError } from 'pg';
import { ModelSqlError } from '../errors.ts';
import { connectionLost } from './connection.ts';

/** Runs SQL of the project; `prefix` (e.g. `create table … as`) is ours, so that the line shown is the author's. */
export async function runProjectSql<Row extends QueryResultRow>(
  client: ClientBase,
  subject: { readonly what: string; readonly file: string },
  sql: string,
  prefix = '',
  suffix = '',
): Promise<QueryResult<Row>> {
  try {
    return await client.query<Row>(`${prefix}${sql}${suffix}`);
  } catch (error) {
    const lost = connectionLost(error);
    if (lost) throw lost;
    if (!(error instanceof DatabaseError)) throw error;
    const position = error.position === undefined ? 0 : Number(error.position) - prefix.length;
    const reason = [error.message, error.detail, error.hint].filter(Boolean).join('. ');
    throw new ModelSqlError(subject.what, subject.file, reason, excerpt(sql, position), error);
  }
}

/** The line of the compiled SQL the error points at, between its neighbours. */
function excerpt(sql: string, position: number): string {
  if (position <= 0 || position > sql.length) return '';
  const line = sql.slice(0, position - 1).split('\n').length;
  return sql
    .split('\n')
    .map((text, index) => `${index + 1 === line ? '>' : ' '} ${index + 1} | ${text}`)
    .slice(Math.max(0, line - 3), line + 2)
    .join('\n');
}
