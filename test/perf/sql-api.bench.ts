import { execFile, fork, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { promisify } from 'node:util';
import pg from 'pg';
import { readStatements } from '../../cube/sql-api/log/read.ts';
import { readerUrlOf } from '../../pipelines/warehouse/reader.ts';
import { sqlApiOverMarts, type SqlApiOverMarts } from '../api/sql-api-harness.ts';
import startPostgres from '../harness/global-postgres.ts';

const DEALS = 100_000;
const SESSIONS = 200;
const LITERALS = 40;
const SMALL = `select manager, date_trunc('month', created_at) as month, measure(deals_count), sum(open_amount) from deals
  where created_at < '2025-02-01' group by 1, 2 order by 1, 2 limit 30;`;
const LARGE = 'select deal_id, deal, manager, stage, amount, created_at from deals;';

/**
 * What the front costs: psql through it against psql running the rewritten SQL on the database itself (medians, turn by turn), parsing
 * and rewriting alone, and the memory of sessions with nothing to do.
 */
export async function sqlApiBench(): Promise<void> {
  const stopPostgres = await startPostgres();
  const over = await sqlApiOverMarts({}, 'bench');
  try {
    await fill(over.database.pool);
    if (spawnSync('psql', ['--version'], { stdio: 'ignore' }).status === 0) {
      await compare(over, '30 rows', SMALL, { turns: 6, times: 11, limit: 1.15 });
      await compare(over, '100,000 rows', LARGE, { turns: 6, times: 4, limit: 1.05 });
    } else console.log('psql is not there: no ratios');
    await rewriting(over);
    await idle(over);
  } finally {
    await over.close();
    await stopPostgres();
  }
}

async function fill(pool: pg.Pool): Promise<void> {
  await pool.query(
    `insert into marts.fct_deals (deal_id, account_id, crm_id, name, client_id, pipeline_id, stage_id, step, step_no, source, amount,
       currency, created_at, owner_id, outcome, is_incoming, is_open, is_won, is_lost, is_deleted, stage_entered_at)
     select '2:' || n, '2', n::text, 'Deal ' || n, '1:c1', '1:1', '1:1:20', 'qualified', 3, 'site', (n * 7919 % 100000)::numeric / 100,
       'RUB', timestamptz '2024-01-01' + n * interval '5 minutes', '1:10' || (1 + n % 3), 'open', false, true, false, false, false, now()
     from generate_series(1, ${DEALS - 7}) n`,
  );
  await pool.query('analyze');
}

interface Rule {
  readonly turns: number;
  readonly times: number;
  readonly limit: number;
}

async function compare(
  over: SqlApiOverMarts,
  what: string,
  sql: string,
  { turns, times, limit }: Rule,
): Promise<void> {
  await psql(over.url(), sql, 1);
  await over.sql.flushLog();
  const [logged] = await readStatements(over.database.pool, { limit: 1 });
  const rewritten = `${logged?.rewritten ?? ''};`;
  const [front, direct]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < turns; turn += 1) {
    direct.push(...(await psql(readerUrlOf(over.database.url), rewritten, times)));
    front.push(...(await psql(over.url(), sql, times)));
  }
  const ratio = quantile(front, 0.5) / quantile(direct, 0.5);
  console.log(
    `${what}: ${quantile(front, 0.5).toFixed(2)} ms through the front, ${quantile(direct, 0.5).toFixed(2)} ms directly, ratio ${ratio.toFixed(3)} (limit ${limit})`,
  );
}

/** Milliseconds of each run, as psql measures them. Not waited for in this thread: it is the front's. */
async function psql(url: string, sql: string, times: number): Promise<number[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'voronka-bench-'));
  const file = path.join(folder, 'bench.sql');
  writeFileSync(file, `\\timing on\n\\o /dev/null\n${`${sql}\n`.repeat(times)}`);
  const { stdout: said } = await promisify(execFile)('psql', [
    url,
    '-XqAt',
    '-v',
    'ON_ERROR_STOP=1',
    '-f',
    file,
  ]);
  rmSync(folder, { recursive: true });
  return [...said.matchAll(/^Time: ([\d.]+) ms/gm)].map(([, time]) => Number(time)).slice(times > 1 ? 1 : 0);
}

/** Statements no two of which are alike: forty shapes, each with so many literals, as a dashboard with filters sends them. */
async function rewriting(over: SqlApiOverMarts): Promise<void> {
  const client = new pg.Client({ connectionString: over.url(), application_name: 'rewriting' });
  await client.connect();
  const dimensions = ['manager', 'team', 'stage', 'source', 'pipeline', 'client', 'outcome', 'step'];
  const measures = [
    'measure(deals_count)',
    'sum(open_deals)',
    'measure(open_amount)',
    'count(*)',
    'sum(incoming_deals)',
  ];
  for (let literal = 0; literal < LITERALS; literal += 1) {
    for (const dimension of dimensions) {
      for (const measure of measures) {
        await client.query(
          `select "public"."deals"."${dimension}", date_trunc('month', created_at) as month, ${measure} as value from "public"."deals"
           where created_at >= timestamp '2031-01-01' and amount > ${literal} group by 1, 2 order by 2, 1 limit 1000`,
        );
      }
    }
  }
  await client.end();
  await over.sql.flushLog();
  const { rows } = await over.database.pool.query<{ ms: number }>(
    `select rewrite_ms as ms from ops.sql_log where client = 'rewriting'`,
  );
  const times = rows.map(({ ms }) => ms);
  const shapes = dimensions.length * measures.length;
  const slowest = [...times].sort((a, b) => b - a).slice(0, shapes);
  console.log(
    `parse and rewrite, ${times.length} statements: p50 ${quantile(times, 0.5).toFixed(2)} ms, p95 ${quantile(times, 0.95).toFixed(2)} ms (limit 5); each of the ${shapes} shapes for the first time, when Cube compiles it: p50 ${quantile(slowest, 0.5).toFixed(1)} ms`,
  );
}

async function idle(over: SqlApiOverMarts): Promise<void> {
  const before = await settledMemory();
  const child = fork(
    path.join(import.meta.dirname, 'idle-sessions-child.ts'),
    [over.url(), String(SESSIONS)],
    {
      execArgv: ['--import', 'tsx'],
    },
  );
  await once(child, 'message');
  const after = await settledMemory();
  const { rows } = await over.database.pool.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where usename = 'voronka_reader'`,
  );
  console.log(
    `${over.sql.sessions} idle sessions: ${((after - before) / 2 ** 20).toFixed(0)} MB in Node (limit 150), ${rows[0]!.n} connections to Postgres`,
  );
  child.send('end');
  await once(child, 'exit');
}

async function settledMemory(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  return process.memoryUsage.rss();
}

function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? NaN;
}
