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
  readonly preAggregations: { findPreAggregationForQuery(): unknown };
  readonly aliasNameToMember: Record<string, string>;
  buildSqlAndParams(exportAnnotatedSql: true): [string, unknown[]];
  collectAllMemberNames(): readonly string[];
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
  getSql(query: object): Promise<{ memberNames: readonly string[] }>;
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
    // By what is asked, not by how it is written: literals, grains and the order of columns are the statement's own affair.
    const sorted = { dimensions: [...members.dimensions].sort(), measures: [...members.measures].sort() };
    const key = JSON.stringify([view, sorted, session.securityContext, session.timeZone]);
    return this.#selects.of(key, () => this.#compile(view, sorted, session));
  }

  async #compile(view: string, members: Members, session: RewriteSession): Promise<CubeSelect> {
    const context = { securityContext: session.securityContext, requestId: REQUEST };
    const api = (await this.#api(context)) as CompilerApi;
    const query = (): object => ({
      measures: members.measures.map((name) => `${view}.${name}`),
      dimensions: members.dimensions.map((name) => `${view}.${name}`),
      timezone: session.timeZone,
    });
    const { query: secured } = await namesOnly(api).applyRowLevelSecurity(query(), query(), context);
    const full = {
      ...secured,
      contextSymbols: { securityContext: session.securityContext },
      convertTzForRawTimeDimension: true,
      disableExternalPreAggregations: true,
      requestId: REQUEST,
    };
    const { sqlGenerator, compilers } = await api.getSqlGenerator(full);
    const [text, parameters] = compilers.compiler.withQuery(sqlGenerator, () => {
      // The statement runs as it is: the tables of rollups have other names, which only Cube's orchestrator knows.
      sqlGenerator.preAggregations.findPreAggregationForQuery = () => undefined;
      refuseOtherPlans(sqlGenerator, view);
      return sqlGenerator.buildSqlAndParams(true);
    });
    const filled = text.replace(/\$(\d+)\$/g, (_whole, index: string) =>
      parameterLiteral(parameters[Number(index)]),
    );
    return splitSelect(filled, sqlGenerator.aliasNameToMember, view);
  }
}

export interface Members {
  readonly dimensions: readonly string[];
  readonly measures: readonly string[];
}

/**
 * The policies of a session are found by the names of the members alone. For these Cube's own way builds the whole query, with its
 * rollups and cache keys, which takes three times as long as all the rest.
 */
function namesOnly(api: CompilerApi): CompilerApi {
  const own = {
    async getSql(query: object): Promise<{ memberNames: readonly string[] }> {
      const { sqlGenerator, compilers } = await api.getSqlGenerator(query);
      const names = (): readonly string[] => sqlGenerator.collectAllMemberNames();
      return { memberNames: compilers.compiler.withQuery(sqlGenerator, names) };
    },
  };
  return Object.assign(Object.create(api) as CompilerApi, own);
}

/**
 * Measures that Cube does not compute in one pass over its rows (over a join that repeats them, over rolling windows, in
 * stages) cannot be evaluated over those rows.
 */
function refuseOtherPlans(sqlGenerator: SqlGenerator, view: string): void {
  const plan = sqlGenerator.fullKeyQueryAggregateMeasures();
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
