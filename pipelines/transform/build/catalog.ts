import type { ClientBase } from 'pg';
import { quote, type Relation } from '../jinja/relation.ts';

export interface Column {
  readonly name: string;
  readonly type: string;
}

/** In the table's order, with types as `create table` would name them. */
export async function columnsOf(client: ClientBase, relation: Relation): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [String(relation)],
  );
  return rows;
}

/** Same names and types, in any order. */
export function sameColumns(a: readonly Column[], b: readonly Column[]): boolean {
  const key = (columns: readonly Column[]): string =>
    columns
      .map(({ name, type }) => `${name} ${type}`)
      .sort()
      .join('\n');
  return key(a) === key(b);
}

export function columnList(columns: readonly Column[]): string {
  return columns.map(({ name }) => quote(name)).join(', ');
}

export async function viewDefinition(client: ClientBase, relation: Relation): Promise<string> {
  const { rows } = await client.query<{ definition: string }>(
    'select pg_get_viewdef($1::regclass) as definition',
    [String(relation)],
  );
  return rows[0]?.definition ?? '';
}
