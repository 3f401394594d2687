import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SOURCE_KINDS } from '../../pipelines/sources/index.ts';
import { applyConfig, runBuild, type BuildReport } from '../../pipelines/transform/index.ts';
import { ensureStream, migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { BENCH_CONFIG } from './build-config.ts';
import { addLegs, addUsers } from './phone-legs.ts';

const LEGS = Number(process.env['BENCH_LEGS'] ?? 10_000_000);
const NEW_LEGS = 1_000;

/**
 * Folds ten million legs (four million calls of one to four legs, 300,000 numbers, 60 extensions, three years) in one build, then
 * builds again after a thousand new ones, with the real server settings. BENCH_LEGS takes another number.
 */
export async function callsBench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'voronka-bench-'));
  await chmod(folder, 0o711);
  const warehouse = await openWarehouse({ embedded: { dataDir: folder, graceMs: 0 } });
  try {
    await migrate(warehouse);
    for (const { type, streams } of SOURCE_KINDS) {
      for (const stream of streams) await ensureStream(warehouse, { source: type, stream });
    }
    await applyConfig(warehouse.pool, BENCH_CONFIG);
    let started = performance.now();
    await addUsers(warehouse.pool);
    await addLegs(warehouse.pool, 0, LEGS);
    console.log(
      `${LEGS.toLocaleString('en')} legs written to raw in ${seconds(performance.now() - started)}`,
    );

    started = performance.now();
    const whole = await build(warehouse);
    const wholeMs = performance.now() - started;
    report(`first build of ${LEGS.toLocaleString('en')} legs`, wholeMs, whole);
    const { rows } = await warehouse.pool.query<{ calls: number; talk: number }>(
      'select count(*)::int as calls, sum(talk_seconds)::int8 as talk from marts.fct_calls',
    );
    console.log(
      `  ${rows[0]?.calls.toLocaleString('en')} calls, ${rows[0]?.talk.toLocaleString('en')} s of talk`,
    );

    for (const round of [1, 2, 3]) {
      await addLegs(warehouse.pool, LEGS + (round - 1) * NEW_LEGS, NEW_LEGS);
      started = performance.now();
      const next = await build(warehouse);
      const ms = performance.now() - started;
      report(`build after ${NEW_LEGS.toLocaleString('en')} new legs`, ms, next);
      console.log(`  1/${(wholeMs / ms).toFixed(0)} of the first build`);
    }
  } finally {
    await warehouse.close();
    await new Promise((done) => setTimeout(done, 1_500));
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

const build = (warehouse: Warehouse): Promise<BuildReport> =>
  runBuild({ url: warehouse.url, projectDir: 'sql' });

function report(what: string, ms: number, { models, tests }: BuildReport): void {
  console.log(`${what}: ${seconds(ms)}`);
  for (const model of [...models].sort((a, b) => b.ms - a.ms).slice(0, 8)) {
    console.log(
      `  ${model.name} ${model.mode} ${(model.rows ?? 0).toLocaleString('en')} rows, ${seconds(model.ms)}`,
    );
  }
  console.log(`  ${tests.length} tests, ${seconds(tests.reduce((sum, test) => sum + test.ms, 0))}`);
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
