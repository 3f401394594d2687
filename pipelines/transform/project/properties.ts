import { z } from 'zod';

/**
 * The `.yml` files beside the models, in dbt's form (https://docs.getdbt.com/reference/configs-and-properties).
 * Unknown keys are refused: a misspelt `data_tests` would otherwise switch a test off in silence.
 */
const text = z.string();
const anyMap = z.record(z.string(), z.unknown());
const stringList = z.union([z.string(), z.array(z.string())]);

/** `unique`, or `{accepted_values: {values: […]}}`, with an optional `name`/`config` beside the test's key (dbt ≥ 1.9). */
const dataTest = z.union([z.string(), anyMap]);

const column = z.strictObject({
  name: text,
  description: text.optional(),
  data_type: text.optional(),
  data_tests: z.array(dataTest).optional(),
  tests: z.array(dataTest).optional(),
  quote: z.boolean().optional(),
  meta: anyMap.optional(),
  tags: stringList.optional(),
  config: anyMap.optional(),
  constraints: z.array(anyMap).optional(),
});

const model = z.strictObject({
  name: text,
  description: text.optional(),
  docs: anyMap.optional(),
  access: text.optional(),
  group: text.optional(),
  latest_version: z.unknown().optional(),
  meta: anyMap.optional(),
  config: anyMap.optional(),
  constraints: z.array(anyMap).optional(),
  columns: z.array(column).optional(),
  data_tests: z.array(dataTest).optional(),
  tests: z.array(dataTest).optional(),
});

const sourceTable = z.strictObject({
  name: text,
  identifier: text.optional(),
  description: text.optional(),
  columns: z.array(column).optional(),
  data_tests: z.array(dataTest).optional(),
  tests: z.array(dataTest).optional(),
  meta: anyMap.optional(),
  tags: stringList.optional(),
  config: anyMap.optional(),
  loaded_at_field: text.optional(),
  freshness: z.unknown().optional(),
});

const source = z.strictObject({
  name: text,
  schema: text.optional(),
  database: text.optional(),
  description: text.optional(),
  loader: text.optional(),
  meta: anyMap.optional(),
  tags: stringList.optional(),
  config: anyMap.optional(),
  quoting: anyMap.optional(),
  loaded_at_field: text.optional(),
  freshness: z.unknown().optional(),
  tables: z.array(sourceTable).default([]),
});

const fixtureRows = z.union([z.array(anyMap), z.string()]).optional();
const fixtureFormat = z.enum(['dict', 'csv', 'sql']).default('dict');

const unitTest = z.strictObject({
  name: text,
  description: text.optional(),
  model: text,
  given: z.array(z.strictObject({ input: text, rows: fixtureRows, format: fixtureFormat })).default([]),
  expect: z.strictObject({ rows: fixtureRows, format: fixtureFormat }),
  overrides: z
    .strictObject({ macros: anyMap.optional(), vars: anyMap.optional(), env_vars: anyMap.optional() })
    .optional(),
  config: anyMap.optional(),
});

export const propertiesSchema = z.strictObject({
  version: z.number().optional(),
  models: z.array(model).default([]),
  sources: z.array(source).default([]),
  unit_tests: z.array(unitTest).default([]),
  // Documentation only: nothing of it changes a build.
  macros: z.array(anyMap).optional(),
  data_tests: z.array(anyMap).optional(),
  exposures: z.array(anyMap).optional(),
  groups: z.array(anyMap).optional(),
});

export type Properties = z.infer<typeof propertiesSchema>;
export type ModelProperties = z.infer<typeof model>;
export type ColumnProperties = z.infer<typeof column>;
export type DataTestEntry = z.infer<typeof dataTest>;
export type UnitTest = z.infer<typeof unitTest>;
