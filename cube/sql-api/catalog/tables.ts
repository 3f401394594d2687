import type { ClientBase } from 'pg';

import type { ViewTable } from '../columns.ts';
import { TableTakenError } from './errors.ts';

const SQL_TYPES = {
  text: 'text',
  float8: 'double precision',
  int8: 'bigint',
  timestamp: 'timestamp without time zone',
  boolean: 'boolean',
} as const;

const name = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * Brings the tables of schema public that stand for the views up to date: those whose columns changed are made anew, others keep their
 * number, by which tools remember them. They hold one row nobody can read, so that a statement that came to them without being
 * compiled fails rather than finds nothing. Throws {@link TableTakenError}.
 */
export async function installTables(
  client: ClientBase,
  tables: readonly ViewTable[],
  reader: string,
): Promise<Map<string, number>> {
  const { rows } = await client.query<{ name: string; columns: unknown; there: boolean }>(
    `select t.name, t.columns, c.oid is not null as there
     from ops.sql_tables t left join pg_catalog.pg_class c on c.oid = t.relid and c.relname = t.name and c.relnamespace = 'public'::regnamespace`,
  );
  const known = new Map(rows.map((row) => [row.name, row]));
  const numbers = new Map<string, number>();
  for (const [old, { there }] of known) {
    if (tables.some((table) => table.name === old)) continue;
    if (there) await client.query(`drop table public.${name(old)}`);
    await client.query('delete from ops.sql_tables where name = $1', [old]);
  }
  for (const table of tables) {
    const columns = table.columns.map((column) => [column.name, column.delivered ?? column.type]);
    const before = known.get(table.name);
    const isSame = before?.there === true && JSON.stringify(before.columns) === JSON.stringify(columns);
    if (!isSame) await makeTable(client, table, before?.there ?? false);
    numbers.set(table.name, await dressTable(client, table, reader));
    await client.query(
      `insert into ops.sql_tables (name, relid, columns) values ($1, $2, $3)
       on conflict (name) do update set relid = excluded.relid, columns = excluded.columns`,
      [table.name, numbers.get(table.name), JSON.stringify(columns)],
    );
  }
  return numbers;
}

async function makeTable(client: ClientBase, table: ViewTable, isOurs: boolean): Promise<void> {
  const place = `public.${name(table.name)}`;
  if (isOurs) await client.query(`drop table ${place}`);
  const { rows } = await client.query(`select from pg_catalog.pg_class where oid = to_regclass($1)`, [place]);
  if (rows.length > 0) throw new TableTakenError(table.name);
  const columns = table.columns.map(
    (column) => `${name(column.name)} ${column.delivered ?? SQL_TYPES[column.type]}`,
  );
  await client.query(`create table ${place} (${columns.join(', ')}); insert into ${place} default values`);
}

async function dressTable(client: ClientBase, table: ViewTable, reader: string): Promise<number> {
  const place = `public.${name(table.name)}`;
  await client.query(
    [
      `comment on table ${place} is ${literal(table.comment)}`,
      ...table.columns.map(
        (column) => `comment on column ${place}.${name(column.name)} is ${literal(column.comment)}`,
      ),
      `alter table ${place} enable row level security`,
      `create policy compiled_only on ${place} for select using (voronka_catalog.must_be_compiled())`,
      `grant select on ${place} to ${name(reader)}`,
    ].join(';\n'),
  );
  const { rows } = await client.query<{ relid: number }>(`select $1::regclass::oid::int8::float8 as relid`, [
    place,
  ]);
  return rows[0]!.relid;
}
