import { createRequire } from 'node:module';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

import type { CreateOptions } from '@cubejs-backend/server-core';

import type { CubeLogger } from './log.ts';
import type { NativeModule } from './portable/native-module.ts';

/** What voronka uses of Cube's core, a class without type information on some of these members. */
export interface CubeCore {
  initApp(app: ExpressApp): Promise<void>;
  getCompilerApi(context: object): Promise<unknown>;
  initSQLServer(): { init(options: object): Promise<void>; shutdown(mode: 'fast'): Promise<void> };
  getOrchestratorApi(context: object): Promise<{ testConnection(): Promise<unknown> }>;
  releaseConnections(): Promise<void>;
  beforeShutdown(): Promise<void>;
  shutdown(): Promise<void>;
  options: { devServer: boolean };
}

export type ErrorMiddleware = (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next: () => void,
) => void;

export type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

export interface ExpressApp {
  (...args: Parameters<RequestListener>): void;
  use(middleware: ErrorMiddleware | Middleware): void;
  disable(setting: string): void;
}

export interface CubePackages {
  readonly CubeCore: new (options: CreateOptions) => CubeCore;
  readonly native: NativeModule;
  readonly CubeError: new (status: number, type: string, message: string, cause?: Error) => Error;
  readonly express: (() => ExpressApp) & { json(options: { limit: string }): Middleware };
}

interface CommandLine {
  displayCLIWarning(text: string): void;
  displayCLIWarningOnce(key: string, text: string): void;
}

/** Cube prints some warnings past its logger, straight to standard output, which belongs to the answers of the CLI. */
function redirectWarnings(commandLine: CommandLine, log: CubeLogger): void {
  commandLine.displayCLIWarning = (text) => log(text);
  commandLine.displayCLIWarningOnce = (_key, text) => log(text);
}

/**
 * Loads Cube's packages, each through the package that depends on it: a replacement set on `@cubejs-backend/native` is
 * seen only if it is the very copy Cube itself loads. Called after the environment is set, some of it is read on load.
 *
 * The core is used in place of `CubejsServer`, which reads `.env` of the current folder, takes its port from `PORT` alone
 * and always listens on every interface.
 */
export function loadCubePackages(log: CubeLogger): CubePackages {
  const here = createRequire(import.meta.url);
  const server = createRequire(here.resolve('@cubejs-backend/server'));
  const core = createRequire(server.resolve('@cubejs-backend/server-core'));
  const gateway = createRequire(core.resolve('@cubejs-backend/api-gateway'));
  redirectWarnings(createRequire(gateway.resolve('@cubejs-backend/shared'))('./cli.js') as CommandLine, log);
  return {
    CubeCore: (server('@cubejs-backend/server-core') as { default: CubePackages['CubeCore'] }).default,
    native: gateway('@cubejs-backend/native') as NativeModule,
    CubeError: (core('@cubejs-backend/api-gateway') as { CubejsHandlerError: CubePackages['CubeError'] })
      .CubejsHandlerError,
    express: server('express') as CubePackages['express'],
  };
}
