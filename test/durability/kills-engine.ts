import { CRASH_POINTS, type CrashPoint } from '../../pipelines/crash-points.ts';
import type { StandIn } from '../../demo/amocrm/index.ts';
import { company, openBench, TOKEN_ENV, type Bench } from '../contract/amocrm-source-fixture.ts';
import type { EngineTask } from './kills-engine-child.ts';
import { environmentOf, plan, strike, type Death } from './kills-plan.ts';
import { bundle, startLife, type Program } from './kills-process.ts';
import { countDuplicates, type SeriesReport } from './kills-report.ts';

/** Streams read page by page; the small lists that are read whole are the workflows' part. */
export const STREAMS = ['leads', 'contacts', 'companies', 'events', 'tasks', 'notes'];
const POINTS: readonly CrashPoint[] = CRASH_POINTS.filter((point) =>
  /^(source|request|page|news|landing|stream)\./.test(point),
);

export interface EngineSeries {
  readonly name: string;
  readonly kills: number;
  /** Requests in flight. */
  readonly concurrency: number;
  /** The CRM goes on changing between the kills. */
  readonly isLive: boolean;
}

/**
 * Kills processes that read a CRM of about 120 pages, until so many were killed; each time it is read to its end, raw is compared with the
 * CRM, and what was asked for is counted against a process that nobody killed.
 */
export async function killEngine(series: EngineSeries): Promise<SeriesReport> {
  const started = performance.now();
  const program = await bundle('kills-engine-child');
  const bench = await openBench(
    company({ leads: 6_000, contacts: 4_000, companies: 3_000, events: 2_500, tasks: 3_000, notes: 3_000 }),
    { latency: series.concurrency === 1 ? [2, 12] : [20, 80] },
  );
  const deaths = plan(POINTS, series.kills, {
    every: 3,
    maxMs: series.concurrency === 1 ? 200 : 300,
    startMs: 300,
  });
  const total = { kills: 0, inTheMiddle: 0, passes: 0, duplicates: 0 };
  const differences: string[] = [];
  let asked = 0;
  try {
    // Nobody kills the first one.
    const { asked: pages } = await readUntilDone(series, program, bench, []);
    while (deaths.length > 0) {
      await forgetEverything(bench);
      const pass = await readUntilDone(series, program, bench, deaths);
      if (pass.kills === 0) throw new Error(`Nobody died of ${JSON.stringify(deaths[0])}`);
      total.kills += pass.kills;
      total.inTheMiddle += pass.inTheMiddle;
      total.passes += 1;
      asked += pass.asked;
      // Once more to the present moment, for what changed after the last question.
      if (series.isLive) await bench.sync(STREAMS);
      differences.push(...(await bench.differences()));
      total.duplicates += await countDuplicates(bench.warehouse, STREAMS);
    }
    return {
      name: series.name,
      ...total,
      pages,
      extraPages: series.isLive ? undefined : asked - total.passes * pages,
      differences,
      seconds: (performance.now() - started) / 1_000,
    };
  } finally {
    program.remove();
    await bench.close();
  }
}

/** Takes deaths from the list until a life comes to its end. */
async function readUntilDone(series: EngineSeries, program: Program, bench: Bench, deaths: Death[]) {
  const { standIn } = bench;
  const from = standIn.requests.length;
  const until = new Date().toISOString();
  let kills = 0;
  let inTheMiddle = 0;
  for (;;) {
    const death = deaths[0];
    const before = standIn.requests.length;
    const task = taskFor(series, bench, series.isLive ? new Date().toISOString() : until);
    const life = startLife(program, task, { [TOKEN_ENV]: standIn.token, ...environmentOf(death) });
    await strike(life, death);
    const { ending, errors } = await life.ended;
    if (ending === 'failed') throw new Error(`A life ended by itself: ${errors}`);
    if (ending === 'done') return { kills, inTheMiddle, asked: pagesAsked(standIn, from) };
    deaths.shift();
    kills += 1;
    if (pagesAsked(standIn, before) > 0) inTheMiddle += 1;
    if (series.isLive) change(standIn, kills);
  }
}

async function forgetEverything({ warehouse: { pool } }: Bench): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'raw'`,
  );
  await pool.query(
    `truncate ops.cursors, ops.liveness, ops.streams, ops.loads, ${rows.map(({ name }) => name).join(', ')}`,
  );
}

function taskFor(series: EngineSeries, bench: Bench, until: string): EngineTask {
  return {
    databaseUrl: bench.warehouse.url,
    config: bench.config,
    streams: STREAMS,
    until,
    concurrency: series.concurrency,
  };
}

/** Requests for pages of rows; each opening of a source also asks for the account, the rights (limit 1) and where history begins. */
function pagesAsked(standIn: StandIn, from: number): number {
  return standIn.requests.slice(from).filter(({ query }) => /(^|&)limit=(?!1(&|$))/.test(query)).length;
}

/** Leads that are edited, deleted, brought back and made while nobody reads. */
export function change(standIn: StandIn, turn: number): void {
  const ids = [...standIn.truth.rows('leads')].map(({ id }) => Number(id));
  standIn.bulkUpdate(
    ids.filter((id) => id % 97 === turn % 97),
    { price: 1_000_000 + turn },
  );
  standIn.deleteLead(ids[(turn * 7) % ids.length]!);
  standIn.changeOwner(ids[(turn * 7 + 1) % ids.length]!, 501 + (turn % 3));
  standIn.createLead({ name: `Made after kill ${turn}`, pipeline_id: 1, status_id: 12 });
  const [binned] = [...standIn.truth.rows('only_deleted')];
  if (turn % 3 === 2 && binned !== undefined) standIn.restoreLead(Number(binned.id));
}
