/** What a field must be; with `?` it may be absent or null. */
export type FieldType =
  | 'int'
  | 'int?'
  | 'number?'
  | 'string'
  | 'string?'
  | 'bool'
  | 'bool?'
  | 'object'
  | 'object?'
  | 'array'
  | 'array?';

export type Fields = Readonly<Record<string, FieldType>>;

export interface FileShape {
  /** The file may be missing, and is then empty. */
  readonly optional: boolean;
  /** What makes a row the same row; two lines with one key are a mistake. Empty: rows are not compared. */
  readonly key: readonly string[];
  /** Fields that are checked; everything else is served as it stands. */
  readonly fields: Fields;
}
