import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../pipelines/warehouse/index.ts';
import { killEngine } from '../durability/kills-engine.ts';
import { printReport, type SeriesReport } from '../durability/kills-report.ts';
import { killWorkflows } from '../durability/kills-workflows.ts';

/**
 * The series of test/durability/kills.test.ts with 1,000 kills in all (VORONKA_BENCH_KILLS for another number), against a server with
 * its real settings, fsync included. Throws when anything was lost, doubled, left behind or read again beyond what is promised.
 */
export async function durabilityBench(): Promise<void> {
  const kills = Number(process.env['VORONKA_BENCH_KILLS'] ?? 1_000);
  const folder = await mkdtemp(join(tmpdir(), 'voronka-bench-'));
  await chmod(folder, 0o711);
  const server = await startEmbedded({ folder, database: 'postgres' });
  process.env['VORONKA_TEST_DATABASE_URL'] = server.url;
  const broken: string[] = [];
  const check = (report: SeriesReport, most: number): void => {
    printReport(report);
    const { name, differences, duplicates, extraPages = 0 } = report;
    if (differences.length > 0) broken.push(`${name}: ${differences.join(', ')}`);
    if (duplicates > 0) broken.push(`${name}: ${duplicates} duplicates`);
    if (extraPages < 0 || extraPages > most * report.kills) broken.push(`${name}: ${extraPages} extra pages`);
  };
  const part = (share: number): number => Math.round(kills * share);
  try {
    check(
      await killEngine({ name: 'one request in flight', kills: part(0.4), concurrency: 1, isLive: false }),
      1,
    );
    check(
      await killEngine({ name: 'eight requests in flight', kills: part(0.2), concurrency: 8, isLive: false }),
      6 * 8,
    );
    check(
      await killEngine({
        name: 'a CRM that goes on changing',
        kills: part(0.2),
        concurrency: 8,
        isLive: true,
      }),
      0,
    );
    const workflows = await killWorkflows(kills - part(0.4) - 2 * part(0.2));
    check(workflows, 0);
    broken.push(...workflows.leftovers);
  } finally {
    await server.close({ stop: true });
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
  if (broken.length > 0) throw new Error(`Promises broken:\n  ${broken.join('\n  ')}`);
}
