import type { Place, Problem } from './read-table.ts';

/** `plan.xlsx, sheet "Май", row 5`. */
export function placeText({
  file,
  sheet,
  row,
}: Omit<Place, 'row'> & { readonly row: number | null }): string {
  return [
    file,
    ...(sheet === null ? [] : [`sheet "${sheet}"`]),
    ...(row === null ? [] : [`row ${row}`]),
  ].join(', ');
}

/** `plan.xlsx, row 5, column C «Сумма продаж»: "12ю" is not a number`. */
export function problemText(problem: Problem): string {
  const { column, value, reason, row } = problem;
  const place = `${placeText(problem)}${column === null ? '' : `, column ${column}`}`;
  if (row === null) return `${place}: ${reason}`;
  if (column === null) return `${place}: the row ${reason}`;
  return `${place}: ${value === null ? 'the column' : value === '' ? 'the cell' : `"${value}"`} ${reason}`;
}
