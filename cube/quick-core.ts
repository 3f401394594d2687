import { createRequire } from 'node:module';

import type { SecurityContext } from './access.ts';
import type { CubeCore, CubePackages } from './cube-packages.ts';
import { Recent } from './sql-api/rewrite/recent.ts';

interface QueryContext {
  readonly securityContext: SecurityContext;
  readonly requestId?: string;
}

interface SqlGenerator {
  collectAllMemberNames(): readonly string[];
}

/** What is used here of Cube's compiler API, which comes without types. */
interface CompilerApi {
  metaConfig(context: QueryContext, options: object): Promise<unknown>;
  applyRowLevelSecurity(query: object, evaluated: object, context: QueryContext): Promise<unknown>;
  getSqlGenerator(query: object): Promise<{
    sqlGenerator: SqlGenerator;
    compilers: { compiler: { withQuery<T>(generator: SqlGenerator, run: () => T): T } };
  }>;
  getSql(query: object, options?: object): Promise<{ memberNames: readonly string[] }>;
}

interface OrchestratorApi {
  getQueryOrchestrator(): { getQueryCache(): { startRenewCycle(...args: unknown[]): void } };
}

interface PreAggregations {
  findPreAggregationForQuery(): unknown;
  preAggregationsDescription(): unknown[];
  rollupMatchResults(): unknown[];
  canUseTransformedQuery(): unknown;
}

type Core = new (options: ConstructorParameters<CubePackages['CubeCore']>[0]) => CubeCore & {
  createCompilerApi(...args: unknown[]): CompilerApi;
  createOrchestratorApi(...args: unknown[]): OrchestratorApi;
};
type Dialect = new (...args: unknown[]) => { newPreAggregations(): PreAggregations };

/** Rights whose view of the model is kept: roles, and the teams and managers of heads and managers. */
const RIGHTS_KEPT = 200;

/**
 * Cube's core without the work whose result nobody needs: a page of the dashboard is thirty queries, and for each of them that work
 * took longer than all the rest. The answers are the same.
 */
export function quickCore(CubeCoreClass: CubePackages['CubeCore']): CubePackages['CubeCore'] {
  return class extends (CubeCoreClass as unknown as Core) {
    override createCompilerApi(...args: unknown[]): CompilerApi {
      const api = super.createCompilerApi(...args);
      return Object.assign(api, quickRights(api));
    }

    override createOrchestratorApi(...args: unknown[]): OrchestratorApi {
      const api = super.createOrchestratorApi(...args);
      // After each answer Cube looks whether it is still good and asks the database again if not. Here none is kept longer than a second,
      // so what took until the next one was asked for twice.
      api.getQueryOrchestrator().getQueryCache().startRenewCycle = () => undefined;
      return api;
    }
  };
}

function quickRights(api: CompilerApi): Pick<CompilerApi, 'metaConfig' | 'applyRowLevelSecurity'> {
  const metaConfig = api.metaConfig.bind(api);
  const metas = new Recent<Promise<unknown>>(RIGHTS_KEPT);
  return {
    applyRowLevelSecurity: api.applyRowLevelSecurity.bind(namesOnly(api)),
    // What a role may see of the model changes with the model alone, which is read at the start.
    metaConfig(context, options) {
      const key = JSON.stringify([context.securityContext, { ...options, requestId: undefined }]);
      return metas.of(key, () => metaConfig(context, options));
    },
  };
}

/**
 * The policies of a session are found by the names of the members alone. For these Cube's own way builds the whole query, with its
 * rollups and cache keys, and throws it away.
 */
function namesOnly<A extends Pick<CompilerApi, 'getSqlGenerator'>>(api: A): A {
  const own: Pick<CompilerApi, 'getSql'> = {
    async getSql(query) {
      const { sqlGenerator, compilers } = await api.getSqlGenerator(query);
      const names = (): readonly string[] => sqlGenerator.collectAllMemberNames();
      return { memberNames: compilers.compiler.withQuery(sqlGenerator, names) };
    },
  };
  return Object.assign(Object.create(api) as A, own);
}

/** Cube's way of writing Postgres, without its search for a rollup, several times a query: for a model that has none. */
export function dialectWithoutRollups(): Dialect {
  const here = createRequire(import.meta.url);
  const server = createRequire(here.resolve('@cubejs-backend/server'));
  const core = createRequire(server.resolve('@cubejs-backend/server-core'));
  const { PostgresQuery } = core('@cubejs-backend/schema-compiler') as { PostgresQuery: Dialect };
  return class extends PostgresQuery {
    override newPreAggregations(): PreAggregations {
      return Object.assign(super.newPreAggregations(), {
        findPreAggregationForQuery: () => undefined,
        preAggregationsDescription: () => [],
        rollupMatchResults: () => [],
        canUseTransformedQuery: () => undefined,
      });
    }
  };
}
