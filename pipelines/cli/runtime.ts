import { EXIT } from './exit-codes.ts';
import type { GlobalOptions } from './globals.ts';
import { dbosLogger } from './log.ts';
import { openWorkspace, type Workspace } from './workspace.ts';
import { startRuntime, type Runtime } from '../workflows/index.ts';

export interface RunningWorkspace extends Workspace {
  readonly runtime: Runtime;
}

/** A workspace with its workflows running: closes both, in order, whatever happens. */
export async function withRuntime<T>(
  options: GlobalOptions,
  { schedules }: { schedules: boolean },
  work: (workspace: RunningWorkspace) => Promise<T>,
): Promise<T> {
  const workspace = await openWorkspace(options);
  try {
    const runtime = await startRuntime({
      ...workspace,
      schedules,
      logger: dbosLogger(options.debug),
      onExecutorLost: (error) => {
        process.stderr.write(`error ${error.message}\n`);
        process.exit(EXIT.later);
      },
    });
    try {
      for (const line of runtime.adopted) process.stderr.write(`${line}\n`);
      return await work({ ...workspace, runtime });
    } finally {
      await runtime.stop();
    }
  } finally {
    await workspace.warehouse.close();
  }
}
