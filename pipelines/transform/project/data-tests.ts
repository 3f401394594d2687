import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ProjectInvalidError, UnknownRefError, UnknownSourceError, type Place } from '../errors.ts';
import { closest } from '../graph/closest.ts';
import type { Jinja, Scope } from '../jinja/jinja.ts';
import { Relation, quote } from '../jinja/relation.ts';
import type { DataTest, Lookup, ModelNode, SourceTable } from './manifest.ts';
import { configFor } from './project-file.ts';
import type { ColumnProperties, DataTestEntry } from './properties.ts';
import { lineOf, type ProjectFiles } from './read-project.ts';

const testConfig = z.strictObject({
  severity: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['error', 'warn']))
    .default('error'),
  where: z.string().optional(),
  enabled: z.boolean().default(true),
  name: z.string().optional(),
  description: z.string().optional(),
  // These change how dbt reports failures, not what fails.
  tags: z.unknown().optional(),
  meta: z.unknown().optional(),
  limit: z.number().optional(),
  store_failures: z.boolean().optional(),
});
const CONFIG_KEYS = Object.keys(testConfig.shape);

interface Input {
  readonly files: ProjectFiles;
  readonly jinja: Jinja;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly models: ReadonlyMap<string, ModelNode>;
  readonly sources: ReadonlyMap<string, SourceTable>;
}

/** Every data test of the project: those of the .yml files, then the singular ones. */
export function parseDataTests(input: Input): DataTest[] {
  const tests: DataTest[] = [];
  const subject = (
    kind: 'model' | 'source',
    name: string,
    expression: string,
    columns: readonly ColumnProperties[],
    own: readonly DataTestEntry[],
    file: { readonly file: string; readonly text: string },
  ): void => {
    const place = { file: file.file, line: lineOf(file.text, new RegExp(`name:\\s*${name}\\b`)) };
    const add = (entry: DataTestEntry, column?: ColumnProperties): void => {
      const test = genericTest(input, { place, kind, name, expression, entry, column });
      if (test) tests.push(test);
    };
    for (const entry of own) add(entry);
    for (const column of columns) {
      for (const entry of [...(column.data_tests ?? []), ...(column.tests ?? [])]) add(entry, column);
    }
  };
  for (const file of input.files.properties) {
    for (const model of file.content.models) {
      if (!input.models.has(model.name)) continue;
      const own = [...(model.data_tests ?? []), ...(model.tests ?? [])];
      subject('model', model.name, `ref('${model.name}')`, model.columns ?? [], own, file);
    }
    for (const source of file.content.sources) {
      for (const table of source.tables) {
        const own = [...(table.data_tests ?? []), ...(table.tests ?? [])];
        const expression = `source('${source.name}', '${table.name}')`;
        subject('source', table.name, expression, table.columns ?? [], own, file);
      }
    }
  }
  for (const file of input.files.tests) tests.push(...singularTest(input, file));
  const twin = tests.find((test, index) => tests.findIndex((other) => other.name === test.name) !== index);
  if (twin)
    throw invalid(twin.place, `two data tests are named ${twin.name}: remove one, or give one a "name"`);
  return tests;
}

interface GenericTest {
  readonly place: Place;
  readonly kind: 'model' | 'source';
  readonly name: string;
  /** What the test's `model` argument stands for, as Jinja. */
  readonly expression: string;
  readonly entry: DataTestEntry;
  readonly column: ColumnProperties | undefined;
}

function genericTest(
  input: Input,
  { place, kind, name, expression, entry, column }: GenericTest,
): DataTest | undefined {
  const keys =
    typeof entry === 'string' ? [entry] : Object.keys(entry).filter((key) => !CONFIG_KEYS.includes(key));
  const [test = '', ...more] = keys.filter((key) => key !== 'config' && key !== 'arguments');
  if (test === '' || more.length > 0)
    throw invalid(place, `a data test of ${name} must have one name, not: ${keys.join(', ')}`);
  const beside = typeof entry === 'string' ? {} : omit(entry, [test, 'config', 'arguments']);
  const body = typeof entry === 'string' ? {} : asMap(entry[test]);
  const besideConfig = typeof entry === 'string' ? {} : asMap(entry['config']);
  const args = { ...omit(body, ['config', 'arguments', ...CONFIG_KEYS]), ...asMap(body['arguments']) };
  const config = parseTestConfig(place, {
    ...testDefaults(input.files, name),
    ...pick(body, CONFIG_KEYS),
    ...asMap(body['config']),
    ...beside,
    ...besideConfig,
  });
  const macro = input.jinja.macro(`test_${test}`);
  if (macro === undefined) {
    throw invalid(
      place,
      `${name} has the data test "${test}", which is neither built in nor a {% test ${test} %} of the project`,
    );
  }
  if (!config.enabled) return undefined;

  const render = (lookup: Lookup): string => {
    const scope = testScope(input, lookup);
    const evaluate = (value: unknown): unknown => evaluateArgument(input.jinja, place, value, scope);
    const relation = String(evaluate(expression));
    const model =
      config.where === undefined
        ? relation
        : `(select * from ${relation} where ${config.where}) dbt_subquery`;
    const named =
      column === undefined
        ? {}
        : { column_name: column.quote === true ? `"${column.name}"` : quote(column.name) };
    const keywords = Object.fromEntries(Object.entries(args).map(([key, value]) => [key, evaluate(value)]));
    try {
      return input.jinja.call(macro.name, [], { model, ...named, ...keywords }, scope);
    } catch (error) {
      throw invalid(place, error instanceof Error ? error.message : String(error));
    }
  };
  return finish(input, place, config, {
    name:
      config.name ??
      testName(test, kind === 'model' ? name : `source_${name}`, {
        ...args,
        ...(column && { column_name: column.name }),
      }),
    model: kind === 'model' ? name : undefined,
    generic:
      kind === 'model'
        ? {
            macro: test,
            column:
              column === undefined
                ? undefined
                : column.quote === true
                  ? `"${column.name}"`
                  : quote(column.name),
            args,
            hasWhere: config.where !== undefined,
          }
        : undefined,
    render,
  });
}

