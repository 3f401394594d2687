import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { ensureAllStreams } from '../../pipelines/sources/index.ts';
import { applyConfig, runBuild, type BuildReport } from '../../pipelines/transform/index.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { BENCH_CONFIG } from './build-config.ts';
import { addCalls, changeDeals, writeCompany } from './build-company.ts';

const DEALS = Number(process.env['BENCH_DEALS'] ?? 1_000_000);
const SIZE = { deals: DEALS, calls: Number(process.env['BENCH_CALLS'] ?? DEALS * 10) };
const CHANGED = Number(process.env['BENCH_CHANGED'] ?? 1_000);
const ROUNDS = 3;

/**
 * Builds everything over a million deals, five million stays and ten million calls, then after a thousand changed deals and a thousand new
 * calls, with the real server settings; at last builds all anew and compares every table row by row (by their hashes). BENCH_DEALS,
 * BENCH_CALLS and BENCH_CHANGED take other numbers.
 */
export async function buildBench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'voronka-bench-'));
  await chmod(folder, 0o711);
  const warehouse = await openWarehouse({ embedded: { dataDir: folder, graceMs: 0 } });
  try {
    await migrate(warehouse);
    await ensureAllStreams(warehouse);
    await applyConfig(warehouse.pool, CONFIG);
    const started = performance.now();
    await writeCompany(warehouse.pool, SIZE);
    const counted = Object.entries(SIZE).map(([what, count]) => `${count.toLocaleString('en')} ${what}`);
    console.log(`${counted.join(', ')} written to raw in ${seconds(performance.now() - started)}`);

    const wholeMs = await build(warehouse, 'first build', {});
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await changeDeals(warehouse.pool, CHANGED, SIZE, round + 1);
      await addCalls(warehouse.pool, SIZE.calls + round * CHANGED, CHANGED, SIZE);
      const what = `build after ${CHANGED.toLocaleString('en')} changed deals and as many calls`;
      const ms = await build(warehouse, what, {});
      ratios.push(wholeMs / ms);
      console.log(`  1/${(wholeMs / ms).toFixed(0)} of the first build`);
    }
    const median = [...ratios].sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 0;
    console.log(`the median of ${ratios.length} increments: 1/${median.toFixed(0)} of the first build`);
    const incremental = await contents(warehouse.pool);
    const fullMs = await build(warehouse, 'build of everything anew', { full: true });
    const full = await contents(warehouse.pool);
    const differing = Object.keys(full).filter((table) => full[table] !== incremental[table]);
    console.log(
      differing.length === 0
        ? `incremental = full: ${Object.keys(full).length} tables are equal`
        : `incremental and full differ in ${differing.join(', ')}`,
    );
    console.log(
      `incremental / full, the last round: 1/${(fullMs / (wholeMs / (ratios.at(-1) ?? 1))).toFixed(0)}`,
    );
    if (differing.length > 0) process.exitCode = 1;
  } finally {
    await warehouse.close();
    await new Promise((done) => setTimeout(done, 1_500));
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

const CONFIG = {
  ...BENCH_CONFIG,
  stageSteps: [
    ['20', 'new'],
    ['30', 'contacted'],
    ['40', 'qualified'],
    ['50', 'proposal'],
  ].map(([stage = '', step = '']) => ({ pipeline: 'Sales', stage, step })),
};

async function build(warehouse: Warehouse, what: string, options: { full?: boolean }): Promise<number> {
  const started = performance.now();
  const report = await runBuild({ url: warehouse.url, projectDir: 'sql', ...options });
  const ms = performance.now() - started;
  print(what, ms, report);
  return ms;
}

/** The rows of each mart as one number, whatever their order. What lies below keeps notes of what was before a change. */
async function contents(pool: pg.Pool): Promise<Record<string, string>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'marts' order by 1`,
  );
  const found: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await pool.query<{ hash: string }>(
      `select count(*) || ' ' || coalesce(sum(hashtextextended((to_jsonb(t) - 'loaded_xid')::text, 0)::numeric), 0) as hash from ${name} as t`,
    );
    found[name] = rows[0]?.hash ?? '';
  }
  return found;
}

function print(what: string, ms: number, { models, tests }: BuildReport): void {
  console.log(`${what}: ${seconds(ms)}`);
  for (const model of [...models].sort((a, b) => b.ms - a.ms).slice(0, 12))
    console.log(
      `  ${model.name} ${model.mode} ${(model.rows ?? 0).toLocaleString('en')} rows, ${seconds(model.ms)}`,
    );
  console.log(`  ${tests.length} tests, ${seconds(tests.reduce((sum, test) => sum + test.ms, 0))}`);
  for (const test of [...tests].sort((a, b) => b.ms - a.ms).slice(0, 5))
    if (test.ms >= 50) console.log(`    ${test.name} ${seconds(test.ms)}`);
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
