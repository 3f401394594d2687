import { NONE, useFormat } from '../model/format.ts';
import type { Sheet } from '../export/sheet.ts';

/** The numbers of a chart, for who cannot see it or wants them exactly. */
export function SheetTable({ sheet, label }: { sheet: Sheet; label: string }) {
  const format = useFormat();
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="table">
        <thead>
          <tr>
            {sheet.columns.map(({ title, isNumber }, index) => (
              <th key={index} scope="col" className={isNumber ? 'is-number' : ''}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sheet.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => {
                const { isNumber, unit } = sheet.columns[column]!;
                const text = isNumber ? format.full(unit, cell as number | null) : (cell ?? NONE);
                return isNumber ? (
                  <td key={column} className="is-number">
                    {text}
                  </td>
                ) : (
                  <th key={column} scope="row">
                    {text}
                  </th>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
