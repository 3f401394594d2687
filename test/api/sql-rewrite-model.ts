import { configureEnvironment } from '../../cube/environment.ts';
import { contextToGroups, type SecurityContext } from '../../cube/auth.ts';
import { loadCubePackages } from '../../cube/cube-packages.ts';
import type { ModelFile } from '../../cube/model-files.ts';
import { installPortable } from '../../cube/portable/index.ts';
import { createRewriter } from '../../cube/sql-api/rewrite/index.ts';
import { loadParser, parseStatements } from '../../cube/sql-api/parser.ts';
import type { RewriteOutcome, StatementRewriter } from '../../cube/sql-api/rewriter.ts';

export interface RewriterOverModel {
  readonly rewriter: StatementRewriter;
  /** `core.getCompilerApi`, to ask Cube directly. */
  readonly compilerApi: (context: object) => Promise<unknown>;
  rewrite(sql: string, securityContext: SecurityContext): Promise<RewriteOutcome>;
}

/** The rewriter over a data model in this process, without a server. One per test file. */
export async function rewriterOverModel(
  files: readonly ModelFile[],
  timeZone: string,
): Promise<RewriterOverModel> {
  configureEnvironment({ timeZone });
  const packages = loadCubePackages(() => undefined);
  installPortable(packages.native, { force: true });
  const core = new packages.CubeCore({
    repositoryFactory: () => ({ localPath: () => 'model', dataSchemaFiles: () => Promise.resolve(files) }),
    apiSecret: 'a secret that nothing is signed with here',
    devServer: false,
    telemetry: false,
    cacheAndQueueDriver: 'memory',
    scheduledRefreshTimer: false,
    logger: () => undefined,
    driverFactory: () => ({ type: 'postgres' }),
    contextToGroups: (context: { securityContext?: SecurityContext }) => contextToGroups(context),
  } as never);
  await loadParser();
  const compilerApi = (context: object): Promise<unknown> => core.getCompilerApi(context);
  const rewriter = createRewriter({ compilerApi });
  return {
    rewriter,
    compilerApi,
    rewrite(sql, securityContext) {
      const [statement, ...more] = parseStatements(sql);
      if (statement === undefined || more.length > 0) throw new Error('one statement at a time');
      return rewriter.rewrite(statement, { securityContext, timeZone });
    },
  };
}

export const EXECUTIVE: SecurityContext = { role: 'executive', teams: [], managers: [] };
