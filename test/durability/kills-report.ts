import type { Warehouse } from '../../pipelines/warehouse/index.ts';

/** What a series of kills came to. */
export interface SeriesReport {
  readonly name: string;
  readonly kills: number;
  /** Of them, with a sync begun and not finished. */
  readonly inTheMiddle: number;
  /** Pages asked for, over all lives, beyond those of an undisturbed run; undefined where the CRM changed meanwhile. */
  readonly extraPages: number | undefined;
  /** Pages of one undisturbed run. */
  readonly pages: number;
  /** How often the source was read to its end, and compared. */
  readonly passes: number;
  /** Rows that differ from the CRM, and versions that are there twice. */
  readonly differences: readonly string[];
  readonly duplicates: number;
  readonly seconds: number;
}

export function printReport(report: SeriesReport): void {
  const { name, kills, inTheMiddle, extraPages, pages, passes, differences, duplicates, seconds } = report;
  const extra =
    extraPages === undefined
      ? 'not counted, the CRM changed'
      : `${extraPages} (${(extraPages / Math.max(1, kills)).toFixed(2)} a kill; undisturbed: ${pages})`;
  const lines: [string, string | number][] = [
    ['kills', kills],
    ['in the middle', inTheMiddle],
    ['read to the end', passes],
    ['extra pages', extra],
    ['differences', differences.length],
    ['duplicates', duplicates],
    ['seconds', seconds.toFixed(1)],
  ];
  console.log([name, ...lines.map(([what, value]) => `  ${what.padEnd(16)}${value}`)].join('\n'));
}

/** Versions of a row that are kept more than once, and keys that are current more than once. */
export async function countDuplicates(
  { pool }: Pick<Warehouse, 'pool'>,
  streams: readonly string[],
): Promise<number> {
  let count = 0;
  for (const stream of streams) {
    const { rows } = await pool.query<{ count: number }>(
      `select (select count(*) from (select from raw.amocrm__${stream} group by account_id, id having count(*) > 1) as twice)
            + (select count(*) from (
                 select from raw.amocrm__${stream}__versions
                 group by account_id, id, source_updated_at, is_deleted, md5(payload::text) having count(*) > 1) as twice) as count`,
    );
    count += Number(rows[0]?.count);
  }
  return count;
}
