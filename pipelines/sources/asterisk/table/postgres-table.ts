import pg from 'pg';
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

/** A page is cut off after this (ms); Asterisk writes into the same table. */
const STATEMENT_TIMEOUT = 300_000;

/** Every value as the server writes it: a timestamp of another zone must not pass through this machine's. */
const AS_TEXT = { getTypeParser: () => (text: string) => text };

/** Throws TableMissingError, AccessDeniedError or DatabaseUnreachableError. */
export async function openPostgresTable(address: TableAddress): Promise<CdrTable> {
  const client = new pg.Client({
    connectionString: address.url.href,
    connectionTimeoutMillis: 10_000,
    application_name: 'voronka',
    types: AS_TEXT as unknown as pg.CustomTypesConfig,
  });
  // The connection's end is noticed by the query that needs it.
  client.on('error', () => undefined);
  const ask = async <Row extends unknown[]>(text: string, values: unknown[] = []): Promise<Row[]> => {
    try {
      return (await client.query<Row>({ text, values, rowMode: 'array' })).rows;
    } catch (error) {
      throw explained(address, error);
    }
  };
  try {
    await client.connect();
  } catch (error) {
    throw explained(address, error);
  }
  try {
    await ask(`set session characteristics as transaction read only`);
    await ask(`set time zone 'UTC'`);
    await ask(`set datestyle to 'ISO, YMD'`);
    await ask(`set statement_timeout to ${STATEMENT_TIMEOUT}`);
    const found = await ask<[string, string, string]>(
      `select a.attrelid::regclass::text, a.attname::text, t.typcategory::text || ' ' || t.typname::text
       from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
       where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped order by a.attnum`,
      [tableName(address.table)],
    );
    const table = found[0]?.[0];
    if (table === undefined) throw new TableMissingError(address.table, address.server, await visible(ask));
    return {
      columns: found.map(([, name, type]) => ({ name, timeKind: timeKindOf(type) })),
      rows: (question: RowQuestion): Promise<TextRow[]> =>
        ask<Texts>(selectRows(question, table, quote, '$1'), question.from === null ? [] : [question.from]),
      startless: (question) => ask<Texts>(selectStartless(question, table, quote)),
      count: async () => Number((await ask<[string]>(`select count(*) from ${table}`))[0]?.[0] ?? 0),
      close: () => client.end(),
    };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

type Texts = (string | null)[];

const quote = (name: string): string => pg.escapeIdentifier(name);

/** `asterisk.cdr` names its schema; upper case is kept, as it is in the catalogue. */
function tableName(table: string): string {
  return table.split('.').map(quote).join('.');
}

/** typcategory N is numbers, D is dates and times. */
function timeKindOf(type: string): TimeKind {
  if (type.startsWith('N ')) return 'epoch';
  return type === 'D timestamptz' ? 'utc' : 'wall';
}

async function visible(ask: (text: string) => Promise<string[][]>): Promise<string[]> {
  const rows = await ask(
    `select table_schema || '.' || table_name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema') order by 1 limit 20`,
  );
  return rows.flat();
}

/** insufficient_privilege, invalid_authorization, invalid_password, no such database */
const DENIED = new Set(['42501', '28000', '28P01', '3D000']);

function explained(address: TableAddress, error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string };
  const detail = message !== undefined && message !== '' ? message : (code ?? 'no answer');
  if (code !== undefined && DENIED.has(code)) {
    return new AccessDeniedError(address.server, address.table, detail, error);
  }
  // Any other five-character code is the server's verdict on the statement; connection troubles have none, or class 08, 53, 57.
  const isVerdict = code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^(08|53|57|E)/.test(code);
  return isVerdict ? error : new DatabaseUnreachableError(address.server, detail, error);
}
