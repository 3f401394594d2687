/** A table on its way into a file: numbers stay numbers. */
export interface Sheet {
  readonly columns: readonly SheetColumn[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface SheetColumn {
  readonly title: string;
  readonly isNumber: boolean;
  /** Of the number; decides its format in a workbook. */
  readonly unit?: string | undefined;
}
