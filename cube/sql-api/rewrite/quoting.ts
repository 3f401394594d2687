/** An identifier as Postgres reads it back unchanged. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A string literal that means the same under any `standard_conforming_strings`, which a client may set: with a backslash
 * in it, it is written as an escape string.
 */
export function literal(value: string): string {
  const quoted = value.replaceAll("'", "''");
  return quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}

/** What Cube collected as a parameter, as a literal. */
export function parameterLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return literal(typeof value === 'string' ? value : JSON.stringify(value));
}
