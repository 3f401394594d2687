import { Command } from 'commander';
import type { CubeOptions } from '../../../cube/server.ts';
import type { Config } from '../../config/index.ts';
import { runBuildWithProgress } from '../build-progress.ts';
import { startCubeFor } from '../cube.ts';
import { readAll } from '../first-reading.ts';
import { globalOptions } from '../globals.ts';
import { watchFiles } from '../watch-files.ts';
import { wholeNumber } from '../option-values.ts';
import { openHooks, type Hooks } from '../hooks.ts';
import { readApiSecret } from '../api-secret.ts';
import { openReportsFor } from '../reports.ts';
import { withRuntime, type RunningWorkspace } from '../runtime.ts';
import { untilInterrupted } from '../signals.ts';
import { startSqlApiFor } from '../sql-api.ts';
import { openWebFor } from '../web.ts';

interface ListenOptions {
  readonly host?: string;
  readonly port?: number;
}

const HOST_OPTION = [
  '--host <address>',
  'address to listen on (default: serve.host of the configuration)',
] as const;
const PORT_OPTION = [
  '--port <number>',
  'port to listen on (default: serve.port of the configuration)',
  wholeNumber,
] as const;

export function serveCommand(): Command {
  return new Command('serve')
    .option(...HOST_OPTION)
    .option(...PORT_OPTION)
    .action(async (options: ListenOptions, command: Command) => {
      await withRuntime(globalOptions(command), { schedules: true }, (workspace) =>
        serve(workspace, options),
      );
    });
}

export function upCommand(): Command {
  return new Command('up')
    .option(...HOST_OPTION)
    .option(...PORT_OPTION)
    .action(async (options: ListenOptions, command: Command) => {
      await withRuntime(globalOptions(command), { schedules: false }, async (workspace) => {
        const { config, warehouse, runtime } = workspace;
        // The dashboard is there from the start and shows how far the first reading is.
        await serve(workspace, options, async () => {
          await readAll(config, warehouse, runtime.runLog);
          await runBuildWithProgress(config, warehouse, {});
          await runtime.startSchedules();
        });
      });
    });
}

async function serve(
  workspace: RunningWorkspace,
  options: ListenOptions,
  first: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { config, warehouse } = workspace;
  const hooks = await openHooks(config, warehouse);
  const folders = watchFiles(config, warehouse);
  try {
    await serveKpis(workspace, options, { hooks, first });
  } finally {
    await folders.stop();
    await hooks?.close();
  }
}

async function serveKpis(
  { config, warehouse, runtime }: RunningWorkspace,
  options: ListenOptions,
  { hooks, first }: { hooks: Hooks | undefined; first: () => Promise<void> },
): Promise<void> {
  const web = await openWebFor(config, warehouse);
  const reports = await openReportsFor(config, warehouse, () => cube.url);
  const mount: CubeOptions['mount'] = (request, response, next) => {
    // The dashboard comes first: it turns a session into a token.
    const rest = (): void => web.handle(request, response, () => reports(request, response, next));
    if (hooks) hooks.handle(request, response, rest);
    else rest();
  };
  const cube = await startCubeFor(config, warehouse, listenOn(config, options), mount);
  try {
    if (hooks)
      console.log(
        `Webhooks of ${hooks.sources.join(', ')} are taken; \`voronka webhooks\` prints their addresses.`,
      );
    await first();
    const sql = await startSqlApiFor(config, warehouse, cube);
    if (sql.said) console.log(sql.said);
    try {
      console.log(
        `Dashboard at ${cube.url} (log in as one of \`users\`, or by the link of \`voronka token --link\`), ` +
          `KPIs at ${cube.url}/cubejs-api/v1. Stop with Ctrl-C.`,
      );
      const interrupted = untilInterrupted();
      const speaking = await runtime.startSpeaking({ url: cube.url, secret: await readApiSecret() });
      await interrupted;
      await speaking.stop();
    } finally {
      await sql.stop();
    }
  } finally {
    await cube.stop();
    await web.close();
  }
}

function listenOn(config: Config, options: ListenOptions): { host: string; port: number } {
  return { host: options.host ?? config.serve.host, port: options.port ?? config.serve.port };
}
