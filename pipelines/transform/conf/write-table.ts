import type { ClientBase } from 'pg';

/**
 * Writes a small table of schema `conf` whole, inside the caller's transaction, unless it already says the same.
 *
 * @param columns names with their types, as for jsonb_to_recordset: `day date, is_working boolean`
 * @returns whether anything changed.
 */
export async function writeTable(
  client: ClientBase,
  table: string,
  columns: string,
  rows: readonly object[],
): Promise<boolean> {
  const names = columns
    .split(', ')
    .map((column) => column.split(' ')[0])
    .join(', ');
  const given = `select ${names} from jsonb_to_recordset($1::jsonb) as given (${columns})`;
  const wanted = JSON.stringify(rows);
  const { rows: answer } = await client.query<{ same: boolean }>(
    `select not exists (
       (select ${names} from conf.${table} except all ${given})
       union all
       (${given} except all select ${names} from conf.${table})
     ) as same`,
    [wanted],
  );
  if (answer[0]?.same === true) return false;
  await client.query(`delete from conf.${table}`);
  await client.query(`insert into conf.${table} (${names}) ${given}`, [wanted]);
  return true;
}
