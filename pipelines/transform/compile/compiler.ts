import { TemplateError } from '../errors.ts';
import type { Scope } from '../jinja/jinja.ts';
import type { Relation } from '../jinja/relation.ts';
import type { DataTest, Lookup, Manifest, ModelNode } from '../project/manifest.ts';
import { injectCtes, type Cte } from './inject-ctes.ts';

/** Where a model is read from: the table being built aside, or the published one. */
export type RelationOf = (model: string) => Relation;

export interface CompileOptions {
  readonly relationOf: RelationOf;
  readonly isIncremental?: boolean;
  /** Transaction id (xid8 as text) up to which the model has seen everything; '0' reads all rows. */
  readonly builtThrough?: string;
  /** Replaces a source's relation (unit tests' fixtures). */
  readonly sourceRelation?: (key: string) => Relation | undefined;
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly macroOverrides?: Readonly<Record<string, unknown>>;
  /** What `this` is; the published relation unless told. */
  readonly self?: Relation;
}

/** Renders models and tests to SQL that Postgres can run: ephemeral models are put in front as common table expressions. */
export class Compiler {
  readonly #manifest: Manifest;
  readonly #log: ((message: string) => void) | undefined;

  constructor(manifest: Manifest, log?: (message: string) => void) {
    this.#manifest = manifest;
    this.#log = log;
  }

  model(model: ModelNode, options: CompileOptions): string {
    const ephemerals = new Map<string, Cte>();
    const sql = this.#render(model, options, ephemerals);
    return injectCtes(sql, [...ephemerals.values()]);
  }

  /** A hook of a model: Jinja in a setting, rendered with the model's own `this`. */
  hook(model: ModelNode, hook: string, options: CompileOptions): string {
    const scope = this.#scope(model, options, new Map());
    return this.#manifest.jinja.render(`${model.file} (hook)`, hook, scope).trim();
  }

  /** `changedRows` (model → relation) renders a test that can look at these alone; it must have `renderChanged`. */
  test(test: DataTest, relationOf: RelationOf, changedRows?: Readonly<Record<string, string>>): string {
    const ephemerals = new Map<string, Cte>();
    const lookup: Lookup = {
      ref: (name) => this.#ref(name, { relationOf }, ephemerals),
      source: (source, table) => this.#source(`${source}.${table}`, { relationOf }),
    };
    const sql =
      changedRows !== undefined && test.renderChanged !== undefined
        ? test.renderChanged(lookup, changedRows)
        : test.render(lookup);
    return injectCtes(withoutSemicolon(sql, test.place.file), [...ephemerals.values()]);
  }

  #render(model: ModelNode, options: CompileOptions, ephemerals: Map<string, Cte>): string {
    const { jinja } = this.#manifest;
    return withoutSemicolon(
      jinja.render(model.file, model.source, this.#scope(model, options, ephemerals)),
      model.file,
    );
  }

  #scope(model: ModelNode, options: CompileOptions, ephemerals: Map<string, Cte>): Scope {
    const { vars } = this.#manifest;
    return {
      ref: (name) => this.#ref(name, options, ephemerals),
      source: (source, table) => this.#source(`${source}.${table}`, options),
      configValue: (key) => model.config[key as keyof typeof model.config],
      isIncremental: options.isIncremental ?? false,
      vars: { ...vars, built_through: options.builtThrough ?? '0', ...options.vars },
      self: options.self ?? model.relation,
      log: this.#log,
      model: { name: model.name, original_file_path: model.file, fqn: model.fqn, resource_type: 'model' },
      ...(options.macroOverrides && { overrides: options.macroOverrides }),
    };
  }

  #ref(name: string, options: CompileOptions, ephemerals: Map<string, Cte>): Relation {
    const model = this.#manifest.models.get(name);
    // The manifest has checked every ref; only one that a var or a macro makes up while rendering gets here.
    if (model === undefined) throw new Error(`ref('${name}') names no model of the project`);
    if (model.config.materialized !== 'ephemeral') return options.relationOf(name);
    const replaced = options.relationOf(name);
    if (replaced.identifier !== model.relation.identifier) return replaced;
    if (!ephemerals.has(name)) {
      // Its own ephemeral parents are added first, so that each expression stands after what it reads.
      const sql = this.#render(model, { ...options, isIncremental: false, self: model.relation }, ephemerals);
      ephemerals.set(name, { name: model.relation.identifier, sql });
    }
    return model.relation;
  }

  #source(key: string, options: CompileOptions): Relation {
    const source = this.#manifest.sources.get(key);
    if (source === undefined) throw new Error(`source ${key} is not declared`);
    return options.sourceRelation?.(key) ?? source.relation;
  }
}

function withoutSemicolon(sql: string, file: string): string {
  if (/;\s*$/.test(sql)) {
    throw new TemplateError(
      { file, line: 0 },
      'ends with a semicolon; a model or test is one query without it',
    );
  }
  return sql.trim();
}
