import { advanceStream, openSource } from '../../pipelines/sources/index.ts';
import { openBenchAccount } from './bench-account.ts';

const LEADS = 1_000_000;
const LIMIT_MB = 350;

/** Resident memory of the Node process while it backfills a million leads; the limit is 350 MB. The stand-in is another process. */
export async function memoryBench(): Promise<void> {
  const account = await openBenchAccount({ leads: LEADS, latency: 0, rate: 0 }, 1_000);
  try {
    const session = await openSource(account.config, { warehouse: account.warehouse });
    const until = new Date();
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50);
    const started = performance.now();
    for (let rows = 0, done = false; !done;) {
      const step = await advanceStream(session, 'leads', { until });
      ({ done } = step);
      rows += step.rows;
      const since = (performance.now() - started) / 1_000;
      console.log(`  ${rows} rows after ${since.toFixed(0)} s, peak ${Math.round(peak / 2 ** 20)} MB`);
    }
    clearInterval(watch);
    await session.close();
    const seconds = (performance.now() - started) / 1_000;
    const megabytes = peak / 1024 / 1024;
    const { rows } = await account.warehouse.pool.query<{ count: string }>(
      'select count(*) from raw.amocrm__leads',
    );
    console.log(`${rows[0]!.count} leads in ${seconds.toFixed(0)} s (${Math.round(LEADS / seconds)} rows/s)`);
    console.log(
      `peak resident memory ${megabytes.toFixed(0)} MB, ${(megabytes / LIMIT_MB).toFixed(2)} of the limit of ${LIMIT_MB} MB`,
    );
  } finally {
    await account.close();
  }
}
