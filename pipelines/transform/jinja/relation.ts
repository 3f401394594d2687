/** A table or view as models see it: renders as `schema.name`, quoted only where Postgres needs it. */
export class Relation {
  readonly schema: string;
  readonly identifier: string;

  constructor(schema: string, identifier: string) {
    this.schema = schema;
    this.identifier = identifier;
  }

  /** dbt has both names for it. */
  get name(): string {
    return this.identifier;
  }

  get table(): string {
    return this.identifier;
  }

  toString(): string {
    // An ephemeral model is a common table expression and has no schema.
    return this.schema === '' ? quote(this.identifier) : `${quote(this.schema)}.${quote(this.identifier)}`;
  }
}

export function quote(identifier: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(identifier) && !RESERVED.has(identifier)
    ? identifier
    : `"${identifier.replaceAll('"', '""')}"`;
}

export function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

// The fully reserved words of Postgres that could pass for a column or a table.
const RESERVED = new Set(
  (
    'all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create ' +
    'current_date current_role current_time current_timestamp current_user default deferrable desc distinct do else end ' +
    'except false fetch for foreign from grant group having in initially intersect into lateral leading limit localtime ' +
    'localtimestamp not null offset on only or order placing primary references returning select session_user some ' +
    'symmetric system_user table then to trailing true union unique user using variadic when where window with'
  ).split(' '),
);
