import type pg from 'pg';

import type { ViewTable } from '../columns.ts';
import { parseStatements } from '../parser.ts';
import type { StatementRewriter } from '../rewriter.ts';

/**
 * The columns as Postgres delivers them: what the catalog says of a column is what a client gets that reads it. Cube documents every
 * number as float8; here amounts are numeric, to the last kopeck, and counted things integers. A view whose rows cannot be read yet
 * (no marts) keeps the types Cube documents until the server starts again.
 */
export async function asDelivered(
  tables: readonly ViewTable[],
  options: { readonly pool: pg.Pool; readonly rewriter: StatementRewriter; readonly timeZone: string },
): Promise<ViewTable[]> {
  const described: ViewTable[] = [];
  for (const table of tables) {
    const types = await describe(table, options).catch(() => new Map<string, string>());
    described.push({
      ...table,
      columns: table.columns.map((column) => {
        const delivered = types.get(column.name);
        return delivered === undefined ? column : { ...column, delivered };
      }),
    });
  }
  return described;
}

async function describe(
  { name, columns }: ViewTable,
  { pool, rewriter, timeZone }: Parameters<typeof asDelivered>[1],
): Promise<Map<string, string>> {
  const list = columns.map((column) => quoted(column.name)).join(', ');
  const [statement] = parseStatements(`select ${list} from public.${quoted(name)} limit 0`);
  const securityContext = { role: 'executive' as const, teams: [], managers: [] };
  const outcome = statement && (await rewriter.rewrite(statement, { securityContext, timeZone }));
  if (outcome?.kind !== 'rewritten') return new Map();
  const { fields } = await pool.query(outcome.text);
  const { rows } = await pool.query<{ name: string; type: string }>(
    `select name, pg_catalog.format_type(type, modifier) as type
     from unnest($1::text[], $2::oid[], $3::int[]) as f(name, type, modifier)`,
    [
      fields.map((field) => field.name),
      fields.map(({ dataTypeID }) => dataTypeID),
      fields.map(({ dataTypeModifier }) => dataTypeModifier),
    ],
  );
  return new Map(rows.map((row) => [row.name, row.type]));
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
