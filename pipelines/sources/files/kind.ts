import { z } from 'zod';
import type { Column } from './column.ts';

/** The fields of a row once read; a field of an empty cell is absent. */
export type RowValues = Readonly<Record<string, unknown>>;

/** What is wrong with a row as a whole, and the column to look at. */
export interface RowFault {
  readonly column: string;
  readonly reason: string;
}

/** A kind of file: what its columns mean, and by what a row of it is known again. */
export interface FileKind {
  /** Also the stream: its rows are in `raw.files__<name>`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Words that tell the kind in the name of a file or sheet: `targets-2026.csv`, `План 2026.xlsx`. The first is the kind's Russian name. */
  readonly words: readonly string[];
  readonly columns: readonly Column[];
  /** Names of the columns that make a row itself and not another one; an empty cell is part of the key as well. */
  readonly key: readonly string[];
  /** Rules over several columns. */
  readonly check?: (row: RowValues) => RowFault | undefined;
}

/** The schema of a row of this kind, over the values that were read from its cells. */
export function rowSchema(kind: FileKind): z.ZodType<RowValues> {
  const fields = Object.fromEntries(kind.columns.map(({ name, schema }) => [name, schema]));
  return z.strictObject(fields).superRefine((row, context) => {
    const fault = kind.check?.(row);
    if (fault) context.addIssue({ code: 'custom', path: [fault.column], message: fault.reason });
  });
}

/** For a kind where any of these columns will do, and one of them must. */
export function needsOneOf(...names: readonly string[]): (row: RowValues) => RowFault | undefined {
  return (row) =>
    names.some((name) => row[name] !== undefined)
      ? undefined
      : { column: names[0] ?? '', reason: `one of ${names.join(', ')} must be given` };
}
