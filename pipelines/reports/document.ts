import type { Cell, MemberAnnotation } from '../../cube/query.ts';
import type { Period } from './period.ts';

export type Language = 'en' | 'ru';

export interface Column {
  /** Member of the view, for programs. */
  readonly key: string;
  readonly title: string;
  readonly annotation: MemberAnnotation;
  /** Left out of mail, which is narrow; in files it stands. */
  readonly isWide?: boolean;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Where each row is a KPI of its own, what its numbers are; else the columns say it. */
  readonly rowAnnotations?: readonly MemberAnnotation[];
  /** Sums and averages below the rows, each with its name in the first column. */
  readonly footer?: readonly (readonly Cell[])[];
  /** Said where there are no rows. */
  readonly empty: string;
  /** Address on the dashboard. */
  readonly link?: string;
}

/** What the number in this place is: its row's, where rows are KPIs, or its column's. */
export function annotationAt(
  { columns, rowAnnotations }: Table,
  row: number,
  column: number,
): MemberAnnotation {
  const own = columns[column]!.annotation;
  return own.type === 'number' ? (rowAnnotations?.[row] ?? own) : own;
}

/** The rows of a mail: of nobody only those with something in the columns that are shown there. */
export const mailRows = ({ columns, rows }: Table): Table['rows'] =>
  rows.filter(
    (row) =>
      row[0] !== null ||
      columns.some(
        ({ annotation, isWide }, index) =>
          annotation.type === 'number' && isWide !== true && Number(row[index] ?? 0) !== 0,
      ),
  );

export interface Chart {
  readonly title: string;
  readonly kind: 'bar' | 'line';
  readonly labels: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

/** A key number with what it was before. */
export interface Tile {
  /** Its measure. */
  readonly key: string;
  readonly value: Cell;
  readonly previous: Cell;
  readonly annotation: MemberAnnotation;
}

/** A report with everything in it, before it is a page, a mail or a workbook. */
export interface ReportDocument {
  readonly name: string;
  readonly title: string;
  readonly account: string;
  readonly language: Language;
  readonly currency: string;
  readonly period: Period;
  readonly madeAt: Date;
  readonly timeZone: string;
  /** When it was due, of one that comes late. */
  readonly lateFor?: Date;
  readonly tiles: readonly Tile[];
  /** What changed most, and where it comes from. */
  readonly sentences: readonly string[];
  readonly charts: readonly Chart[];
  readonly tables: readonly Table[];
  readonly link?: string;
}
