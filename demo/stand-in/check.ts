import { StandInDataError } from './errors.ts';
import { isObject, type Json } from './json.ts';
import type { FieldType } from './shape.ts';

const tests: Record<string, [(value: unknown) => boolean, string]> = {
  int: [(value) => Number.isInteger(value), 'a whole number'],
  number: [(value) => typeof value === 'number', 'a number'],
  string: [(value) => typeof value === 'string', 'a string'],
  bool: [(value) => typeof value === 'boolean', 'true or false'],
  object: [isObject, 'an object'],
  array: [Array.isArray, 'a list'],
};

/** Throws a StandInDataError that names file, line and field when a field is missing or of another type. */
export function checkRow(
  row: Json,
  fields: readonly (readonly [string, FieldType])[],
  file: string,
  line: number | undefined,
): void {
  for (const [name, type] of fields) {
    const value = row[name];
    const optional = type.endsWith('?');
    if (value == null) {
      if (optional) continue;
      const expected = tests[type]?.[1] ?? type;
      throw new StandInDataError(
        file,
        line,
        name,
        `${expected} is required, and it is ${value === null ? 'null' : 'missing'}`,
      );
    }
    const [test, expected] = tests[optional ? type.slice(0, -1) : type] ?? [];
    if (test !== undefined && !test(value)) {
      const shown = JSON.stringify(value).slice(0, 60);
      throw new StandInDataError(file, line, name, `expected ${expected ?? type}, found ${shown}`);
    }
  }
}
