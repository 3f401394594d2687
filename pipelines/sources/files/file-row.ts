import type { ReadFile } from './read-folder.ts';

const MOST_PROBLEMS = 100;

/** What `raw.files__files` keeps of a file. */
export function fileRow(file: ReadFile): Readonly<Record<string, unknown>> {
  const sheets = file.sheets.map(({ sheet, kind, good, bad, totals, unknownHeaders }) => ({
    sheet,
    kind: kind.name,
    rows: good.length,
    rejected: bad.length,
    totals: totals.length,
    unknown_headers: unknownHeaders,
  }));
  return {
    key: file.path,
    file: file.path,
    hash: file.hash,
    size: file.size,
    modified_at: new Date(file.modifiedAt).toISOString(),
    encoding: file.encoding,
    delimiter: file.delimiter,
    is_readable: file.unreadable.length === 0,
    rows: sheets.reduce((sum, { rows }) => sum + rows, 0),
    rejected: sheets.reduce((sum, { rejected }) => sum + rejected, 0),
    sheets,
    skipped_sheets: file.skipped,
    problems: file.problems.slice(0, MOST_PROBLEMS).map(({ sheet, reason }) => ({ sheet, reason })),
  };
}
