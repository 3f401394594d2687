import { CsvError, parse } from 'csv-parse/sync';
import type { Table } from './cell.ts';
import { decodeText, type Encoding } from './decode-text.ts';
import { FileUnreadableError } from './errors.ts';

export const DELIMITERS = { semicolon: ';', comma: ',', tab: '\t' } as const;
export type Delimiter = keyof typeof DELIMITERS;

/** Lines that are looked at to find out how a file is divided. */
const SAMPLE_LINES = 20;

export interface CsvForm {
  readonly encoding?: Encoding | undefined;
  readonly delimiter?: Delimiter | undefined;
}

/**
 * A CSV file as a table. The delimiter is the declared one, else that of `sep=` in the first line, else the one of `;`, tab and `,` that
 * divides the first lines into the most columns. Throws FileUnreadableError.
 */
export function readCsv(
  path: string,
  bytes: Uint8Array,
  form: CsvForm,
): { readonly table: Table; readonly encoding: Encoding; readonly delimiter: Delimiter } {
  const decoded = decodeText(bytes, form.encoding);
  if (!decoded) {
    throw new FileUnreadableError(
      path,
      form.encoding === undefined
        ? 'it is not a text: save it as CSV UTF-8 or as XLSX'
        : `it is not a text in ${form.encoding}, as voronka.yaml declares`,
    );
  }
  const { encoding } = decoded;
  const said = /^\s*"?sep=(.)"?\s*\r?\n/iu.exec(decoded.text);
  const text = said ? decoded.text.slice(said[0].length) : decoded.text;
  const delimiter = form.delimiter ?? named(said?.[1]) ?? widest(text);
  const linesBefore = said ? 1 : 0;
  const numbered = split(path, text, DELIMITERS[delimiter]);
  const rows = numbered.map(({ line, fields }) => ({
    number: line + linesBefore,
    cells: fields.map((value) => ({ value })),
  }));
  return { table: { sheet: null, rows, dateSystem: null }, encoding, delimiter };
}

function named(character: string | undefined): Delimiter | undefined {
  return (Object.keys(DELIMITERS) as Delimiter[]).find((name) => DELIMITERS[name] === character);
}

function widest(text: string): Delimiter {
  const sample = text.split(/\r\n|\r|\n/u, SAMPLE_LINES).join('\n');
  const width = (delimiter: Delimiter): number => {
    const rows = parse(sample, { ...LENIENT, delimiter: DELIMITERS[delimiter] });
    return Math.max(0, ...rows.map((fields) => fields.filter((field) => field.trim() !== '').length));
  };
  const order: readonly Delimiter[] = ['semicolon', 'tab', 'comma'];
  const widths = order.map((name) => ({ name, width: width(name) }));
  return widths.reduce((best, one) => (one.width > best.width ? one : best)).name;
}

/** Quotes inside unquoted fields (ООО "Ромашка") are text; rows may differ in length. */
const LENIENT = { relax_quotes: true, relax_column_count: true, skip_empty_lines: false } as const;

function split(path: string, text: string, delimiter: string): { line: number; fields: string[] }[] {
  try {
    const records = parse(text, { ...LENIENT, delimiter, info: true }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    // csv-parse gives the line a record ends on; a quoted field may hold line ends.
    return records.map(({ record, info }) => ({
      line: info.lines - record.reduce((sum, field) => sum + (field.match(/\r\n|\r|\n/gu) ?? []).length, 0),
      fields: record,
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new FileUnreadableError(path, `it is not a CSV file: ${error.message}`, error);
  }
}
