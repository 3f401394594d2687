import type { SecurityContext } from '../../access.ts';
import { viewTables, type MetaView, type ViewTable } from '../columns.ts';
import type { RewriteSession } from '../rewriter.ts';
import { parameterLiteral } from './quoting.ts';
import { refuse } from './refusal.ts';
import { Recent } from './recent.ts';
import { splitSelect, type CubeSelect } from './cube-select.ts';

interface CubeContext {
  readonly securityContext: SecurityContext;
  readonly requestId: string;
}

interface SqlGenerator {
  fullKeyQueryAggregateMeasures(): Record<
    'multipliedMeasures' | 'cumulativeMeasures' | 'multiStageMembers',
    readonly { readonly measure?: unknown; readonly name?: unknown }[]
  >;
}

/** What is used of Cube's compiler API (`core.getCompilerApi(context)`), which comes without types. */
export interface CompilerApi {
  metaConfig(context: CubeContext, options: object): Promise<MetaView[]>;
  applyRowLevelSecurity(
    query: object,
    evaluated: object,
    context: CubeContext,
  ): Promise<{ query: object; denied: boolean }>;
  getSqlGenerator(query: object): Promise<{
    sqlGenerator: SqlGenerator;
    compilers: { compiler: { withQuery<T>(generator: SqlGenerator, run: () => T): T } };
  }>;
  getSql(
    query: object,
    options: { exportAnnotatedSql: true },
  ): Promise<{ sql: [string, unknown[]]; aliasNameToMember: Record<string, string> }>;
}

export interface CompilerOptions {
  /** `core.getCompilerApi` of the running Cube. */
  readonly compilerApi: (context: CubeContext) => Promise<unknown>;
  /** Compiled SELECTs kept; the least recently used goes first. Default 2,000, of some kilobytes each. */
  readonly cached?: number;
}

const REQUEST = 'sql-api';

/**
 * Asks Cube what to read for members of a view: Cube's own grouped SELECT over them, under the access policies of the
 * session, taken apart. The same way a REST query is compiled, so the same tables, joins, formulas and filters.
 */
export class ModelCompiler {
  readonly #api: CompilerOptions['compilerApi'];
  readonly #views: Recent<Promise<readonly ViewTable[]>>;
  readonly #selects: Recent<Promise<CubeSelect>>;

  constructor({ compilerApi, cached = 2_000 }: CompilerOptions) {
    this.#api = compilerApi;
    this.#views = new Recent(cached);
    this.#selects = new Recent(cached);
  }

  /** The views with the members the session may see. */
  views(session: RewriteSession): Promise<readonly ViewTable[]> {
    const key = JSON.stringify(session.securityContext);
    return this.#views.of(key, async () => {
      const context = { securityContext: session.securityContext, requestId: REQUEST };
      const api = (await this.#api(context)) as CompilerApi;
      const meta = await api.metaConfig(context, { requestId: REQUEST });
      const tables = viewTables(meta);
      const shown = new Set(tables.map(({ name }) => name));
      // A view that is hidden from the session is known, too: without columns it is refused, and never left to the backend.
      const hidden = meta.filter(({ config }) => config.type === 'view' && !shown.has(config.name));
      return [...tables, ...hidden.map(({ config }) => ({ name: config.name, comment: '', columns: [] }))];
    });
  }

  /** `members` are names within the view, at least one. Throws Refusal where Cube's SELECT is not one over its rows. */
  select(view: string, members: Members, session: RewriteSession): Promise<CubeSelect> {
    const key = JSON.stringify([view, members, session.securityContext, session.timeZone]);
    return this.#selects.of(key, () => this.#compile(view, members, session));
  }

  async #compile(view: string, members: Members, session: RewriteSession): Promise<CubeSelect> {
    const context = { securityContext: session.securityContext, requestId: REQUEST };
    const api = (await this.#api(context)) as CompilerApi;
    const query = (): object => ({
      measures: members.measures.map((name) => `${view}.${name}`),
      dimensions: members.dimensions.map((name) => `${view}.${name}`),
      timezone: session.timeZone,
    });
    const { query: secured } = await api.applyRowLevelSecurity(query(), query(), context);
    const full = {
      ...secured,
      contextSymbols: { securityContext: session.securityContext },
      convertTzForRawTimeDimension: true,
      disableExternalPreAggregations: true,
      requestId: REQUEST,
    };
    await refuseOtherPlans(api, full, view);
    const { sql, aliasNameToMember } = await api.getSql(full, { exportAnnotatedSql: true });
    const [text, parameters] = sql;
    const filled = text.replace(/\$(\d+)\$/g, (_whole, index: string) =>
      parameterLiteral(parameters[Number(index)]),
    );
    return splitSelect(filled, aliasNameToMember, view);
  }
}

export interface Members {
  readonly dimensions: readonly string[];
  readonly measures: readonly string[];
}

/**
 * Measures that Cube does not compute in one pass over its rows (over a join that repeats them, over rolling windows, in
 * stages) cannot be evaluated over those rows.
 */
async function refuseOtherPlans(api: CompilerApi, query: object, view: string): Promise<void> {
  const { sqlGenerator, compilers } = await api.getSqlGenerator(query);
  const plan = compilers.compiler.withQuery(sqlGenerator, () => sqlGenerator.fullKeyQueryAggregateMeasures());
  const several = [...plan.multipliedMeasures, ...plan.cumulativeMeasures, ...plan.multiStageMembers];
  if (several.length > 0) {
    refuse(
      '0A000',
      `These columns of "${view}" together are computed in several steps (their joins repeat rows, or a measure runs over a ` +
        'window of time), which the SQL API cannot put into a larger statement',
      'Ask for them over the REST API, or leave out the columns of the joined table.',
    );
  }
}
