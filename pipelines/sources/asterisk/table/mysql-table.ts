import { createConnection, escapeId, type Connection, type ConnectionOptions } from 'mysql2/promise';
import { AccessDeniedError, DatabaseUnreachableError, TableMissingError } from '../errors.ts';
import type { TimeKind } from '../leg.ts';
import {
  selectRows,
  selectStartless,
  type CdrTable,
  type RowQuestion,
  type TableAddress,
  type TextRow,
} from './cdr-table.ts';

/** A page is cut off after this (ms); an older FreePBX keeps its CDRs in MyISAM, where a long reader holds up the writer. */
const STATEMENT_TIMEOUT = 300_000;

/** Throws TableMissingError, AccessDeniedError or DatabaseUnreachableError. */
export async function openMysqlTable(address: TableAddress): Promise<CdrTable> {
  const options: ConnectionOptions = {
    uri: address.url.href.replace(/^mariadb:/, 'mysql:'),
    connectTimeout: 10_000,
    rowsAsArray: true,
    // Every value as the server writes it: `0000-00-00 00:00:00` is no date, and a date is in no zone.
    typeCast: (field) => field.string(),
  };
  let connection: Connection;
  try {
    connection = await createConnection(options);
  } catch (error) {
    throw explained(address, error);
  }
  // The connection's end is noticed by the query that needs it.
  connection.on('error', () => undefined);
  const ask = async (text: string, values: readonly string[] = []): Promise<(string | null)[][]> => {
    try {
      const [rows] = await connection.query({ sql: text, timeout: STATEMENT_TIMEOUT }, [...values]);
      return rows as unknown as (string | null)[][];
    } catch (error) {
      throw explained(address, error);
    }
  };
  try {
    await ask(`set session transaction read only`);
    // TIMESTAMP columns are then UTC; '' lets a zero date be compared with.
    await ask(`set session time_zone = '+00:00', sql_mode = ''`);
    const table = address.table
      .split('.')
      .map((name) => escapeId(name))
      .join('.');
    const columns = await columnsOf(ask, address);
    if (columns.length === 0) throw new TableMissingError(address.table, address.server, await visible(ask));
    return {
      columns,
      rows: (question: RowQuestion): Promise<TextRow[]> =>
        ask(selectRows(question, table, quote, '?'), question.from === null ? [] : [question.from]),
      startless: (question) => ask(selectStartless(question, table, quote)),
      count: async () => Number((await ask(`select count(*) from ${table}`))[0]?.[0] ?? 0),
      close: () => {
        connection.destroy();
        return Promise.resolve();
      },
    };
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

const quote = (name: string): string => escapeId(name, true);

async function columnsOf(
  ask: (text: string, values: readonly string[]) => Promise<(string | null)[][]>,
  { table }: TableAddress,
): Promise<{ name: string; timeKind: TimeKind }[]> {
  const [name = '', schema] = table.split('.').reverse();
  const rows = await ask(
    `select column_name, data_type from information_schema.columns
     where table_schema = ${schema === undefined ? 'database()' : '?'} and table_name = ? order by ordinal_position`,
    schema === undefined ? [name] : [schema, name],
  );
  return rows.map(([column, type]) => ({ name: column ?? '', timeKind: timeKindOf(type ?? '') }));
}

function timeKindOf(type: string): TimeKind {
  if (/int|decimal|float|double|numeric/i.test(type)) return 'epoch';
  return type.toLowerCase() === 'timestamp' ? 'utc' : 'wall';
}

async function visible(ask: (text: string) => Promise<(string | null)[][]>): Promise<string[]> {
  const rows = await ask(
    `select concat(table_schema, '.', table_name) from information_schema.tables
     where table_schema not in ('information_schema', 'mysql', 'performance_schema', 'sys') order by 1 limit 20`,
  );
  return rows.flat().filter((name) => name !== null);
}

/** Wrong password, no right to the database, to the table, to a column; no such database. */
const DENIED = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_ACCESS_DENIED_NO_PASSWORD_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_TABLEACCESS_DENIED_ERROR',
  'ER_COLUMNACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_HOST_NOT_PRIVILEGED',
]);

function explained(address: TableAddress, error: unknown): unknown {
  const { code, message, sqlState } = error as { code?: string; message?: string; sqlState?: string };
  const detail = message !== undefined && message !== '' ? message : (code ?? 'no answer');
  if (code !== undefined && DENIED.has(code)) {
    return new AccessDeniedError(address.server, address.table, detail, error);
  }
  // The server's verdict on a statement carries a state; class 08 is the connection, 70100 an interrupted query.
  const isVerdict = sqlState !== undefined && sqlState !== '' && !/^(08|70100)/.test(sqlState);
  return isVerdict ? error : new DatabaseUnreachableError(address.server, detail, error);
}
