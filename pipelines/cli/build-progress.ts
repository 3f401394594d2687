import type { Config } from '../config/index.ts';
import type { BuildReport } from '../transform/index.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { buildMarts } from '../workflows/index.ts';
import { humanDuration, startProgress } from './progress.ts';

/** Builds in this process (the runner itself keeps two builds apart) and draws how far it is. Throws what `buildMarts` throws. */
export async function runBuildWithProgress(
  config: Config,
  warehouse: Warehouse,
  options: { full?: boolean; select?: string },
): Promise<BuildReport> {
  const progress = startProgress('models');
  const report = await buildMarts(config, warehouse, {
    full: options.full ?? false,
    ...(options.select !== undefined && { select: options.select }),
    onProgress: ({ model, status, index, of }) => {
      const done = status === 'finished' ? index : index - 1;
      const isLast = done === of;
      progress.update([
        {
          label: 'build',
          done,
          total: of,
          state: isLast ? 'done' : 'running',
          note: isLast ? 'testing' : model,
        },
      ]);
    },
    onNotice: (text) => process.stderr.write(`${text}\n`),
  });
  progress.finish();
  const passed = report.tests.filter(({ status }) => status === 'passed').length;
  console.error(
    `Built ${report.models.length} models, ${passed} tests passed, in ${humanDuration(report.ms)}.`,
  );
  for (const test of report.tests.filter(({ status }) => status === 'warned')) {
    console.error(`warning: test ${test.name} found ${test.failures} rows`);
  }
  return report;
}
