import nunjucks from 'nunjucks';
import { TemplateError } from '../errors.ts';
import type { MacroDefinition } from './macro-files.ts';
import { explain, refusedGlobals } from './refused.ts';
import type { Relation } from './relation.ts';

/** What the functions of dbt mean while one model, test or macro is rendered. */
export interface Scope {
  readonly ref: (name: string) => Relation;
  readonly source: (source: string, table: string) => Relation;
  /** `{{ config(...) }}`; absent where the settings are known already. */
  readonly config?: (values: Record<string, unknown>) => void;
  readonly configValue?: (key: string) => unknown;
  readonly isIncremental: boolean;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly self: Relation;
  readonly model: Readonly<Record<string, unknown>>;
  /** Macros replaced for this rendering (dbt unit tests' `overrides.macros`). */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** What log() says. */
  readonly log?: ((message: string) => void) | undefined;
}

type Args = readonly unknown[];
interface Exportable {
  getExported(
    context: object,
    done: (error: Error | null, exported: Record<string, MacroFunction>) => void,
  ): void;
}
type MacroFunction = (...args: unknown[]) => unknown;

/** Thrown by `{{ return(value) }}` and caught around the macro: nunjucks' own macros can only return text. */
class MacroReturn extends Error {
  readonly value: unknown;
  constructor(value: unknown) {
    super('return() can only be used inside a macro');
    this.value = value;
  }
}

/** Keyword arguments arrive from nunjucks as a last argument marked `__keywords`. */
function splitKeywords(args: Args): { positional: Args; keywords: Record<string, unknown> } {
  const last = args.at(-1);
  if (typeof last !== 'object' || last === null || !('__keywords' in last))
    return { positional: args, keywords: {} };
  const { __keywords: _mark, ...keywords } = last as Record<string, unknown>;
  return { positional: args.slice(0, -1), keywords };
}

/** Jinja's values are untyped; nunjucks hands over strings, or String objects for what macros return. */
function textOf(value: unknown): string {
  return `${value as string}`;
}

export interface JinjaOptions {
  readonly projectName: string;
  readonly target: Readonly<Record<string, unknown>>;
  readonly fullRefresh: boolean;
}

/**
 * Renders a project's Jinja with nunjucks. Rendering is synchronous, so one environment serves the whole project: the
 * functions of dbt look at the scope of the rendering under way.
 */
export class Jinja {
  readonly #env = new nunjucks.Environment(null, { autoescape: false, throwOnUndefined: true, dev: true });
  readonly #templates = new Map<string, nunjucks.Template>();
  readonly #macros: ReadonlyMap<string, MacroDefinition>;
  readonly #options: JinjaOptions;
  #scope: Scope | undefined;

