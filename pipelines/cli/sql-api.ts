import { createRewriter, readTlsContext, startNativeSqlApi, startSqlApi } from '../../cube/sql-api/index.ts';
import type { RunningCube } from '../../cube/server.ts';
import { parseDuration, type Config } from '../config/index.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { VoronkaError } from '../errors.ts';
import { readApiSecret } from './api-secret.ts';

export interface SqlApi {
  /** What to tell the user at start. */
  readonly said: string;
  stop(): Promise<void>;
}

const NONE: SqlApi = { said: '', stop: () => Promise.resolve() };

/**
 * The SQL API beside a running Cube. Where nobody asked for it (no `sql_api` in the configuration), what hinders it is told and no
 * reason to stop. Throws SqlApiListenError, SqlApiTlsError, TableTakenError, CatalogRightsError, NativeMissingError.
 */
export async function startSqlApiFor(
  config: Config,
  warehouse: Warehouse,
  cube: RunningCube,
): Promise<SqlApi> {
  const settings = config.sql_api;
  if (!settings.enabled) return NONE;
  const { host, port } = settings;
  const shared = { users: config.users, apiSecret: await readApiSecret(), port };
  if (settings.mode === 'cube') {
    const stop = await startNativeSqlApi({ cube, ...shared });
    return { said: `SQL (Cube's own) on port ${port}, every interface.`, stop };
  }
  try {
    const running = await startSqlApi({
      ...shared,
      host,
      tls: settings.tls && readTlsContext(settings.tls),
      timeZone: config.account.time_zone,
      pool: warehouse.pool,
      readerUrl: warehouse.readerUrl,
      views: cube.views,
      getCompilerApi: (context) => cube.getCompilerApi(context),
      rewriter: createRewriter({ compilerApi: (context) => cube.getCompilerApi(context) }),
      limits: {
        statementTimeoutMs: milliseconds(settings.statement_timeout),
        idleTimeoutMs: milliseconds(settings.idle_timeout),
        sessions: settings.max_sessions,
        sessionsPerUser: settings.max_sessions_per_user,
        backends: settings.max_connections,
      },
      onError: (doing, error) => process.stderr.write(`sql api: ${doing}: ${error.message}\n`),
    });
    const how = config.users.length > 0 ? 'a user of the configuration' : 'any user, a token as the password';
    return { said: `SQL at postgres://${host}:${running.port} (${how}).`, stop: () => running.stop() };
  } catch (error) {
    if (!(error instanceof VoronkaError) || settings.is_asked_for) throw error;
    return { ...NONE, said: `No SQL API: ${error.message}` };
  }
}

function milliseconds(duration: string): number {
  return parseDuration(duration) ?? 0;
}
