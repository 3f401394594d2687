import { z } from 'zod';
import { ProjectInvalidError, type Place } from '../errors.ts';

const list = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]));

const index = z.strictObject({
  columns: z.array(z.string()).min(1),
  unique: z.boolean().default(false),
  type: z.enum(['btree', 'hash', 'gist', 'spgist', 'gin', 'brin']).default('btree'),
});

/** What `config(...)`, the `.yml` and dbt_project.yml may say of a model. */
const modelConfig = z.strictObject({
  materialized: z.enum(['view', 'table', 'incremental', 'ephemeral']).default('view'),
  enabled: z.boolean().default(true),
  schema: z.string().nullish(),
  alias: z.string().nullish(),
  tags: list.default([]),
  unique_key: list.nullish(),
  indexes: z.array(index).default([]),
  incremental_strategy: z.literal('delete+insert').nullish(),
  on_schema_change: z.string().optional(),
  pre_hook: list.default([]),
  post_hook: list.default([]),
  full_refresh: z.boolean().nullish(),
  persist_docs: z.object({ relation: z.boolean().optional(), columns: z.boolean().optional() }).optional(),
  grants: z.record(z.string(), list).optional(),
  meta: z.record(z.string(), z.unknown()).optional(),
  docs: z.unknown().optional(),
  group: z.string().optional(),
  access: z.string().optional(),
  contract: z.unknown().optional(),
});

export type ModelConfig = z.infer<typeof modelConfig>;

/** @throws ProjectInvalidError for an unknown key, a wrong type, or an incremental model without a unique_key. */
export function parseModelConfig(place: Place, values: Readonly<Record<string, unknown>>): ModelConfig {
  const renamed = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key.replaceAll('-', '_'), value]),
  );
  const parsed = modelConfig.safeParse(renamed);
  if (!parsed.success) {
    throw new ProjectInvalidError(
      parsed.error.issues.map((issue) => ({
        ...place,
        message: `config ${issue.path.map(String).join('.')}: ${issue.message}`,
      })),
    );
  }
  const config = parsed.data;
  if (config.materialized === 'incremental' && (config.unique_key ?? []).length === 0) {
    throw new ProjectInvalidError([
      {
        ...place,
        message: 'an incremental model needs unique_key: the rows with the keys it returns are replaced',
      },
    ]);
  }
  return config;
}
