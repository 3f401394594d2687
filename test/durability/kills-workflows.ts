import { CRASH_POINTS, type CrashPoint } from '../../pipelines/crash-points.ts';
import { company, openBench, TOKEN_ENV, type Bench } from '../contract/amocrm-source-fixture.ts';
import { change, STREAMS } from './kills-engine.ts';
import { environmentOf, plan, strike, type Death } from './kills-plan.ts';
import { bundle, startLife } from './kills-process.ts';
import { countDuplicates, type SeriesReport } from './kills-report.ts';
import type { WorkflowTask } from './kills-workflow-child.ts';

/** Beside the durable steps' own: a list that is read whole, a page, a landing. */
const POINTS: readonly CrashPoint[] = CRASH_POINTS.filter(
  (point) =>
    /^(sync|window|build)\./.test(point) ||
    ['source.opened', 'request.sent', 'page.received', 'list.read', 'landing.ending'].includes(point),
);

export interface WorkflowSeriesReport extends SeriesReport {
  /** What was left that should not be: runs and workflows without an end, schemas of unfinished builds, deals missing in the marts. */
  readonly leftovers: readonly string[];
}

/** Kills processes that run a sync and the build after it as durable workflows, each resumed by the next; the CRM goes on changing. */
export async function killWorkflows(kills: number): Promise<WorkflowSeriesReport> {
  const started = performance.now();
  const program = await bundle('kills-workflow-child');
  const bench = await openBench(
    company({ leads: 2_000, contacts: 500, companies: 250, events: 1_000, tasks: 500, notes: 300 }),
    { latency: [10, 40] },
  );
  const task: WorkflowTask = {
    databaseUrl: bench.warehouse.url,
    config: JSON.stringify({
      account: { name: 'Killed', time_zone: 'Europe/Moscow', currency: 'RUB' },
      sources: [
        {
          type: 'amocrm',
          base_url: bench.standIn.url,
          token_env: TOKEN_ENV,
          requests_per_second: 300,
        },
      ],
    }),
    sources: ['amocrm'],
    thenBuild: true,
  };
  const deaths = plan(POINTS, kills, { every: 4, maxMs: 1_500, startMs: 800 });
  let inTheMiddle = 0;
  let passes = 0;
  let survived: Death | undefined;
  try {
    for (;;) {
      const death = deaths[0];
      const life = startLife(program, task, {
        [TOKEN_ENV]: bench.standIn.token,
        ...environmentOf(death),
      });
      await strike(life, death);
      const { ending, errors } = await life.ended;
      if (ending === 'failed') throw new Error(`A life ended by itself: ${errors}`);
      if (ending === 'done') {
        passes += 1;
        if (death === undefined) break;
        if ('at' in death && death === survived) throw new Error(`Nobody dies of ${death.at}`);
        survived = death;
        // It was through before the blow; the next time sooner.
        if ('ms' in death) deaths[0] = { ...death, ms: death.ms / 2 };
        change(bench.standIn, passes);
        continue;
      }
      deaths.shift();
      if (await isUnfinished(bench)) inTheMiddle += 1;
    }
    return {
      name: 'a sync and its build as durable workflows',
      kills,
      inTheMiddle,
      passes,
      pages: 0,
      extraPages: undefined,
      differences: await bench.differences(),
      duplicates: await countDuplicates(bench.warehouse, STREAMS),
      leftovers: await leftovers(bench),
      seconds: (performance.now() - started) / 1_000,
    };
  } finally {
    program.remove();
    await bench.close();
  }
}

async function isUnfinished({ warehouse: { pool } }: Bench): Promise<boolean> {
  const { rows } = await pool.query(
    `select from dbos.workflow_status where status in ('PENDING', 'ENQUEUED') limit 1`,
  );
  return rows.length > 0;
}

async function leftovers({ warehouse: { pool }, standIn }: Bench): Promise<string[]> {
  const { rows } = await pool.query<{ what: string }>(
    `select 'sync ' || sync_id || ' is ' || status as what from ops.syncs where status <> 'succeeded'
     union all select 'workflow ' || name || ' ' || workflow_uuid || ' is ' || status from dbos.workflow_status where status <> 'SUCCESS'
     union all select 'build ' || build_id || ' is ' || status from ops.builds where status not in ('succeeded', 'interrupted')
     union all select 'schema ' || nspname from pg_namespace where nspname like '%aside%'
     union all select 'twice among the deals: ' || crm_id from marts.fct_deals group by crm_id having count(*) > 1`,
  );
  const found = rows.map(({ what }) => what);
  const { rows: deals } = await pool.query<{ count: number }>(
    'select count(*) from marts.fct_deals where not is_deleted',
  );
  const alive = [...standIn.truth.rows('leads')].length;
  if (Number(deals[0]?.count) !== alive)
    found.push(`${deals[0]?.count} deals in the marts, ${alive} in the CRM`);
  return found;
}
