import { rawTable, type Warehouse } from '../../warehouse/index.ts';
import type { FolderReading } from './read-folder.ts';

/** Keys of the rows that came from files and sheets which are there and cannot be read: they hold until those can be again. */
export async function keptKeys(
  warehouse: Warehouse,
  account: string,
  stream: string,
  { files }: FolderReading,
): Promise<ReadonlySet<string>> {
  const unreadable = files.flatMap(({ path, unreadable: sheets }) =>
    sheets.map((sheet) => ({ path, sheet })),
  );
  if (unreadable.length === 0) return new Set();
  const { rows } = await warehouse.pool.query<{ id: string }>(
    `select raw_rows.id
     from raw.${rawTable({ source: 'files', stream })} as raw_rows
     inner join unnest($2::text[], $3::text[]) as lost (file, sheet)
       on lost.file = raw_rows.payload ->> 'file' and (lost.sheet is null or lost.sheet = raw_rows.payload ->> 'sheet')
     where raw_rows.account_id = $1 and not raw_rows.is_deleted`,
    [account, unreadable.map(({ path }) => path), unreadable.map(({ sheet }) => sheet)],
  );
  return new Set(rows.map(({ id }) => id));
}
