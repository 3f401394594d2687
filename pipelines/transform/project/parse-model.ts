import type { Jinja, Scope } from '../jinja/jinja.ts';
import { Relation } from '../jinja/relation.ts';
import { bookkeepingOf } from './bookkeeping.ts';
import type { ModelNode } from './manifest.ts';
import { parseModelConfig } from './model-config.ts';
import { asList, configFor } from './project-file.ts';
import type { ModelProperties } from './properties.ts';
import { promiseOf } from './view-promise.ts';
import { lineOf, type ProjectFiles, type SqlFile } from './read-project.ts';

export const CTE_PREFIX = '__dbt__cte__';

interface ParseModelInput {
  readonly file: SqlFile;
  readonly files: ProjectFiles;
  readonly jinja: Jinja;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly properties: ModelProperties | undefined;
  readonly targetSchema: string;
  readonly log?: ((message: string) => void) | undefined;
}

/** Renders a model to learn its settings and what it reads. */
export function parseModel(input: ParseModelInput): ModelNode {
  const { file, files, jinja, vars, properties } = input;
  const folders = file.path.split('/').slice(0, -1);
  const fqn = [files.project.name, ...folders, file.name];
  const outside = { ...configFor(files.project.models, fqn), ...properties?.config };
  const inside: Record<string, unknown> = {};
  const refs = new Set<string>();
  const sources = new Set<string>();
  const describe = {
    name: file.name,
    path: file.path,
    original_file_path: file.file,
    fqn,
    resource_type: 'model',
  };

  const scope = (isIncremental: boolean): Scope => ({
    ref: (name) => {
      refs.add(name);
      return new Relation('', name);
    },
    source: (source, table) => {
      sources.add(`${source}.${table}`);
      return new Relation(source, table);
    },
    config: (values) => Object.assign(inside, values),
    configValue: (key) => inside[key] ?? outside[key],
    isIncremental,
    vars,
    self: new Relation('', file.name),
    model: describe,
    log: input.log,
  });
  // Both branches of is_incremental() count: a ref in either is an edge of the graph.
  jinja.render(file.file, file.source, scope(false));
  jinja.render(file.file, file.source, scope(true));

  const merged: Record<string, unknown> = { ...outside, ...inside };
  merged['tags'] = [...new Set([...asList(outside['tags']), ...asList(inside['tags'])])];
  const config = parseModelConfig({ file: file.file, line: lineOf(file.source, /\bconfig\s*\(/) }, merged);
  const schema = schemaOf(input, config.schema ?? null, { ...describe, config }, scope(false));
  const model: ModelNode = {
    name: file.name,
    file: file.file,
    fqn,
    source: file.source,
    config,
    relation:
      config.materialized === 'ephemeral'
        ? new Relation('', `${CTE_PREFIX}${file.name}`)
        : new Relation(schema, config.alias ?? file.name),
    description: properties?.description ?? '',
    columns: properties?.columns ?? [],
    refs: [...refs],
    sources: [...sources],
  };
  promiseOf(model);
  bookkeepingOf(model);
  return model;
}

function schemaOf(
  input: ParseModelInput,
  custom: string | null,
  node: Record<string, unknown>,
  scope: Scope,
): string {
  const { jinja, targetSchema } = input;
  if (jinja.macro('generate_schema_name') === undefined) {
    return custom === null ? targetSchema : `${targetSchema}_${custom}`;
  }
  return jinja.call('generate_schema_name', [custom, node], {}, scope).trim();
}
