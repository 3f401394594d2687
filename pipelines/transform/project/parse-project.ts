import { DuplicateModelError, ProjectInvalidError } from '../errors.ts';
import { modelOrder } from '../graph/model-order.ts';
import { BUILTIN_TESTS } from '../jinja/builtin-tests.ts';
import { Jinja } from '../jinja/jinja.ts';
import { splitMacros } from '../jinja/macro-files.ts';
import { Relation } from '../jinja/relation.ts';
import { parseDataTests } from './data-tests.ts';
import type { Manifest, ModelNode, SourceTable } from './manifest.ts';
import { parseModel } from './parse-model.ts';
import { projectVars } from './project-file.ts';
import type { ModelProperties } from './properties.ts';
import { lineOf, readProject, readTexts, type ProjectFiles, type ProjectTexts } from './read-project.ts';

export interface ParseOptions {
  /** Override the vars of dbt_project.yml. */
  readonly vars?: Readonly<Record<string, unknown>> | undefined;
  readonly fullRefresh?: boolean;
  /** Schema of models that name none and have no generate_schema_name macro. */
  readonly targetSchema?: string;
  readonly log?: ((message: string) => void) | undefined;
}

/** The projects parsed last: most builds of a process are of the same files, and parsing costs more than a small build. */
const parsed = new Map<string, Manifest>();
const KEPT = 4;

/**
 * Reads and checks a dbt project without a database. The same files and options give the same object.
 *
 * @throws ProjectInvalidError, TemplateError, DuplicateModelError, UnknownRefError, UnknownSourceError, ModelCycleError
 */
export async function parseProject(dir: string, options: ParseOptions = {}): Promise<Manifest> {
  const texts = await readTexts(dir);
  const { vars, fullRefresh, targetSchema } = options;
  const key = JSON.stringify([dir, texts.digest, vars, fullRefresh, targetSchema]);
  const manifest = parsed.get(key) ?? parseTexts(texts, options);
  parsed.delete(key);
  parsed.set(key, manifest);
  for (const oldest of [...parsed.keys()].slice(0, -KEPT)) parsed.delete(oldest);
  return manifest;
}

function parseTexts(texts: ProjectTexts, options: ParseOptions): Manifest {
  const files = readProject(texts);
  const targetSchema = options.targetSchema ?? 'public';
  const macros = [BUILTIN_TESTS, ...files.macros, ...files.genericTests].flatMap(splitMacros);
  const jinja = new Jinja(macros, {
    projectName: files.project.name,
    target: { name: 'voronka', profile_name: 'voronka', type: 'postgres', schema: targetSchema },
    fullRefresh: options.fullRefresh ?? false,
  });
  const vars = { ...projectVars(files.project), ...options.vars };
  const properties = propertiesByModel(files);
  const sources = readSources(files);

  const nodes = new Map<string, ModelNode>();
  for (const file of files.models) {
    const twin = nodes.get(file.name);
    if (twin) throw new DuplicateModelError(file.name, [twin.file, file.file]);
    const model = parseModel({
      file,
      files,
      jinja,
      vars,
      properties: properties.get(file.name),
      targetSchema,
      log: options.log,
    });
    if (model.config.enabled) nodes.set(model.name, model);
  }
  const { models, children } = modelOrder(nodes, sources);
  const known = new Set(files.models.map((file) => file.name));
  for (const { file, text, content } of files.properties) {
    const unknown = content.models.find((model) => !known.has(model.name));
    if (unknown) {
      const message = `describes the model "${unknown.name}", but there is no ${unknown.name}.sql`;
      throw new ProjectInvalidError([
        { file, line: lineOf(text, new RegExp(`name:\\s*${unknown.name}\\b`)), message },
      ]);
    }
  }
  return {
    projectName: files.project.name,
    jinja,
    vars,
    models,
    sources,
    children,
    tests: parseDataTests({ files, jinja, vars, models, sources }),
    unitTests: files.properties.flatMap(({ file, text, content }) =>
      content.unit_tests.map((test) => ({
        ...test,
        place: { file, line: lineOf(text, new RegExp(`name:\\s*${test.name}\\b`)) },
      })),
    ),
  };
}

function propertiesByModel(files: ProjectFiles): Map<string, ModelProperties> {
  const byName = new Map<string, ModelProperties & { readonly from: string }>();
  for (const { file, text, content } of files.properties) {
    for (const model of content.models) {
      const twin = byName.get(model.name);
      if (twin) {
        const line = lineOf(text, new RegExp(`name:\\s*${model.name}\\b`));
        throw new ProjectInvalidError([
          { file, line, message: `${model.name} is described in ${twin.from} as well` },
        ]);
      }
      byName.set(model.name, { ...model, from: file });
    }
  }
  return byName;
}

function readSources(files: ProjectFiles): Map<string, SourceTable> {
  const sources = new Map<string, SourceTable>();
  for (const { content } of files.properties) {
    for (const source of content.sources) {
      for (const table of source.tables) {
        const key = `${source.name}.${table.name}`;
        sources.set(key, {
          key,
          relation: new Relation(source.schema ?? source.name, table.identifier ?? table.name),
        });
      }
    }
  }
  return sources;
}
