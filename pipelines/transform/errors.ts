import { VoronkaError } from '../errors.ts';

/** Where in the dbt project something is wrong; `line` is 1-based, 0 when only the file is known. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export const at = ({ file, line }: Place): string => (line > 0 ? `${file}:${line}` : file);

/** A file of the dbt project cannot be read as what it should be. Lists every mistake found in it. */
export class ProjectInvalidError extends VoronkaError {
  readonly problems: readonly (Place & { readonly message: string })[];

  constructor(problems: readonly (Place & { readonly message: string })[]) {
    super(problems.map((problem) => `${at(problem)}: ${problem.message}`).join('\n'), {
      code: 'DBT_PROJECT_INVALID',
      retry: 'never',
      context: { problems },
    });
    this.problems = problems;
  }
}

/** Jinja in a model, macro or test cannot be rendered. */
export class TemplateError extends VoronkaError {
  constructor(place: Place, reason: string, cause?: unknown) {
    super(`${at(place)}: ${reason}`, {
      code: 'TEMPLATE_INVALID',
      retry: 'never',
      context: { ...place, reason },
      cause,
    });
  }
}

export class DuplicateModelError extends VoronkaError {
  constructor(name: string, files: readonly [string, string]) {
    super(`Two models are named "${name}": ${files[0]} and ${files[1]}. Rename one of them.`, {
      code: 'MODEL_DUPLICATE',
      retry: 'never',
      context: { name, files },
    });
  }
}

export class UnknownRefError extends VoronkaError {
  constructor(place: Place, name: string, similar: string | undefined) {
    super(
      `${at(place)}: ref('${name}') names no model of the project.` +
        (similar === undefined ? '' : ` Did you mean '${similar}'?`),
      { code: 'REF_UNKNOWN', retry: 'never', context: { ...place, name } },
    );
  }
}

export class UnknownSourceError extends VoronkaError {
  constructor(place: Place, source: string, table: string, known: readonly string[]) {
    super(
      `${at(place)}: source('${source}', '${table}') is not declared. Add it under "sources:" in a .yml file of the ` +
        `project. Declared: ${known.length === 0 ? 'none' : known.join(', ')}.`,
      { code: 'SOURCE_UNKNOWN', retry: 'never', context: { ...place, source, table } },
    );
  }
}

export class ModelCycleError extends VoronkaError {
  /** `steps`: each model with the place of the ref to the next one; the last refers to the first. */
  constructor(steps: readonly (Place & { readonly name: string })[]) {
    const names = steps.map((step) => step.name);
    super(
      `Models refer to each other in a circle: ${[...names, names[0]].join(' -> ')}. ` +
        `The references stand at ${steps.map(at).join(', ')}; remove one of them.`,
      { code: 'MODEL_CYCLE', retry: 'never', context: { names } },
    );
  }
}

export class SelectorError extends VoronkaError {
  constructor(selector: string, reason: string) {
    super(`--select ${selector}: ${reason}`, {
      code: 'SELECTOR_INVALID',
      retry: 'never',
      context: { selector },
    });
  }
}

/** Postgres refused the SQL of a model, test or hook. */
export class ModelSqlError extends VoronkaError {
  constructor(what: string, file: string, reason: string, excerpt: string, cause: unknown) {
    super(`${what} (${file}): Postgres says: ${reason}${excerpt === '' ? '' : `\n${excerpt}`}`, {
      code: 'MODEL_SQL',
      retry: 'never',
      context: { what, file },
      cause,
    });
  }
}

export class ModelNotBuiltError extends VoronkaError {
  constructor(model: string, missing: string) {
    super(
      `Model "${model}" reads "${missing}", which has never been built. Build both: --select +${model}, or build everything.`,
      { code: 'MODEL_NOT_BUILT', retry: 'never', context: { model, missing } },
    );
  }
}

export class SourceMissingError extends VoronkaError {
  constructor(model: string, file: string, relation: string) {
    super(
      `Model "${model}" (${file}) reads ${relation}, which does not exist. Run a sync of the source first, ` +
        `or the migrations if they have not been run.`,
      { code: 'SOURCE_MISSING', retry: 'later', context: { model, relation } },
    );
  }
}

export class BuildTablesMissingError extends VoronkaError {
  constructor(cause: unknown) {
    super(
      'The tables that record builds (ops.builds, …) are missing: run the migrations of this database first.',
      {
        code: 'BUILD_TABLES_MISSING',
        retry: 'never',
        cause,
      },
    );
  }
}

export class BuildBusyError extends VoronkaError {
  constructor(waitedMs: number) {
    super(
      `Another build of this database is running; gave up after waiting ${Math.round(waitedMs / 1000)} s.`,
      {
        code: 'BUILD_BUSY',
        retry: 'later',
        context: { waitedMs },
      },
    );
  }
}

export interface Blocker {
  readonly pid: number;
  readonly user: string;
  readonly application: string;
  readonly state: string;
  readonly relation: string;
}

/** Readers kept their locks for longer than the build was told to wait, on relations that cannot be replaced row by row. */
export class PublishBlockedError extends VoronkaError {
  constructor(relations: readonly string[], blockers: readonly Blocker[], waitedMs: number) {
    const who = blockers.map(
      (b) => `pid ${b.pid} (${b.user}, ${b.application}, ${b.state}, reads ${b.relation})`,
    );
    super(
      `The build is ready but could not be published within ${Math.round(waitedMs / 1000)} s: the columns of ` +
        `${relations.join(', ')} changed, and readers hold them: ${who.join('; ') || 'unknown'}. Nothing was changed. ` +
        `End those sessions or wait for them, then build again.`,
      { code: 'PUBLISH_BLOCKED', retry: 'later', context: { relations, blockers } },
    );
  }
}

/** Something outside the project (a view made by hand, a foreign key) is bound to a table whose columns changed. */
export class DependentsError extends VoronkaError {
  constructor(relation: string, dependents: readonly string[]) {
    super(
      `The columns or the definition of ${relation} changed, but objects outside the project depend on it: ${dependents.join(', ')}. ` +
        `Drop them, build, and create them again; the build does not drop what it did not make.`,
      { code: 'DEPENDENTS', retry: 'never', context: { relation, dependents } },
    );
  }
}

/** The session that builds was ended by somebody (the server, an administrator). Nothing was published. */
export class BuildConnectionLostError extends VoronkaError {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `The connection to Postgres was lost during the build (${reason}). Nothing was published; build again.`,
      {
        code: 'BUILD_CONNECTION_LOST',
        retry: 'later',
        cause,
      },
    );
  }
}

export class UnknownFunnelNamesError extends VoronkaError {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'), { code: 'FUNNEL_NAMES_UNKNOWN', retry: 'never', context: { problems } });
  }
}
