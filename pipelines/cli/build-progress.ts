import type { Config } from '../config/index.ts';
import { runBuild, type BuildReport } from '../transform/index.ts';
import { buildInputs } from '../transform-inputs.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { humanDuration, startProgress, type ProgressLine } from './progress.ts';

/** Builds in this process (the runner itself keeps two builds apart) and draws a line per model; says what failed and why. */
export async function runBuildWithProgress(
  config: Config,
  warehouse: Warehouse,
  options: { full?: boolean; select?: string },
): Promise<BuildReport> {
  const progress = startProgress('rows');
  const lines = new Map<string, ProgressLine>();
  const report = await runBuild({
    ...(await buildInputs(config, warehouse)),
    full: options.full ?? false,
    ...(options.select !== undefined && { select: options.select }),
    onProgress: (event) => {
      lines.set(event.model, {
        label: event.model,
        done: event.rows ?? 0,
        state: event.status === 'started' ? 'running' : 'done',
        note: event.ms === undefined ? undefined : humanDuration(event.ms),
      });
      progress.update([...lines.values()]);
    },
  });
  progress.finish();
  console.error(
    `Built ${report.models.length} models, ${report.tests.length} tests passed, in ${humanDuration(report.ms)}.`,
  );
  return report;
}
