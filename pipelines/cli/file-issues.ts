import type { Problem } from '../sources/files/read-table.ts';
import type { Warehouse } from '../warehouse/index.ts';

/**
 * What people have to correct in their files: rows and files that the last sync refused, and what the last build could not match. The
 * latter is empty until there was a build.
 */
export async function listFileIssues({ pool }: Pick<Warehouse, 'pool'>): Promise<Problem[]> {
  const { rows: refused } = await pool.query<{ payload: Buffer }>(
    `select payload from ops.rejects where source = 'files' and resolved_at is null order by reject_id`,
  );
  const problems = refused.flatMap(({ payload }): readonly Problem[] => {
    const kept = JSON.parse(payload.toString('utf8')) as Problem & { readonly problems?: readonly Problem[] };
    return kept.problems ?? [kept];
  });
  const { rows: built } = await pool.query<{ table: string | null }>(
    `select to_regclass('marts.fct_file_issues')::text as table`,
  );
  if (built[0]?.table == null) return problems;
  const { rows: unmatched } = await pool.query<Record<string, unknown>>(
    `select file, sheet, row_number, "column", value, reason from marts.fct_file_issues order by file, sheet, row_number, "column"`,
  );
  return [
    ...problems,
    ...unmatched.map((row) => ({
      file: row['file'] as string,
      sheet: row['sheet'] as string | null,
      row: row['row_number'] === null ? null : Number(row['row_number']),
      column: row['column'] as string | null,
      value: row['value'] as string | null,
      reason: row['reason'] as string,
    })),
  ];
}
