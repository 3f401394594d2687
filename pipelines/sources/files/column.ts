import { z } from 'zod';
import type { PeriodKind } from './parse-period.ts';

export type ColumnType = 'text' | 'number' | 'date' | 'period' | 'choice' | 'yes-no' | 'time' | 'currency';

/** A column that a kind of file may have. Its header is `name`, `title` or one of `headers`, in any case and spacing. */
export interface Column {
  readonly name: string;
  /** The Russian header, as templates have it. */
  readonly title: string;
  readonly headers: readonly string[];
  readonly type: ColumnType;
  readonly description: string;
  /** What the template shows. */
  readonly example: string;
  /** What a value of it may be once it is read; optional where the cell may be empty. */
  readonly schema: z.ZodType;
  /** Words for each value, of a choice. */
  readonly choices?: Readonly<Record<string, readonly string[]>>;
  /** Kinds of period, the usual one first. */
  readonly periods?: readonly PeriodKind[];
  /** A sign of a currency beside the number goes to the column `currency`. */
  readonly isMoney?: boolean;
}

interface Said {
  readonly title: string;
  readonly headers?: readonly string[];
  readonly description: string;
  readonly example?: string;
  readonly required?: boolean;
}

export const day = z.iso.date();
const longText = z.string().min(1).max(500);

export const period = z.object({
  kind: z.enum(['day', 'week', 'month', 'quarter', 'year']),
  from: day,
  to: day,
});

function column(name: string, type: ColumnType, schema: z.ZodType, said: Said): Column {
  return {
    name,
    type,
    title: said.title,
    headers: said.headers ?? [],
    description: said.description,
    example: said.example ?? '',
    schema: said.required ? schema : schema.optional(),
  };
}

export function textColumn(name: string, said: Said): Column {
  return column(name, 'text', longText, said);
}

export function numberColumn(
  name: string,
  said: Said & { min?: number; max?: number; isWhole?: boolean; isMoney?: boolean },
): Column {
  let schema = said.isWhole ? z.number().int('expected a whole number') : z.number();
  if (said.min !== undefined) schema = schema.min(said.min, `expected ${said.min} or more`);
  if (said.max !== undefined) schema = schema.max(said.max, `expected ${said.max} or less`);
  return { ...column(name, 'number', schema, said), isMoney: said.isMoney ?? false };
}

export function dateColumn(name: string, said: Said): Column {
  return column(name, 'date', day, said);
}

export function periodColumn(name: string, said: Said & { periods: readonly PeriodKind[] }): Column {
  return { ...column(name, 'period', period, said), periods: said.periods };
}

export function choiceColumn(
  name: string,
  said: Said & { choices: Readonly<Record<string, readonly string[]>> },
): Column {
  const values = Object.keys(said.choices);
  const schema = z.enum(values as [string, ...string[]]);
  return { ...column(name, 'choice', schema, said), choices: said.choices };
}

export function yesNoColumn(name: string, said: Said): Column {
  return column(name, 'yes-no', z.boolean(), said);
}

export function timeColumn(name: string, said: Said): Column {
  return column(
    name,
    'time',
    z.string().regex(/^([01]\d|2[0-4]):[0-5]\d$/u, 'expected a time like 09:30'),
    said,
  );
}

export function currencyColumn(name: string, said: Said): Column {
  return column(
    name,
    'currency',
    z.string().regex(/^[A-Z]{3}$/u, 'expected a code of three letters like USD'),
    said,
  );
}

export function isRequired({ schema }: Column): boolean {
  return !schema.safeParse(undefined).success;
}