function singularTest(input: Input, file: ProjectFiles['tests'][number]): DataTest[] {
  const place = { file: file.file, line: 0 };
  let own: Record<string, unknown> = {};
  const renderWith = (lookup: Lookup, vars: Readonly<Record<string, unknown>>): string =>
    input.jinja.render(file.file, file.source, {
      ...testScope(input, lookup),
      vars: { ...input.vars, ...vars },
      config: (values) => {
        own = values;
      },
    });
  const render = (lookup: Lookup): string => renderWith(lookup, {});
  render(recorder().lookup);
  const config = parseTestConfig(place, {
    ...testDefaults(input.files, ...file.path.split('/').slice(0, -1), file.name),
    ...own,
  });
  if (!config.enabled) return [];
  const test = finish(input, place, config, {
    name: file.name,
    model: undefined,
    generic: undefined,
    render,
  });
  if (!/\bof_changed_rows\s*\(/.test(file.source)) return [test];
  return [{ ...test, renderChanged: (lookup, changed_rows) => renderWith(lookup, { changed_rows }) }];
}

function finish(
  input: Input,
  place: Place,
  config: z.infer<typeof testConfig>,
  test: Pick<DataTest, 'name' | 'model' | 'generic' | 'render'>,
): DataTest {
  const { refs, sources, lookup } = recorder();
  test.render(lookup);
  const models = [...input.models.keys()];
  for (const ref of refs)
    if (!input.models.has(ref)) throw new UnknownRefError(place, ref, closest(ref, models));
  for (const key of sources) {
    const [source = '', table = ''] = key.split('.');
    if (!input.sources.has(key))
      throw new UnknownSourceError(place, source, table, [...input.sources.keys()]);
  }
  return { ...test, place, severity: config.severity, refs: [...refs], sources: [...sources] };
}

function recorder(): { refs: Set<string>; sources: Set<string>; lookup: Lookup } {
  const refs = new Set<string>();
  const sources = new Set<string>();
  const ref = (name: string): Relation => {
    refs.add(name);
    return new Relation('', name);
  };
  const source = (name: string, table: string): Relation => {
    sources.add(`${name}.${table}`);
    return new Relation(name, table);
  };
  return { refs, sources, lookup: { ref, source } };
}

function testScope(input: Input, lookup: Lookup): Scope {
  return {
    ...lookup,
    isIncremental: false,
    vars: input.vars,
    self: new Relation('', 'test'),
    model: { resource_type: 'test' },
  };
}

/** As dbt: a text that looks like ref(…), source(…) or var(…), or holds {{ … }}, is Jinja; everything else is itself. */
function evaluateArgument(jinja: Jinja, place: Place, value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => evaluateArgument(jinja, place, item, scope));
  if (typeof value !== 'string') return value;
  if (/^\s*(ref|var|source)\s*\(.+\)\s*$/.test(value))
    return jinja.render(place.file, `{{ ${value} }}`, scope);
  return value.includes('{{') ? jinja.render(place.file, value, scope) : value;
}

function parseTestConfig(place: Place, values: Record<string, unknown>): z.infer<typeof testConfig> {
  const parsed = testConfig.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new ProjectInvalidError(
    parsed.error.issues.map((issue) => ({
      ...place,
      message: `data test: ${issue.path.join('.')} ${issue.message}`,
    })),
  );
}

function testDefaults(files: ProjectFiles, ...path: string[]): Record<string, unknown> {
  return configFor(files.project.data_tests ?? files.project.tests, [files.project.name, ...path]);
}

/** dbt's scheme: test, model, then the arguments (the column is one) in alphabetical order; shortened with a hash when long. */
function testName(test: string, subject: string, args: Record<string, unknown>): string {
  const values = Object.keys(args)
    .sort()
    .flatMap((key) => args[key])
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)).replace(/\W+/g, '_'));
  const full = [`${test}_${subject}`, values.join('__')].filter((part) => part !== '').join('_');
  if (full.length <= 100) return full;
  const hash = createHash('md5').update(full).digest('hex').slice(0, 8);
  return `${full.slice(0, 90)}_${hash}`;
}

const invalid = (place: Place, message: string): ProjectInvalidError =>
  new ProjectInvalidError([{ ...place, message }]);

function asMap(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function omit(map: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

function pick(map: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => keys.includes(key)));
}