  /** `macros`: a later definition of the same name wins, as the project's over dbt's own. */
  constructor(macros: readonly MacroDefinition[], options: JinjaOptions) {
    this.#options = options;
    this.#macros = new Map(macros.map((macro) => [macro.name, macro]));
    for (const [name, value] of refusedGlobals()) this.#env.addGlobal(name, value);
    this.#addFunctions();
    for (const macro of this.#macros.values()) this.#env.addGlobal(macro.name, this.#load(macro));
  }

  macro(name: string): MacroDefinition | undefined {
    return this.#macros.get(name);
  }

  /** @throws TemplateError naming file and line. */
  render(file: string, source: string, scope: Scope): string {
    return this.#within(scope, () => {
      const key = `${file}\n${source}`;
      try {
        const template = this.#templates.get(key) ?? new nunjucks.Template(source, this.#env, file, true);
        this.#templates.set(key, template);
        return template.render(
          Object.fromEntries(
            Object.entries(scope.overrides ?? {}).map(([name, value]) => [name, () => value]),
          ),
        );
      } catch (error) {
        throw asTemplateError(file, source, error);
      }
    });
  }

  /** Calls a macro by name, with keyword arguments (`keywords`) after the positional ones. */
  call(name: string, positional: Args, keywords: Readonly<Record<string, unknown>>, scope: Scope): string {
    return this.#within(scope, () => {
      const macro = this.#env.getGlobal(name) as MacroFunction;
      return String(macro(...positional, { ...keywords, __keywords: true }));
    });
  }

  #within<T>(scope: Scope, render: () => T): T {
    const outer = this.#scope;
    this.#enter(scope);
    try {
      return render();
    } finally {
      this.#enter(outer);
    }
  }

  #enter(scope: Scope | undefined): void {
    this.#scope = scope;
    this.#env.addGlobal('this', scope?.self);
    this.#env.addGlobal('model', scope?.model);
  }

  get #current(): Scope {
    if (this.#scope === undefined)
      throw new Error('this can only be used inside a model, a test or a macro they call');
    return this.#scope;
  }

  #addFunctions(): void {
    const add = (name: string, value: unknown): unknown => this.#env.addGlobal(name, value);
    add('ref', (...args: Args) => {
      const { positional, keywords } = splitKeywords(args);
      if (Object.keys(keywords).length > 0) throw new Error('ref() with a version is not supported');
      const [first, second] = positional.map(String);
      if (first === undefined) throw new Error("ref() needs the model's name");
      if (second === undefined) return this.#current.ref(first);
      if (first !== this.#options.projectName)
        throw new Error(`ref('${first}', …): packages are not supported`);
      return this.#current.ref(second);
    });
    add('source', (source: unknown, table: unknown) => {
      if (source === undefined || table === undefined)
        throw new Error('source() needs two names: source and table');
      return this.#current.source(textOf(source), textOf(table));
    });

    const config = (...args: Args): string => {
      const { positional, keywords } = splitKeywords(args);
      this.#current.config?.({ ...(positional[0] as Record<string, unknown> | undefined), ...keywords });
      return '';
    };
    const get = (key: string, otherwise: unknown = ''): unknown =>
      this.#current.configValue?.(key) ?? otherwise;
    add('config', Object.assign(config, { get, require: get }));

    const variable = (name: unknown, otherwise?: unknown): unknown => {
      const value = this.#current.vars[String(name)] ?? otherwise;
      if (value === undefined) {
        throw new Error(
          `var('${String(name)}') is not set: add it to vars in dbt_project.yml, or give a default`,
        );
      }
      return value;
    };
    add(
      'var',
      Object.assign(variable, { has_var: (name: unknown) => this.#current.vars[String(name)] !== undefined }),
    );
    add('is_incremental', () => {
      const override = this.#current.overrides?.['is_incremental'];
      return typeof override === 'boolean' ? override : this.#current.isIncremental;
    });
    add('log', (message: unknown) => {
      this.#current.log?.(String(message));
      return '';
    });
    add('exceptions', {
      raise_compiler_error: (message: unknown) => {
        throw new Error(String(message));
      },
      warn: (message: unknown) => {
        this.#current.log?.(String(message));
        return '';
      },
    });
    add('return', (value: unknown) => {
      throw new MacroReturn(value);
    });
    add('target', this.#options.target);
    add('flags', { FULL_REFRESH: this.#options.fullRefresh });
    add('execute', true);
    add('True', true);
    add('False', false);
    add('None', null);
    this.#env.addFilter('tojson', (value: unknown) => JSON.stringify(value));
    for (const native of ['as_bool', 'as_number', 'as_text', 'as_native']) {
      this.#env.addFilter(native, (value: unknown) => value);
    }
  }

  #load(macro: MacroDefinition): MacroFunction {
    let exported: MacroFunction | undefined;
    try {
      const template = new nunjucks.Template(macro.source, this.#env, macro.file, true);
      (template as unknown as Exportable).getExported({}, (error, macros) => {
        if (error) throw error;
        exported = macros[macro.name];
      });
    } catch (error) {
      throw asTemplateError(macro.file, macro.source, error);
    }
    const run = exported;
    if (run === undefined) throw new TemplateError(macro, `macro ${macro.name} cannot be read`);
    return (...args) => {
      try {
        const text = run(...args);
        // nunjucks marks a macro's text as safe for HTML with a String object, which no `===` equals.
        return textOf(text);
      } catch (error) {
        if (error instanceof MacroReturn) return error.value;
        const reason = error instanceof Error ? error.message : String(error);
        if (reason.startsWith('in macro ')) throw error;
        throw new Error(`in macro ${macro.name} (${macro.file}:${macro.line}): ${explain(reason)}`, {
          cause: error,
        });
      }
    };
  }
}

interface NunjucksError extends Error {
  readonly lineno?: number;
}

function asTemplateError(file: string, source: string, error: unknown): TemplateError {
  if (error instanceof TemplateError) return error;
  const thrown = error as NunjucksError;
  const inner = thrown.cause instanceof Error ? thrown.cause : undefined;
  const message = inner?.message ?? thrown.message.replace(/^\(.*\)(?: \[Line.*\])?\n\s*/, '');
  // nunjucks' own errors count lines from 1; what a function throws while rendering is wrapped and counted from 0.
  const counted = inner === undefined ? 0 : 1;
  let line = thrown.lineno === undefined ? 0 : thrown.lineno + counted;
  const missing = /^(?:filter|test) not found: (\w+)/.exec(message)?.[1];
  if (missing !== undefined) {
    // These are looked up before anything is rendered and come without a line.
    line = source.slice(0, source.search(new RegExp(`(\\||\\bis\\b)\\s*${missing}\\b`))).split('\n').length;
  }
  return new TemplateError({ file, line }, explain(message), error);
}
