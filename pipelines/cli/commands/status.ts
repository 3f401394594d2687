import Table from 'cli-table3';
import { Command } from 'commander';
import pc from 'picocolors';
import { listDrift, listSweeps } from '../../sources/index.ts';
import { streamStatus, type Warehouse } from '../../warehouse/index.ts';
import { listWebhooks } from '../../webhooks/index.ts';
import { RunLog } from '../../workflows/index.ts';
import { describeCursor } from '../cursor-text.ts';
import { EXIT } from '../exit-codes.ts';
import { globalOptions } from '../globals.ts';
import { humanDuration } from '../progress.ts';
import { withWorkspace } from '../workspace.ts';

export function statusCommand(): Command {
  return new Command('status')
    .option('--json', 'print it as JSON')
    .action(async (options: { json?: boolean }, command: Command) => {
      await withWorkspace(globalOptions(command), async ({ config, warehouse }) => {
        const report = await readStatus(
          warehouse,
          config.sources.map(({ name, type }) => ({ name, type })),
        );
        if (options.json) console.log(JSON.stringify(report, null, 2));
        else printStatus(report);
        if (report.problems > 0) process.exitCode = EXIT.unhealthy;
      });
    });
}

async function readStatus(warehouse: Warehouse, sources: readonly { name: string; type: string }[]) {
  const runLog = new RunLog(warehouse.pool);
  const [streams, runs, builds, drift, sweeps, webhooks] = await Promise.all([
    streamStatus(warehouse),
    runLog.latest(),
    lastBuilds(warehouse),
    listDrift(warehouse.pool),
    listSweeps(warehouse.pool),
    listWebhooks(warehouse.pool),
  ]);
  const detailed = streams.map((stream) => {
    const { completeAt, missing, missingParts, position } = describeCursor(stream.stream, stream.cursor);
    return {
      source: stream.source,
      account: stream.account,
      stream: stream.stream,
      rows: stream.rows,
      deleted: stream.deleted,
      versions: stream.rows + stream.history,
      rejects: stream.openRejects,
      position,
      lagSeconds:
        completeAt === null ? null : Math.max(0, Math.round((Date.now() - completeAt.getTime()) / 1_000)),
      lastLoadAt: stream.lastLoadAt,
      missing,
      missingParts,
    };
  });
  const failed = runs.filter(
    ({ status, source }) => status === 'failed' && sources.some(({ name }) => name === source),
  ).length;
  const rejected = detailed.reduce((sum, { rejects }) => sum + rejects, 0);
  const buildFailed = builds[0]?.status === 'failed' ? 1 : 0;
  return {
    streams: detailed,
    drift,
    sweeps,
    webhooks,
    runs,
    builds,
    problems: failed + buildFailed + (rejected > 0 ? 1 : 0),
  };
}

interface BuildRow {
  readonly build_id: string;
  readonly status: string;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly error: string | null;
}

async function lastBuilds(warehouse: Warehouse): Promise<BuildRow[]> {
  const { rows } = await warehouse.pool.query<BuildRow>(
    `select build_id, status, started_at, finished_at, error from ops.builds order by started_at desc limit 3`,
  );
  return rows;
}

function printStatus({
  streams,
  drift,
  sweeps,
  webhooks,
  runs,
  builds,
}: Awaited<ReturnType<typeof readStatus>>): void {
  if (streams.length === 0) {
    console.log('Nothing was read yet. Run `voronka sync`.');
  } else {
    const table = new Table({
      head: [
        'source',
        'account',
        'stream',
        'rows',
        'deleted',
        'versions',
        'rejected',
        'newest record',
        'lag',
        'last load',
      ],
      colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right', 'left', 'right', 'left'],
      style: { head: [], border: [] },
      chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    });
    for (const stream of streams) {
      table.push([
        stream.source,
        stream.account,
        stream.stream,
        stream.rows.toLocaleString('en-US'),
        stream.deleted.toLocaleString('en-US'),
        stream.versions.toLocaleString('en-US'),
        stream.rejects > 0 ? pc.red(String(stream.rejects)) : '0',
        stream.missing === undefined ? stream.position : pc.yellow('cannot be read'),
        stream.lagSeconds === null ? '—' : humanDuration(stream.lagSeconds * 1_000),
        stream.lastLoadAt?.toISOString().slice(0, 19).replace('T', ' ') ?? '—',
      ]);
    }
    console.log(table.toString());
    for (const { source, stream, missing, missingParts } of streams) {
      for (const reason of missing === undefined ? missingParts : [missing]) {
        console.log(pc.yellow(`${source} ${stream}: ${reason}`));
      }
    }
  }
  for (const sweep of sweeps.filter(({ outcome }) => outcome === 'refused')) {
    console.log(
      pc.yellow(
        `${sweep.source} ${sweep.stream}: ${sweep.missing} of ${sweep.known} records are gone from the source, more than max_deleted_share allows; ` +
          'none was marked deleted. If they were really deleted, raise it for one sync.',
      ),
    );
  }
  for (const { source, posts, foreignPosts, lastPostAt, waiting, error } of webhooks) {
    const foreign = foreignPosts > 0 ? `, ${foreignPosts} of them of another account` : '';
    const last =
      lastPostAt === null ? '' : `, the last ${lastPostAt.toISOString().slice(0, 19).replace('T', ' ')}`;
    console.log(`${source}: ${posts} webhooks${foreign}${last}; ${waiting} hints still to be read.`);
    if (error !== null) console.log(pc.yellow(`  the last re-read failed: ${error}`));
  }
  if (drift.length > 0) {
    const kinds = [...new Set(drift.map(({ kind }) => kind))];
    const counts = kinds
      .map((kind) => `${drift.filter((row) => row.kind === kind).length} ${kind.replaceAll('_', ' ')}`)
      .join(', ');
    console.log(
      `The source's data differs from its documentation (all of it is kept): ${counts}. Details: voronka status --json`,
    );
  }
  for (const run of runs) {
    const ended = run.finishedAt
      ? ` in ${humanDuration(run.finishedAt.getTime() - run.startedAt.getTime())}`
      : '';
    const line = `last sync of ${run.source}: ${run.status}${ended}, started ${ago(run.startedAt)}`;
    console.log(run.status === 'failed' ? pc.red(`${line}\n  ${run.error?.message}`) : line);
  }
  const build = builds[0];
  if (build) {
    const line = `last build: ${build.status}, started ${ago(build.started_at)}`;
    console.log(build.status === 'failed' ? pc.red(`${line}\n  ${build.error}`) : line);
  }
}

function ago(instant: Date): string {
  return `${humanDuration(Date.now() - instant.getTime())} ago`;
}
