const ISO_DATE_TIME =
  /^(\d{4,}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?\s?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/;

/**
 * A time value as Cube's REST API gives it: `2026-09-01T00:00:00.000`, wall-clock time with no zone, milliseconds always.
 * The wall clock of the input is kept as it is (Postgres has already moved it to the query's zone). What is not a date
 * and time, a bare date for one, is passed through unchanged, as the native module does.
 */
export function formatTimeValue(value: string): string {
  const match = ISO_DATE_TIME.exec(value);
  if (match === null) return value;
  const [, day, time, fraction = ''] = match;
  return `${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}`;
}
