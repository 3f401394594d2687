import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import type { CreateOptions } from '@cubejs-backend/server-core';

import { assertStrongSecret, contextToGroups, verifyToken, type SecurityContext } from './auth.ts';
import { loadCubePackages, type CubeCore, type CubePackages, type Middleware } from './cube-packages.ts';
import { configureEnvironment } from './environment.ts';
import { CubeRunningError, ListenError, ModelCompileError, PortInUseError } from './errors.ts';
import { answerErrors } from './http-errors.ts';
import { cubeLogger, type CubeLog } from './log.ts';
import { readModel, type CheckedModel } from './model-files.ts';
import { installPortable, type Runtime } from './portable/index.ts';
import { dialectWithoutRollups, quickCore } from './quick-core.ts';
import { ReaderDrivers } from './reader-driver.ts';
import { ROLLUP_SCHEMA, rollupStore, type RollupOptions } from './rollup-store.ts';
import { onlyViews } from './view-guard.ts';

export interface CubeOptions {
  /** Connection string of a role that may read schema `marts` and nothing else. */
  readonly readerUrl: string;
  /** 0 takes a free port; the result says which. */
  readonly port: number;
  readonly host?: string;
  /** IANA name. Days, weeks and months of every query that names no zone are of this one. */
  readonly timeZone: string;
  /** Signs tokens (HS256), at least 32 characters. */
  readonly apiSecret: string;
  /** Folder of the data model, absolute or from the current folder. Default: the one beside this folder. */
  readonly schemaPath?: string;
  /** Run without Cube's native module even where it could be loaded. */
  readonly portable?: boolean;
  readonly log?: CubeLog;
  /** Where rollups are kept; without it every question is answered from the marts. */
  readonly rollups?: RollupOptions;
  /** Tried before Cube's own routes, on requests whose bodies were not read; calls `next` for those that are not its own. */
  readonly mount?: Middleware;
}

export interface RunningCube {
  /** `http://host:port`; the API is below `/cubejs-api/v1`. */
  readonly url: string;
  readonly port: number;
  readonly runtime: Runtime;
  /** The names of the views. */
  readonly views: ReadonlySet<string>;
  /** Cube's compiler for a context `{ securityContext, requestId }`, which comes without types. */
  getCompilerApi(context: object): Promise<unknown>;
  /** Starts Cube's own SQL API, which is part of its native module; the result stops it. */
  startNativeSqlApi(options: object): Promise<() => Promise<void>>;
  /**
   * Stops accepting, lets running answers finish for two seconds, closes database connections. Idempotent. Timers of
   * Cube's queue keep an otherwise idle process alive for up to ten seconds after its last query; a command should exit.
   */
  stop(): Promise<void>;
}

const API = '/cubejs-api';
const GRACE_MS = 2_000;
let runningUrl: string | undefined;

function coreOptions(
  options: CubeOptions,
  model: CheckedModel,
  drivers: ReaderDrivers,
  { CubeError }: CubePackages,
): CreateOptions {
  const guard = onlyViews(model.views);
  const Dialect = dialectWithoutRollups();
  return {
    // Cube's own reader takes the folder relative to the current one only, and what was checked is what is served.
    repositoryFactory: () => ({
      localPath: () => 'model',
      dataSchemaFiles: () => Promise.resolve(model.files),
    }),
    basePath: API,
    apiSecret: options.apiSecret,
    devServer: false,
    telemetry: false,
    cacheAndQueueDriver: 'memory',
    // Rollups are made when they are first asked for after a build, not by the clock.
    scheduledRefreshTimer: false,
    preAggregationsSchema: ROLLUP_SCHEMA,
    logger: cubeLogger(options.log),
    driverFactory: drivers.create,
    ...(options.rollups === undefined && { dialectFactory: () => Dialect }),
    orchestratorOptions: {
      queryCacheOptions: { queueOptions: { concurrency: 6 } },
      preAggregationsOptions: { externalRefresh: false, queueOptions: { concurrency: 2 } },
    },
    checkAuth: (request: { securityContext?: SecurityContext }, token: string | undefined) => {
      if (!token) throw new CubeError(403, 'Forbidden', "Authorization header isn't set");
      try {
        request.securityContext = verifyToken(token, options.apiSecret);
      } catch (error) {
        throw new CubeError(403, 'Forbidden', (error as Error).message, error as Error);
      }
    },
    contextToGroups: (context: Parameters<typeof contextToGroups>[0]) => contextToGroups(context),
    contextToApiScopes: () => ['meta', 'data', 'graphql', 'sql'],
    queryRewrite: (query: Parameters<typeof guard>[0]) => guard(query),
  } as unknown as CreateOptions;
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new PortInUseError(host, port, error)
          : new ListenError(host, port, error),
      );
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(timer);
}

/** Compiling ahead finds a broken model at start and spares the first caller the wait. */
async function compileModel(core: CubeCore, folder: string): Promise<void> {
  try {
    const compiler = (await core.getCompilerApi({ securityContext: {}, requestId: 'start' })) as {
      getCompilers(options: object): Promise<unknown>;
    };
    await compiler.getCompilers({ requestId: 'start' });
  } catch (error) {
    throw new ModelCompileError(folder, error);
  }
}

/**
 * Serves the data model over Cube's REST API (`/cubejs-api/v1/load`, `/meta`, `/sql`), in this process and always in
 * production mode: every request needs a token of {@link issueToken}. One per process.
 *
 * Throws PortInUseError, ListenError, UnsafeModelError, ModelCompileError, WeakSecretError, CubeRunningError.
 */
export async function startCube(options: CubeOptions): Promise<RunningCube> {
  if (runningUrl !== undefined) throw new CubeRunningError(runningUrl);
  assertStrongSecret(options.apiSecret);
  const folder = path.resolve(options.schemaPath ?? path.join(import.meta.dirname, '..', 'model'));
  const host = options.host ?? '127.0.0.1';

  const model = readModel(folder, { rollups: options.rollups !== undefined });
  configureEnvironment(options);
  const packages = loadCubePackages(cubeLogger(options.log));
  const runtime = installPortable(packages.native, { force: options.portable ?? false });
  const drivers = new ReaderDrivers(
    options.readerUrl,
    options.rollups && rollupStore(options.rollups, options.readerUrl),
  );
  const core = new (quickCore(packages.CubeCore))(coreOptions(options, model, drivers, packages));
  const release = async (): Promise<void> => {
    await core.releaseConnections();
    await drivers.close();
  };
  const app = packages.express();
  app.disable('x-powered-by');
  if (options.mount) app.use(options.mount);
  app.use(packages.express.json({ limit: '1mb' }));
  // Here for what the line above refuses, at the end for what slips through Cube: its own handler answers 500 to both.
  app.use(answerErrors);
  const server = createServer(app);
  let port: number;
  try {
    await compileModel(core, folder);
    await core.initApp(app);
    app.use(answerErrors);
    port = await listen(server, host, options.port);
  } catch (error) {
    await release();
    throw error;
  }

  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  runningUrl = url;
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await close(server);
    await release();
    runningUrl = undefined;
  };
  return {
    url,
    port,
    runtime,
    views: model.views,
    getCompilerApi: (context) => core.getCompilerApi(context),
    startNativeSqlApi: async (sqlOptions) => {
      const native = core.initSQLServer();
      await native.init(sqlOptions);
      return () => native.shutdown('fast');
    },
    stop: () => (stopping ??= stop()),
  };
}
