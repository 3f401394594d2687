import type pg from 'pg';

export type Row = Record<string, unknown>;

/** Inserts rows into `marts.<table>`; what a row leaves out is null. */
export async function fill(pool: pg.Pool, table: string, rows: readonly Row[]): Promise<void> {
  await pool.query(
    `insert into marts.${table} select * from jsonb_populate_recordset(null::marts.${table}, $1)`,
    [JSON.stringify(rows)],
  );
}
