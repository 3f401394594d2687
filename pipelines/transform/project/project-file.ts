import { z } from 'zod';

/** `+key: value` settings and folders, nested as in dbt: `models: {project: {folder: {+materialized: table}}}`. */
export type ConfigTree = { readonly [key: string]: unknown };

const tree = z.record(z.string(), z.unknown()).nullish();
const paths = z.array(z.string());

/** The keys of dbt_project.yml that have a meaning here; the rest is dbt's own and ignored. */
export const projectFileSchema = z.looseObject({
  name: z.string().regex(/^\w+$/, 'letters, digits and _ only'),
  'model-paths': paths.default(['models']),
  'macro-paths': paths.default(['macros']),
  'test-paths': paths.default(['tests']),
  models: tree,
  data_tests: tree,
  tests: tree,
  vars: z.record(z.string(), z.unknown()).nullish(),
});

export type ProjectFile = z.infer<typeof projectFileSchema>;

/** Vars of dbt_project.yml: those of the whole file, overridden by those under the project's name. */
export function projectVars(file: ProjectFile): Record<string, unknown> {
  const all = file.vars ?? {};
  const own = all[file.name];
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const { [file.name]: _scoped, ...global } = all;
  return isMap(own) ? { ...global, ...own } : all;
}

/**
 * Settings for the node `fqn` (project, folders…, name), the deeper overriding the shallower. `+key` is always a setting;
 * a plain key is a setting too unless it holds a map, as in dbt.
 */
export function configFor(
  config: ConfigTree | null | undefined,
  fqn: readonly string[],
): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  let level: unknown = config ?? {};
  for (const part of ['', ...fqn]) {
    if (part !== '') level = (level as Record<string, unknown>)[part];
    if (typeof level !== 'object' || level === null) break;
    for (const [key, value] of Object.entries(level)) {
      const name = key.startsWith('+') ? key.slice(1) : key;
      if (!key.startsWith('+') && typeof value === 'object' && value !== null && !Array.isArray(value))
        continue;
      merged[name] = name === 'tags' ? [...asList(merged[name]), ...asList(value)] : value;
    }
  }
  return merged;
}

export function asList(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
